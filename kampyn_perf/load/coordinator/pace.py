"""Work in pieces, with a pause after each.

A generator on the same core waits while the process that leads the run works, and the system lets
that one work for as long as a few milliseconds before it changes over: all answers that come
meanwhile are noticed so much later. Who pauses of his own accord after a quarter of a millisecond
delays them by no more than that, and who spreads a second's work over most of the second leaves a
core that is nearly busy no stretch in which it has more to do than it can.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")

_PIECE_NS = 250_000
_SHORT_S, _LONG_S = 0.003, 0.006
"""A pause: more than ten times a piece, in which even a core that is nearly busy works off what has
queued up; longer where the second's work is done in time all the same, but not so long that what is
known of a second is told late."""
_REST_S = 0.75
"""All pauses of one second: with many endpoints, or generators, the work has to be done, too."""


class Pace:
    """Pauses whenever this thread has worked for a quarter of a millisecond of CPU time."""

    def __init__(
        self,
        *,
        used_ns: Callable[[], int] = time.thread_time_ns,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._used_ns = used_ns
        self._sleep = sleep
        self._since_ns = 0
        self._rested_s = 0.0
        self._pauses = 0
        self._pause_s = _LONG_S
        self._stopped = False

    def renew(self) -> None:
        """Another second's work begins; it will be about as much as the last one's."""
        self._pause_s = min(max(_REST_S / max(self._pauses, 1), _SHORT_S), _LONG_S)
        self._rested_s, self._pauses = 0.0, 0

    def stop(self) -> None:
        """There is no load any more that could be disturbed."""
        self._stopped = True

    def begin(self) -> None:
        """Now, or at once, comes a time of rest: waiting for input is one."""
        self._since_ns = self._used_ns()

    def pause(self) -> None:
        """A good moment to pause, where it is time to."""
        if self._stopped or self._used_ns() - self._since_ns < _PIECE_NS:
            return
        self._pauses += 1
        if self._rested_s < _REST_S:
            self._rested_s += self._pause_s
            self._sleep(self._pause_s)
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
