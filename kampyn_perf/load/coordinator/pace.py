"""Work in pieces, with a pause after each.

A generator on the same core waits while the process that leads the run works, and the system lets
that one work for as long as a few milliseconds before it changes over: all answers that come
meanwhile are noticed so much later. Who pauses of his own accord after half a millisecond delays
them by no more than that.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")

_PIECE_NS = 500_000
_PAUSE_S = 0.005
"""Ten times a piece: what has queued up meanwhile is worked off by then."""
_MOST_PAUSES = 60
"""For one second's work: with many endpoints, or generators, it has to be done in time, too."""


class Pace:
    """Pauses when half a millisecond of this thread's CPU time has been used since the last one."""

    def __init__(
        self,
        *,
        used_ns: Callable[[], int] = time.thread_time_ns,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._used_ns = used_ns
        self._sleep = sleep
        self._since_ns = 0
        self._left = _MOST_PAUSES

    def renew(self) -> None:
        """Another second's work begins."""
        self._left = _MOST_PAUSES

    def begin(self) -> None:
        """Now, or at once, comes a time of rest: waiting for input is one."""
        self._since_ns = self._used_ns()

    def pause(self) -> None:
        """A good moment to pause, where it is time to."""
        if self._left and self._used_ns() - self._since_ns >= _PIECE_NS:
            self._left -= 1
            self._sleep(_PAUSE_S)
            self.begin()

    def over(self, items: Iterable[Item]) -> Iterator[Item]:
        """The items, with pauses between them."""
        for item in items:
            yield item
            self.pause()

    def take(self, steps: Iterable[object]) -> None:
        """All steps, with pauses between them."""
        for _ in self.over(steps):
            pass


@contextmanager
def memory_set_aside() -> Iterator[Callable[[], None]]:
    """Yields what sets aside all that is loaded by then, until the end of the block: garbage
    collections do not look through it, one of all of it would hold this process for 50 ms."""
    # The command line has done it already, for good: what modules are made of is nearly all.
    ours = not gc.get_freeze_count()
    try:
        yield gc.freeze if ours else lambda: None
    finally:
        if ours:
            gc.unfreeze()
