"""What every action has in common."""

from __future__ import annotations

from typing import Protocol

from kampyn_perf.faults.actions.traces import Traces


class Action(Protocol):
    """One fault, ready to begin. What fails raises OSError, psutil.Error, or one of subprocess or
    sqlite3; `end` undoes what `begin` has done of it, also of one that failed."""

    @property
    def traces(self) -> Traces:
        """What will have to be undone, should nobody call `end`."""

    def begin(self) -> None: ...

    def end(self) -> None: ...
