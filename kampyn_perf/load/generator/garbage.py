"""When a generator looks for garbage among what is old.

Sessions in flight are old to Python: with thousands of them (a target that answers late is one that
is tested), a collection of everything walks through all that their users hold, stops the generator
for up to a second, and comes every few seconds, because so much becomes old. Nearly all of it goes
without any collection, when the last one lets go of it. So everything is collected only when the
process has grown since the last time, and what is left then is set aside: it is not walked through
again. What a scenario's own code leaves in circles is found all the same, before it has taken a
quarter more than the process had.
"""

from __future__ import annotations

import gc
from collections.abc import Callable

from kampyn_perf.load.generator import system

_NEVER = 2**31 - 1
_GROWTH = 1.25
_LEAST_BYTES = 16 << 20
_LEAST_FILES = 200
"""Growth that is worth a collection; circles may hold sockets, too, which are few bytes."""


def collect_and_set_aside() -> None:
    """Everything; what is left will not be walked through again."""
    gc.collect()
    gc.freeze()


class GarbageControl:
    """Of one process: `settle` once, `look` about once a second."""

    def __init__(
        self,
        *,
        resident_bytes: Callable[[], int] = system.resident_bytes,
        open_files: Callable[[], int | None] = system.open_files,
        collect: Callable[[], object] = collect_and_set_aside,
    ) -> None:
        self._resident_bytes = resident_bytes
        self._open_files = open_files
        self._collect = collect
        self._bytes = self._files = 0

    def settle(self) -> None:
        """All that is loaded by now stays; from here on old objects are collected by `look`."""
        if self._resident_bytes():  # else its growth would not be noticed
            young, middle, _old = gc.get_threshold()
            gc.set_threshold(young, middle, _NEVER)
        self._collect_everything()

    def look(self) -> None:
        """Collect everything, if the process has grown enough."""
        grown = self._resident_bytes() > max(self._bytes * _GROWTH, self._bytes + _LEAST_BYTES)
        files = self._open_files() or 0
        if grown or files > max(self._files * _GROWTH, self._files + _LEAST_FILES):
            self._collect_everything()

    def _collect_everything(self) -> None:
        self._collect()
        self._bytes, self._files = self._resident_bytes(), self._open_files() or 0
