"""What each generator process reported of itself, added up. Durations are whole microseconds."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from kampyn_perf.histogram import Histogram
from kampyn_perf.recorder.counted import CountedInterval
from kampyn_perf.recorder.generator_health import HealthSample
from kampyn_perf.recorder.interval import Gauges

_WINDOW = 5
_SHORT_OF_CPU = 0.5
_TOO_SHORT_US = 500_000
"""Of less than that a share says nothing: a generator that joins with the end of the run."""


class BusiestStretch:
    """The greatest share of time over five intervals (seconds) in a row; over all of them, where
    there are fewer. One busy second is an accident, and a run's mean would hide a busy minute."""

    def __init__(self) -> None:
        self._window: deque[tuple[int, int]] = deque(maxlen=_WINDOW)
        self._greatest = 0.0

    def add(self, spent_us: int, length_us: int) -> None:
        """One more interval: the time spent in it, and how long it was."""
        self._window.append((spent_us, length_us))
        if len(self._window) == _WINDOW:
            self._greatest = max(self._greatest, self._share())

    @property
    def share(self) -> float:
        """1 is all of the time."""
        return self._greatest if len(self._window) == _WINDOW else self._share()

    def _share(self) -> float:
        lasted = sum(length for _spent, length in self._window)
        if lasted < _TOO_SHORT_US:
            return 0.0
        return sum(spent for spent, _length in self._window) / lasted


@dataclass
class GeneratorTotals:
    """One process over the run."""

    planned: int = 0
    """Arrivals of its share that came due."""
    started: int = 0
    last: Gauges = field(default_factory=Gauges)
    heard_us: int = 0
    """Up to where it has reported."""
    vusers_max: int = 0
    lateness: Histogram = field(default_factory=Histogram)
    lag: Histogram = field(default_factory=Histogram)
    measured_us: int = 0
    """The time that the sums below are of; a warm-up is not in them."""
    cpu_us: int = 0
    cpu_wait_us: int | None = None
    steal_us: int | None = None
    machine_us: int = 0
    gc_pauses: int = 0
    gc_us: int = 0
    gc_max_us: int = 0
    fds_max: int | None = None
    fd_limit: int | None = None
    ports_max: int | None = None
    port_limit: int | None = None
    fds_exhausted: int = 0
    ports_exhausted: int = 0
    clock_step_us: int = 0
    suspended_us: int = 0
    busiest: BusiestStretch = field(default_factory=BusiestStretch)
    """CPU time that it used, of one core."""
    hungriest: BusiestStretch = field(default_factory=BusiestStretch)
    """Time for which it was ready to run, and others had the CPU."""
    starved: BusiestStretch = field(default_factory=BusiestStretch)
    """The same, of those seconds alone in which working and waiting took it half of the time or
    more: then what comes queues in it. One that has little to do waits a moment for each thing."""

    def take(self, counted: CountedInterval, *, measured: bool) -> None:
        """Add one interval; `measured` is False for those of a warm-up."""
        interval = counted.interval
        self.planned += sum(counts.planned for counts in interval.sessions.values())
        self.started += sum(counts.started for counts in interval.sessions.values())
        if interval.to_us >= self.heard_us:
            self.heard_us, self.last = interval.to_us, interval.gauges
        self.vusers_max = max(self.vusers_max, interval.gauges.vusers)
        self.lateness.add_packed(counted.lateness)
        if measured:
            self.lag.add_packed(counted.lags)
            self._take_health(interval.health, interval.to_us - interval.from_us)

    def _take_health(self, health: HealthSample, length_us: int) -> None:
        self.measured_us += length_us
        self.cpu_us += health.cpu_us
        self.busiest.add(health.cpu_us, length_us)
        waited_us = health.cpu_wait_us or 0
        short_of_cpu = health.cpu_us + waited_us >= length_us * _SHORT_OF_CPU
        self.hungriest.add(waited_us, length_us)
        self.starved.add(waited_us if short_of_cpu else 0, length_us)
        self.cpu_wait_us = _sum(self.cpu_wait_us, health.cpu_wait_us)
        self.steal_us = _sum(self.steal_us, health.steal_us)
        self.machine_us += health.machine_us
        self.gc_pauses += health.gc_pauses
        self.gc_us += health.gc_us
        self.gc_max_us = max(self.gc_max_us, health.gc_max_us)
        self.fds_max = _max(self.fds_max, health.fds)
        self.fd_limit = health.fd_limit if self.fd_limit is None else self.fd_limit
        self.ports_max = _max(self.ports_max, health.ports)
        self.port_limit = health.port_limit if self.port_limit is None else self.port_limit
        self.fds_exhausted += health.fds_exhausted
        self.ports_exhausted += health.ports_exhausted
        self.clock_step_us = max(self.clock_step_us, health.clock_step_us)
        self.suspended_us += health.suspended_us


def _sum(total: int | None, more: int | None) -> int | None:
    return total if more is None else (total or 0) + more


def _max(greatest: int | None, other: int | None) -> int | None:
    return greatest if other is None else max(greatest or 0, other)
