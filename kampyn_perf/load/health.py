"""The generator watches itself: how long its event loop stood still, and its CPU time. In µs."""

from __future__ import annotations

import time

import gevent

from kampyn_perf.load.clock import now_us

_TICK_US = 20_000


class Health:
    """Figures since the last `take`."""

    def __init__(self) -> None:
        self._lag_us = 0
        self._cpu_us = _cpu_us()
        self._turned_us = now_us()
        gevent.spawn(self._watch)

    def take(self) -> tuple[int, int]:
        """(CPU time, longest standstill of the event loop), and a fresh start."""
        cpu_us = _cpu_us()
        used, self._cpu_us = cpu_us - self._cpu_us, cpu_us
        # What stands still at this very moment has not come to `_watch` yet.
        lag = max(self._lag_us, now_us() - self._turned_us - _TICK_US)
        self._lag_us = 0
        return used, max(lag, 0)

    def _watch(self) -> None:
        while True:
            self._turned_us = now_us()
            gevent.sleep(_TICK_US / 1e6)
            self._lag_us = max(self._lag_us, now_us() - self._turned_us - _TICK_US)


def _cpu_us() -> int:
    return time.process_time_ns() // 1000
