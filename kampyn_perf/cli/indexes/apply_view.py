"""An apply on the terminal: the plan, the question, events as lines, a running build as one live
line, or as a line now and then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from kampyn_perf.cli.console import is_terminal, say, stderr
from kampyn_perf.cli.indexes.options import say_lines
from kampyn_perf.cli.indexes.terminal import as_termination, ask, working
from kampyn_perf.errors import KampynError
from kampyn_perf.indexes.apply.execute import Event
from kampyn_perf.indexes.apply.preflight import PreflightFinding
from kampyn_perf.indexes.model.ports import Build
from kampyn_perf.indexes.plan.actions import IndexPlan
from kampyn_perf.indexes.service.changes import ApplyObserver
from kampyn_perf.indexes.service.run import monotonic_us
from kampyn_perf.indexes.text.apply import event_line, finding_line, progress_text
from kampyn_perf.indexes.text.plan import plan_lines

LINE_US = 10_000_000
"""Between two lines about one build, where no terminal is there for a live one."""


class ApplyView(ApplyObserver):
    def __init__(self, *, confirmed: bool) -> None:
        self.terminated = False
        """Whether SIGTERM ended it."""
        self._confirmed = confirmed
        self._began = self._said = monotonic_us()
        self._status: Any = None

    def planned(self, plan: IndexPlan) -> None:
        say_lines(plan_lines(plan))

    def noted(self, text: str) -> None:
        say(text)

    def looking(self) -> AbstractContextManager[object]:
        return working("looking for duplicates, long keys and room")

    def found(self, finding: PreflightFinding) -> None:
        say_lines([finding_line(finding)])

    def confirm(self) -> None:
        if not self._confirmed:
            unasked = KampynError(
                "nobody is there to confirm this plan",
                hint="Give --yes, or a plan that somebody looked at: --plan plan.json.",
            )
            ask("Apply this plan?", unasked)

    @contextmanager
    def carrying_out(self) -> Iterator[None]:
        self._began = self._said = monotonic_us()
        with as_termination() as termination:
            try:
                yield
            finally:
                self._stop()
                self.terminated = termination.asked

    def event(self, event: Event, took_us: int | None) -> None:
        self._stop()
        self._began = self._said = monotonic_us()
        say_lines([event_line(event, took_us)])

    def building(self, collection: str, names: Sequence[str], build: Build | None) -> None:
        now = monotonic_us()
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
