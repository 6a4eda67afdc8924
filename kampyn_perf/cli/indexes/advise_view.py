"""The reading of a long log on the terminal."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any, Self

from kampyn_perf.cli.console import is_terminal, say, stderr
from kampyn_perf.indexes.service.advising import AdviceObserver
from kampyn_perf.units import format_percent

EVERY_S = 10.0
"""Between two lines where no terminal is there for a live one."""


class AdviceView(AdviceObserver):
    """A live line, or one now and then."""

    def __init__(self) -> None:
        self._status: Any = None
        self._said = time.monotonic()

    def reading(self, name: str, lines: int, done: float | None) -> None:
        share = f", {format_percent(round(done, 2))}" if done is not None else ""
        text = f"reading {name}: {lines:,} lines{share}"
        if is_terminal():
            if self._status is None:
                self._status = stderr().status(text)
                self._status.start()
            self._status.update(text)
        elif time.monotonic() - self._said >= EVERY_S:
            self._said = time.monotonic()
            say(text)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._status is not None:
            self._status.stop()
