"""Generators that come with the run under way, until they take part or will not. Seconds."""

from __future__ import annotations

import time

from kampyn_perf.load.coordinator.workers import Workers

_READY_SECONDS = 60


class Latecomers:
    """Of one run; it never ends for want of one of them."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._since: dict[int, float] = {}
        """Of those on the way to take part."""
        self.declined: dict[int, str] = {}
        """Why others could not."""

    def __contains__(self, index: int) -> bool:
        """Whether generator `index` is on the way."""
        return index in self._since

    def come(self, index: int) -> None:
        """It has joined, and is handed the run."""
        self._since[index] = time.monotonic()

    def take_part(self, index: int) -> None:
        """It is one of the others from now on."""
        del self._since[index]

    def decline(self, index: int, why: str) -> None:
        """It does not take part; it is told, and the run goes on without it."""
        self._since.pop(index, None)
        self.declined[index] = why
        self._workers.give_up(index, why)

    def decline_all(self, why: str) -> None:
        """All that are still on the way."""
        for index in list(self._since):
            self.decline(index, why)

    def decline_slow(self) -> None:
        """Those that were not ready in time."""
        now = time.monotonic()
        for index, since in list(self._since.items()):
            if now - since > _READY_SECONDS:
                self.decline(index, f"it was not ready within {_READY_SECONDS} s")
