"""The other side of the recorder: intervals of any number of generators, added up.

Unit: whole microseconds since the start of the run. Memory is bounded by the number of groups (one
for each endpoint, flow and phase, not for each combination) and by the timeline's own bound. What
belongs to a warm-up is kept apart from the first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from kampyn_perf.histogram import Histogram
from kampyn_perf.recorder.breakdown import BreakdownRecorder
from kampyn_perf.recorder.counted import CountedCell, CountedInterval, CountedSessions
from kampyn_perf.recorder.failures import FailureRecorder
from kampyn_perf.recorder.generators import GeneratorTotals
from kampyn_perf.recorder.grouping import MAX_ENDPOINTS, OTHER_ENDPOINTS
from kampyn_perf.recorder.interval import CellKey, Gauges, Interval
from kampyn_perf.recorder.timeline import Timeline
from kampyn_perf.recorder.traces import SessionTrace, Traces
from kampyn_perf.results.load import Requests


@dataclass
class Group:
    """Requests that are counted together."""

    response: Histogram = field(default_factory=Histogram)
    """Of requests that succeeded."""
    service: Histogram = field(default_factory=Histogram)
    failed_response: Histogram = field(default_factory=Histogram)
    failed_service: Histogram = field(default_factory=Histogram)
    statuses: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    received: int = 0
    sent: int = 0
    figures: Requests | None = None
    """As `build` last put them; None when there is more since."""

    def take(self, counted: CountedCell) -> None:
        """Add the requests of a cell."""
        self.figures = None
        cell = counted.cell
        for status, count in cell.statuses.items():
            self.statuses[status] += count
        for kind, count in cell.errors.items():
            self.errors[kind] += count
        self.received += cell.received
        self.sent += cell.sent
        self.response.add_packed(counted.response)
        self.service.add_packed(counted.service)
        self.failed_response.add_packed(counted.failed_response)
        self.failed_service.add_packed(counted.failed_service)


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
    """Of sessions that ended well."""
    failed_duration: Histogram = field(default_factory=Histogram)

    def take(self, counted: CountedSessions) -> None:
        """Add more of them."""
        counts = counted.counts
        self.planned += counts.planned
        self.started += counts.started
        self.dropped += counts.dropped
        self.completed += counts.completed
        self.failed += counts.failed
        self.cut += counts.cut
        self.duration.add_packed(counted.duration)
        self.failed_duration.add_packed(counted.failed_duration)


class Collector:
    """Everything that was recorded, so far."""

    def __init__(self, *, warm_up_us: int = 0, splits_us: Iterable[int] = ()) -> None:
        """`splits_us`: thresholds that are to be judged exactly."""
        self.warm_up_us = warm_up_us
        """The length of phase 0, if that is a warm-up; 0 for a run without one."""
        self.total = Group()
        """Requests of all measured phases."""
        self.endpoints: defaultdict[str, Group] = defaultdict(Group)
        self.flows: defaultdict[str, Group] = defaultdict(Group)
        self.phases: defaultdict[int, Group] = defaultdict(Group)
        """A warm-up stands here too, and only here."""
        self.sessions: defaultdict[tuple[str, int], SessionTotals] = defaultdict(SessionTotals)
        self.started_in: Counter[int] = Counter()
        self.lateness = Histogram()
        self.waited = 0
        self.waited_max_us = 0
        self.faults = 0
        self.lost = 0
        """Arrivals that never started because their generator was lost."""
        self.elapsed_us = 0
        self.breakdown = BreakdownRecorder(splits_us, first_phase=1 if warm_up_us else 0)
        self.failures = FailureRecorder(first_phase=1 if warm_up_us else 0)
        self.timeline = Timeline()
        self.warm_up_timeline = Timeline()
        self.generators: defaultdict[int, GeneratorTotals] = defaultdict(GeneratorTotals)
        self._traces: list[SessionTrace] = []
        self._traces_left_out = 0

    def take(self, interval: Interval, *, generator: int = 0) -> None:
        """Add one interval of one generator."""
        for _ in self.taking(interval, generator=generator):
            pass

    def taking(self, interval: Interval, *, generator: int = 0) -> Iterator[None]:
        """The same piece by piece: whoever takes the steps can let others at the CPU between two of
        them. Figures are right when all have been taken."""
        moment_us = (interval.from_us + interval.to_us) // 2
        measured = moment_us >= self.warm_up_us
        layout, cells = self.breakdown.layout, {}
        for key, cell in interval.cells.items():
            cells[key] = CountedCell.of(cell, layout)
            yield
        for key, requests in cells.items():
            self._take_requests(key, requests, moment_us)
            yield
        counted = CountedInterval.of(interval, cells, layout)
        yield from self.breakdown.take(moment_us, counted)
        self.failures.take(interval.from_us, interval.to_us, interval.cells)
        stretch = self._timeline(measured=measured).at(moment_us)
        for flow_and_phase, sessions in counted.sessions.items():
            self.sessions[flow_and_phase].take(sessions)
            stretch.started += sessions.counts.started
        self.started_in.update(interval.started_in)
        self.lateness.add_packed(counted.lateness)
        self.waited += interval.waited
        self.waited_max_us = max(self.waited_max_us, interval.waited_max_us)
        self.faults += interval.faults
        self.elapsed_us = max(self.elapsed_us, interval.to_us)
        self.generators[generator].take(counted, measured=measured)
        stretch.late(counted.lateness.max_us or 0, interval.waited_max_us)
        stretch.woken(counted.lags.max_us or 0)
        stretch.gauge(generator, interval.to_us, interval.gauges.in_flight)
        self._traces += interval.traces
        self._traces_left_out += interval.traces_left_out

    def take_traces(self) -> Traces:
        """Those that came since the last call."""
        taken = Traces(tuple(self._traces), self._traces_left_out)
        self._traces, self._traces_left_out = [], 0
        return taken

    def arrival_lost(self, *, flow: str, phase: int) -> None:
        """An arrival came due, and its generator was lost."""
        self.sessions[flow, phase].planned += 1
        self.lost += 1

    def close_accounts(self) -> None:
        """After the loss of a generator: what it had at work was cut, what waited was dropped."""
        for totals in self.sessions.values():
            totals.dropped = totals.planned - totals.started
            totals.cut = totals.started - totals.completed - totals.failed
        for generator in self.generators.values():
            generator.last = Gauges()

    def is_measured(self, phase: int) -> bool:
        """Whether a phase counts; a warm-up does not."""
        return phase > 0 or not self.warm_up_us

    @property
    def last(self) -> Gauges:
        """What all generators together last reported."""
        latest = [generator.last for generator in self.generators.values()]
        return Gauges(
            in_flight=sum(gauges.in_flight for gauges in latest),
            waiting=sum(gauges.waiting for gauges in latest),
            vusers=sum(gauges.vusers for gauges in latest),
        )

    @property
    def unaccounted(self) -> int:
        """Arrivals that came due and were neither started nor dropped nor wait; 0 unless lost."""
        every = self.sessions.values()
        known = sum(counts.started + counts.dropped for counts in every) + self.last.waiting
        return sum(counts.planned for counts in every) - known

    @property
    def planned(self) -> int:
        """Arrivals that came due so far, those of a warm-up among them."""
        return sum(counts.planned for counts in self.sessions.values())

    @property
    def endpoints_overflowed(self) -> bool:
        """Whether there were more names than are kept apart."""
        return OTHER_ENDPOINTS in self.endpoints

    def _take_requests(self, key: CellKey, counted: CountedCell, moment_us: int) -> None:
        if not counted.cell.ended:
            return
        measured = self.is_measured(key.phase)
        if measured:
            self.total.take(counted)
            self._endpoint(key.endpoint).take(counted)
            self.flows[key.flow].take(counted)
        self.phases[key.phase].take(counted)
        self._timeline(measured=measured).at(moment_us).take(counted)

    def _endpoint(self, name: str) -> Group:
        """The group of an endpoint; several generators together may know too many names."""
        if name not in self.endpoints and len(self.endpoints) >= MAX_ENDPOINTS:
            return self.endpoints[OTHER_ENDPOINTS]
        return self.endpoints[name]

    def _timeline(self, *, measured: bool) -> Timeline:
        return self.timeline if measured else self.warm_up_timeline
