"""One timer for the deadlines of all connections: it sleeps until the earliest. Microseconds."""

from __future__ import annotations

from typing import Any, Protocol

import gevent

from kampyn_perf.load.clock import now_us

NEVER = 1 << 62
"""A deadline that does not come."""
_ROUND_US = 100_000


class Guarded(Protocol):
    """A connection, as the watchdog sees it."""

    deadline: int
    waiter: Any
    """The greenlet that waits for it; None while it is idle."""

    def expire(self) -> None:
        """Its deadline has passed."""


class Watchdog:
    """Of one pool."""

    def __init__(self) -> None:
        self.connections: set[Guarded] = set()
        self.next_check = NEVER
        """The earliest deadline. Who has an earlier one calls `watch`."""
        self._timer: Any = None

    def watch(self, deadline: int) -> None:
        """Look no later than at `deadline`."""
        self.next_check = deadline
        if self._timer is not None:
            self._timer.stop()
            self._timer.close()
        self._timer = gevent.get_hub().loop.timer(max(deadline - now_us(), 1_000) / 1e6, ref=False)
        self._timer.start(self._check)

    def _check(self) -> None:
        """On the hub: end what is past its deadline, and sleep until the next one."""
        now = now_us()
        self.next_check = NEVER
        for connection in [c for c in self.connections if c.deadline <= now]:
            if connection.deadline <= now:  # one that was woken may have given another back
                connection.expire()
        # Idle connections need not expire to the millisecond: they wait for the next round.
        round_at = now + _ROUND_US
        soonest = min(
            (
                c.deadline if c.waiter is not None else max(c.deadline, round_at)
                for c in self.connections
            ),
            default=NEVER,
        )
        if soonest < self.next_check:
            self.watch(soonest)
