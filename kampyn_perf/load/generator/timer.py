"""Sleeping until a moment, to some tens of microseconds, while other greenlets work.

gevent's own timers tick at about 1 ms, which would be the lateness of every arrival. On Linux a
timerfd, watched by the event loop like a socket, wakes the loop when it is due; the kernel keeps it
by the same monotonic clock as `clock.now_us`, so that a step of the wall clock does not matter.
Elsewhere: sleep until shortly before, then give way to others in turn until the moment has come.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import gevent
from greenlet import getcurrent, greenlet

from kampyn_perf.load.clock import now_us
from kampyn_perf.load.generator.timerfd import Timerfd

_READ = 1
_SPIN_US = 1_500
"""The portable timer turns for so long before the moment: a little more than gevent's tick."""
_AT_ONCE = 8
"""So many others are switched to at one waking; then the loop turns, so that answers that came
meanwhile do not wait behind all arrivals that are overdue."""


class Timer:
    """Wakes one greenlet at a time."""

    def __init__(self) -> None:
        self.sleep_until: Callable[[int], None] = _spin_until
        """Let other greenlets work until a moment of `clock.now_us`."""
        self.run: Callable[[greenlet], None] = run_now
        """Switch to another greenlet, and go on here when it gives way."""
        self.precise = False
        """Whether the kernel wakes us; otherwise the last moments before are spent turning."""
        self._close: Callable[[], None] = _nothing
        with suppress(OSError, AttributeError):
            kernel = _KernelTimer()
            self.sleep_until, self.run, self._close = kernel.sleep_until, kernel.run, kernel.close
            self.precise = True

    def close(self) -> None:
        """Give the descriptor back."""
        self._close()


class _KernelTimer:
    """A timerfd. Raises OSError or AttributeError where the system has none."""

    def __init__(self) -> None:
        self._timer = Timerfd()
        self._sleeper: greenlet | None = None
        self._back: greenlet | None = None
        """Who goes on when the one that it switched to gives way."""
        self._left = 0
        """How many more may be switched to at this waking; 0 between two of them."""
        self._hub: Any = gevent.get_hub()
        # Watched all the time: a timer that is set anew is not readable until it is due again.
        self._watcher = self._hub.loop.io(self._timer.number, _READ)
        self._watcher.start(self._on_due)

    def sleep_until(self, due_us: int) -> None:
        """Let other greenlets work until `due_us`."""
        while due_us > now_us():
            self._timer.set(due_us)
            self._sleeper = getcurrent()
            try:
                self._hub.switch()
            finally:
                self._sleeper = None

    def run(self, other: greenlet) -> None:
        """Switch to `other`, and go on here as soon as it gives way, without a turn of the loop."""
        if not self._left or self._back is not None:
            run_now(other)
            return
        self._left -= 1
        self._back = getcurrent()
        other.switch()

    def _on_due(self) -> None:
        """On the hub, which whoever is switched to from here gives way to."""
        sleeper = self._sleeper
        if sleeper is None:
            self._timer.set(0)  # nobody waits any more
            return
        self._left = _AT_ONCE
        try:
            sleeper.switch()
            while (back := self._back) is not None:
                self._back = None
                back.switch()
        finally:
            self._left = 0  # from elsewhere nobody would be switched back to

    def close(self) -> None:
        """Give the descriptor back."""
        self._watcher.stop()
        self._watcher.close()
        self._timer.close()


def _spin_until(due_us: int) -> None:
    while (ahead := due_us - now_us()) > 0:
        gevent.sleep((ahead - _SPIN_US) / 1e6 if ahead > _SPIN_US else 0)


def run_now(other: greenlet) -> None:
    """Switch to `other`, and go on here when it gives way, ahead of what was ready before.

    Not by a queue: through one the other would begin only after everything else that is ready, some
    hundred microseconds late.
    """
    back = gevent.get_hub().loop.run_callback(getcurrent().switch)
    try:
        other.switch()
    finally:
        back.stop()


def _nothing() -> None:
    return None
