"""What is seen, and saved, while cases run: one line that changes on a terminal, or one a case."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from kampyn_perf.cli.bench.saver import save
from kampyn_perf.cli.console import is_terminal, say
from kampyn_perf.results.bench import BenchResult, CaseResult
from kampyn_perf.units import format_nanoseconds

_REDRAW_SECONDS = 0.5
_SAY_SECONDS = 10
"""Without a terminal: nothing is said of what takes less."""
_CLEAR = "\r\x1b[2K"


class Progress:
    """See `bench.Observer`. Draws between iterations only, and seldom: drawing disturbs."""

    def __init__(self, folder: Path, *, quiet: bool) -> None:
        self._folder = folder
        self._live = is_terminal()
        self._quiet = quiet
        self._head = self._round = ""
        self._drawn = 0.0
        self._said = time.monotonic()

    def started(self, name: str, number: int, total: int) -> None:
        self._head = f"[{number}/{total}{self._round}] {name}"
        self._draw("")
        if not (self._live or self._quiet) and time.monotonic() - self._said > _SAY_SECONDS:
            self._say(self._head)

    def progressed(self, done: int, planned: int) -> None:
        if self._live and time.monotonic() - self._drawn > _REDRAW_SECONDS:
            self._draw(f" {done}/{planned}")

    def round_begun(self, suite: str, number: int, total: int) -> None:
        self._round = f", round {number} of {total}" if total > 1 else ""
        if not self._live and not self._quiet:
            self._say(f"{suite}{self._round}")

    def measured(self, result: CaseResult) -> None:
        if self._live:
            self._write(_CLEAR)
        elif not self._quiet and not self._round:
            mean = result.summary.mean.value_ns if result.summary else None
            figure = "" if mean is None else f", average {format_nanoseconds(mean)}"
            self._say(f"{result.name}: {result.status}{figure}")

    def save(self, result: BenchResult) -> None:
        save(result, self._folder)

    def _draw(self, tail: str) -> None:
        if self._live:
            self._drawn = time.monotonic()
            self._write(f"{_CLEAR}{self._head}{tail}")

    def _say(self, text: str) -> None:
        self._said = time.monotonic()
        say(text)

    @staticmethod
    def _write(text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()
