"""The other side of the recorder: intervals of any number of generators, added up.

Unit: whole microseconds since the start of the run. Memory is bounded by the number of groups and
by the timeline's own bound.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from kampyn_perf.histogram import Histogram
from kampyn_perf.recorder.buffer import OTHER_ENDPOINTS
from kampyn_perf.recorder.interval import Cell, CellKey, Gauges, Interval, SessionCounts
from kampyn_perf.recorder.timeline import Stretch, Timeline


@dataclass
class Group:
    """Requests that are counted together."""

    response: Histogram = field(default_factory=Histogram)
    service: Histogram = field(default_factory=Histogram)
    statuses: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    received: int = 0
    sent: int = 0

    def take(self, cell: Cell) -> None:
        """Add the requests of `cell`."""
        self.response.record_all(cell.responses_us)
        self.service.record_all(cell.services_us)
        self.statuses.update(cell.statuses)
        self.errors.update(cell.errors)
        self.received += cell.received
        self.sent += cell.sent

    def add(self, other: Group) -> None:
        """Add the requests of another group."""
        self.response.add(other.response)
        self.service.add(other.service)
        self.statuses.update(other.statuses)
        self.errors.update(other.errors)
        self.received += other.received
        self.sent += other.sent


@dataclass
class SessionTotals:
    """Sessions that are counted together."""

    planned: int = 0
    started: int = 0
    dropped: int = 0
    completed: int = 0
    failed: int = 0
    cut: int = 0
    duration: Histogram = field(default_factory=Histogram)

    def take(self, counts: SessionCounts) -> None:
        """Add the sessions of `counts`."""
        self.planned += counts.planned
        self.started += counts.started
        self.dropped += counts.dropped
        self.completed += counts.completed
        self.failed += counts.failed
        self.cut += counts.cut
        self.duration.record_all(counts.durations_us)


class Collector:
    """Everything that was recorded, so far."""

    def __init__(self) -> None:
        self.groups: defaultdict[CellKey, Group] = defaultdict(Group)
        self.sessions: defaultdict[tuple[str, int], SessionTotals] = defaultdict(SessionTotals)
        self.started_in: Counter[int] = Counter()
        self.lateness = Histogram()
        self.waited = 0
        self.waited_max_us = 0
        self.faults = 0
        self.cpu_us = 0
        self.loop_lag_max_us = 0
        self.vusers_max = 0
        self.last = Gauges()
        self.waiting = 0
        self.elapsed_us = 0
        self.timeline = Timeline()

    def take(self, interval: Interval) -> None:
        """Add one interval of one generator."""
        stretch = self.timeline.at((interval.from_us + interval.to_us) // 2)
        for key, cell in interval.cells.items():
            self.groups[key].take(cell)
            stretch.requests += len(cell.responses_us)
            stretch.failed += sum(cell.errors.values())
            stretch.response().record_all(cell.responses_us)
        for flow_and_phase, counts in interval.sessions.items():
            self.sessions[flow_and_phase].take(counts)
            stretch.started += counts.started
        self.started_in.update(interval.started_in)
        self.lateness.record_all(interval.lateness_us)
        self.waited += interval.waited
        self.waited_max_us = max(self.waited_max_us, interval.waited_max_us)
        self.faults += interval.faults
        self._take_gauges(interval, stretch)

    def group(self, wanted: Callable[[CellKey], bool]) -> Group:
        """All requests of the cells that are `wanted`, in one group."""
        total = Group()
        for key, group in self.groups.items():
            if wanted(key):
                total.add(group)
        return total

    def endpoints(self) -> list[str]:
        """Names of endpoints, in alphabetical order."""
        return sorted({key.endpoint for key in self.groups})

    @property
    def unaccounted(self) -> int:
        """Arrivals that came due and were neither started nor dropped nor wait; 0 unless lost."""
        every = self.sessions.values()
        known = sum(each.started + each.dropped for each in every) + self.waiting
        return sum(each.planned for each in every) - known

    @property
    def planned(self) -> int:
        """Arrivals that came due so far."""
        return sum(each.planned for each in self.sessions.values())

    @property
    def endpoints_overflowed(self) -> bool:
        """Whether there were more names than are kept apart."""
        return any(key.endpoint == OTHER_ENDPOINTS for key in self.groups)

    def _take_gauges(self, interval: Interval, stretch: Stretch) -> None:
        gauges = interval.gauges
        self.last = gauges
        self.waiting = gauges.waiting
        self.cpu_us += gauges.cpu_us
        self.loop_lag_max_us = max(self.loop_lag_max_us, gauges.loop_lag_us)
        self.vusers_max = max(self.vusers_max, gauges.vusers)
        self.elapsed_us = max(self.elapsed_us, interval.to_us)
        stretch.in_flight = gauges.in_flight
        late = max(interval.lateness_us, default=0)
        stretch.late_max_us = max(stretch.late_max_us, late, interval.waited_max_us)
