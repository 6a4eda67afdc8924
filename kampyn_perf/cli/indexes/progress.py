"""What a person sees while indexes are built, and SIGTERM answered like Ctrl-C."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from kampyn_perf.cli.console import is_terminal, say, stderr
from kampyn_perf.cli.indexes.options import say_lines
from kampyn_perf.errors import ExitCode
from kampyn_perf.indexes.text.apply import event_line, progress_text

if TYPE_CHECKING:
    from kampyn_perf.indexes.apply.execute import Event
    from kampyn_perf.indexes.apply.run import ApplyReport
    from kampyn_perf.indexes.model.ports import Build

LINE_US = 10_000_000
"""Between two lines about one build, where no terminal is there for a live one."""


class Progress:
    """Events as lines; a running build as one live line, or as a line now and then."""

    def __init__(self, *, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._began = self._said = clock()
        self._status: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def event(self, event: Event, took_us: int | None) -> None:
        """A command begins, or ended."""
        self._stop()
        self._began = self._said = self._clock()
        say_lines([event_line(event, took_us)])

    def building(self, collection: str, names: Sequence[str], build: Build | None) -> None:
        """A build still runs."""
        now = self._clock()
        text = progress_text(collection, names, build, now - self._began)
        if is_terminal():
            if self._status is None:
                self._status = stderr().status(text)
                self._status.start()
            self._status.update(text)
        elif now - self._said >= LINE_US:
            self._said = now
            say(f"  {text}")

    def _stop(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None


@contextmanager
def working(text: str) -> Iterator[None]:
    """A live line while something takes its time; nothing without a terminal."""
    if not is_terminal():
        yield
        return
    with stderr().status(text):
        yield


class Termination:
    """Whether SIGTERM came."""

    asked = False

    def applied_to(self, report: ApplyReport) -> ApplyReport:
        """`report`, with the exit code of what really stopped it."""
        if self.asked and report.stopped is not None:
            report.stopped.code = ExitCode.TERMINATED
        return report


@contextmanager
def as_termination() -> Iterator[Termination]:
    """SIGTERM inside the block interrupts as Ctrl-C does: the lock is given back, and what goes on
    without us is said."""
    termination = Termination()

    def interrupt(_number: int, _frame: object) -> None:
        termination.asked = True
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield termination
    finally:
        signal.signal(signal.SIGTERM, before)
