"""When generators have reported: who has fallen silent, and when a second is there from all of
them. Seconds of the monotonic clock."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator

_SILENCE_SECONDS = 20
"""How long a generator may be silent within the run before it is given up."""
_GATHER_SECONDS = 0.3
"""How long a report of a second waits for those of the other generators."""


class Silence:
    """How long ago each generator of a run was heard of."""

    def __init__(self) -> None:
        self._received_at: dict[int, float] = {}

    def broken_by(self, index: int) -> None:
        """Generator `index` has said something, or is told to start."""
        self._received_at[index] = time.monotonic()

    def too_long(self, living: Collection[int], deadline: float) -> Iterator[tuple[int, float]]:
        """Those of the `living` that are given up, each with how long it has been silent: all of
        them after the `deadline`."""
        now = time.monotonic()
        for index in list(living):
            silent = now - self._received_at[index]
            if silent > _SILENCE_SECONDS or now > deadline:
                yield index, silent


class Unsaved:
    """What has come since it was last offered for saving."""

    def __init__(self) -> None:
        self._last: float | None = None
        """When the last of them came."""
        self._reported: set[int] = set()
        """Generators with a report since then."""

    def add(self, index: int) -> None:
        """A report of generator `index`."""
        self._reported.add(index)
        self._last = time.monotonic()

    def take(self, living: Collection[int]) -> bool:
        """Whether to save now: all the `living` have reported the second, or were waited for long
        enough. What comes next is of the next second then."""
        if self._last is None:
            return False
        waited = time.monotonic() - self._last
        if waited < _GATHER_SECONDS and not self._reported >= set(living):
            return False
        self._last = None
        self._reported.clear()
        return True
