"""SIGINT and SIGTERM as facts about a run, instead of the end of this process."""

from __future__ import annotations

import signal
from types import TracebackType
from typing import Any


class Signals:
    """A context manager: within it both are counted."""

    def __init__(self) -> None:
        self.count = 0
        self.first: signal.Signals | None = None
        self._before: dict[signal.Signals, Any] = {}

    @property
    def may_drain(self) -> bool:
        """The first Ctrl-C lets sessions in flight finish; a second one, or SIGTERM, does not."""
        return self.count == 1 and self.first is signal.SIGINT

    def __enter__(self) -> Signals:
        for each in (signal.SIGINT, signal.SIGTERM):
            self._before[each] = signal.signal(each, self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for each, handler in self._before.items():
            signal.signal(each, handler)

    def _note(self, number: int, _frame: Any) -> None:
        self.count += 1
        self.first = self.first or signal.Signals(number)
