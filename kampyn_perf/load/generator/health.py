"""The generator watches itself: its event loop, CPU, garbage collection, descriptors, clocks.

Durations are whole microseconds.
"""

from __future__ import annotations

import gc
import time
from typing import Any

import gevent

from kampyn_perf.load.clock import now_us
from kampyn_perf.load.generator import system
from kampyn_perf.load.generator.timer import Timer
from kampyn_perf.process_limits import open_files_limit
from kampyn_perf.recorder.generator_health import HealthSample

_TICK_US = 19_700
"""No divisor of a second: arrivals like to be due at even moments, and would be met each time."""
_CLOCK_NOISE_US = 2_000
"""Between two readings of one tick a process may lose the CPU; less than this is no step."""


class Health:
    """Figures since the last `take`. `start` begins to watch."""

    def __init__(self) -> None:
        self._sample = HealthSample()
        self._cpu_us = 0
        self._wait_us: int | None = None
        self._machine: tuple[int, int] | None = None
        self._suspended_us = 0
        self._turned_us = now_us()
        self._gc_began_us = 0
        self._wall_ahead_us = _wall_ahead_us()
        self._timer: Timer | None = None

    def start(self) -> None:
        """Watch, until the process ends."""
        self._read()
        self._turned_us = now_us()
        self._wall_ahead_us = _wall_ahead_us()
        gc.callbacks.append(self._on_gc)
        timer = Timer()
        self._timer = (
            timer if timer.precise else None
        )  # one that spins would cost more than it says
        gevent.spawn(self._watch)

    def take(self) -> HealthSample:
        """What was seen since the last time, and a fresh start."""
        # A standstill that still lasts is not among what `_watch` has measured yet.
        lag_us = now_us() - self._turned_us - _TICK_US
        if lag_us > 0:
            self._sample.lags_us.append(lag_us)
        health, self._sample = self._sample, HealthSample()
        before = (self._cpu_us, self._wait_us, self._machine, self._suspended_us)
        self._read()
        cpu_us, wait_us, machine, suspended_us = before
        health.cpu_us = self._cpu_us - cpu_us
        if wait_us is not None and self._wait_us is not None:
            health.cpu_wait_us = self._wait_us - wait_us
        if machine is not None and self._machine is not None:
            health.steal_us = max(self._machine[0] - machine[0], 0)
            health.machine_us = self._machine[1] - machine[1]
        # Two readings are never at one moment: a difference so small is no suspension.
        slept = self._suspended_us - suspended_us
        health.suspended_us = slept if slept > 1000 else 0
        health.fds, health.fd_limit = system.open_files(), open_files_limit()
        health.ports, health.port_limit = system.ports_in_use(), system.port_limit()
        return health

    def connect_failed(self) -> None:
        """A connection could not be made: was it for want of a descriptor, or of a port?"""
        if system.no_file_left():
            self._sample.fds_exhausted += 1
            return
        ports, limit = system.ports_in_use(), system.port_limit()
        if ports is not None and limit is not None and ports >= limit:
            self._sample.ports_exhausted += 1

    def _read(self) -> None:
        self._cpu_us = system.cpu_us()
        self._wait_us = system.cpu_wait_us()
        self._machine = system.machine_time()
        self._suspended_us = system.suspended_us()

    def _watch(self) -> None:
        while True:
            self._turned_us = now_us()
            self._tick()
            self._sample.lags_us.append(max(now_us() - self._turned_us - _TICK_US, 0))
            self._watch_clock()

    def _tick(self) -> None:
        """Sleep to a known moment: how much later it is then, an answer that came at that moment
        would have been noticed too."""
        if self._timer is None:
            gevent.sleep(_TICK_US / 1e6)
        else:
            self._timer.sleep_until(self._turned_us + _TICK_US)

    def _watch_clock(self) -> None:
        ahead = _wall_ahead_us()
        step = abs(ahead - self._wall_ahead_us)
        self._wall_ahead_us = ahead
        if step > _CLOCK_NOISE_US:
            self._sample.clock_step_us = max(self._sample.clock_step_us, step)

    def _on_gc(self, phase: str, _info: dict[str, Any]) -> None:
        if phase == "start":
            self._gc_began_us = now_us()
            return
        took = now_us() - self._gc_began_us
        self._sample.gc_pauses += 1
        self._sample.gc_us += took
        self._sample.gc_max_us = max(self._sample.gc_max_us, took)


def _wall_ahead_us() -> int:
    """The wall clock minus the monotonic one; the tightest of three readings."""
    readings = []
    for _ in range(3):
        before = now_us()
        wall = time.time_ns() // 1000
        after = now_us()
        readings.append((after - before, wall - before))
    return min(readings)[1]
