"""Runs made of numbers: a load result from latencies per second, without any load.

They go through the real recorder. A made-up run has one endpoint per request of a session, all in
one flow, and its phases one after the other. Latencies are microseconds.
"""

from __future__ import annotations

import pickle
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from kampyn_perf.histogram import Histogram
from kampyn_perf.machine import Machine
from kampyn_perf.outcomes import ErrorKind, kind_of_status
from kampyn_perf.recorder.buffer import Sample, SampleBuffer
from kampyn_perf.recorder.build import Figures, build
from kampyn_perf.recorder.collector import Collector
from kampyn_perf.recorder.interval import CellKey, Gauges, Interval
from kampyn_perf.results.breakdown import Breakdown
from kampyn_perf.results.failures import Failure
from kampyn_perf.results.load import (
    Latency,
    LoadResult,
    RunStatus,
    Second,
    Target,
    Validity,
)
from kampyn_perf.results.series import Series
from kampyn_perf.results.validity import Disturbance
from kampyn_perf.schedule import Phase, Schedule

SECOND_US = 1_000_000
ENDPOINTS = ("GET /api/item/retail/uni/{uniId}", "POST /order/{userId}")
FLOW = "Order placement flow"
OTHER_ENDPOINT, OTHER_FLOW = "POST /api/user/auth/login", "User authentication flow"
MACHINE = Machine(
    hostname="test", os="Linux", cpu="none", cores=2, memory_bytes=1, python="3", versions={}
)
Latencies = Sequence[Sequence[int]]
"""Of each second, in the order in which requests ended."""


def latency(values: Any) -> Latency:
    """The distribution of `values`."""
    histogram = Histogram()
    histogram.record_all(np.asarray(values, dtype=np.int64))
    return Latency.of(histogram)


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a made-up run is like."""

    phases: Sequence[tuple[str, Latencies]]
    """Name and latencies of each phase."""
    offered: Mapping[str, float] = field(default_factory=dict)
    """Sessions per second of a phase, where it is not what was answered."""
    errors: Mapping[str, int] = field(default_factory=dict)
    """By status (`"503"`) or kind (`"timeout"`): spread over the first requests of the run's
    seconds, one per second and round again."""
    errors_at: Mapping[int, Mapping[str, int]] = field(default_factory=dict)
    """Of the first requests of single seconds."""
    accepted: bool = False
    """Whether the scenario took such answers for good ones."""
    other: Latencies = ()
    """By second, of `OTHER_ENDPOINT`, in a flow of its own."""
    late: Sequence[int] = ()
    """Latencies of requests of the first phase that ended in the run's last second."""
    cut_us: Sequence[int] = ()
    """Ages of requests of the first endpoint that the end of the run cut."""
    splits_us: Sequence[int] = ()
    """Thresholds that were known before the run."""
    recorded: bool = True
    """False: as an earlier version kept it, without a breakdown."""
    measurements: Sequence[Series] = ()
    status: RunStatus = RunStatus.COMPLETE
    reason: str = ""
    invalid: Sequence[str] = ()
    disturbances: Sequence[Disturbance] = ()

    def result(self) -> LoadResult:
        """The result that such a run leaves, made once for all tests that want the same."""
        key = pickle.dumps(self)
        if key not in _made:
            _made[key] = self._make()
        return _made[key].model_copy()

    def _make(self) -> LoadResult:
        recorded = self._recorded()
        figures = recorded.figures
        result = LoadResult(
            status=self.status,
            reason=self.reason,
            started_at="2026-11-23T20:00:00Z",
            elapsed_us=recorded.elapsed_us,
            planned_us=recorded.elapsed_us,
            profile="test",
            seed=1,
            target=Target(name="reference", url="http://127.0.0.1:1"),
            machine=MACHINE,
            validity=Validity(
                valid=not self.invalid and not self.disturbances,
                reasons=[*self.invalid, *(each.reason for each in self.disturbances)],
                disturbances=list(self.disturbances),
                warnings=[],
                lateness=latency([]),
            ),
            sessions=figures.sessions,
            requests=figures.requests,
            endpoints=figures.endpoints,
            flows=[flow for flow in figures.flows if flow.requests.count],
            phases=[
                phase.model_copy(update={"offered_rate": self.offered[phase.name]})
                if phase.name in self.offered
                else phase
                for phase in figures.phases
            ],
            seconds=recorded.seconds,
            breakdown=recorded.breakdown if self.recorded else None,
            failures=recorded.failures,
            measurements=list(self.measurements),
        )
        return result if self.recorded else _earlier(result)

    def _recorded(self) -> _Recorded:
        """What the recorder makes of it: once for all runs that differ in the rest alone."""
        key = pickle.dumps([getattr(self, name) for name in _OF_THE_RECORDER])
        if key not in _recordings:
            collector = Collector(splits_us=self.splits_us)
            for interval in self._intervals():
                collector.take(interval)
            _recordings[key] = _Recorded(
                figures=build(
                    collector, schedule=self._schedule(), weights={FLOW: 1, OTHER_FLOW: 1}
                ),
                elapsed_us=collector.elapsed_us,
                seconds=collector.timeline.seconds(),
                breakdown=collector.breakdown.figures(),
                failures=collector.failures.figures(),
            )
        return _recordings[key]

    def _intervals(self) -> Iterator[Interval]:
        errors = self._errors()
        seconds = [(number, v) for number, (_, part) in enumerate(self.phases) for v in part]
        for at, (phase, values) in enumerate(seconds):
            buffer = SampleBuffer()
            buffer.begin(at * SECOND_US)
            kinds = errors[at]
            by_itself = len(kinds) + len(ENDPOINTS)
            for place, us in enumerate(values[:by_itself]):
                key = kinds[place] if place < len(kinds) else ""
                sample = self._sample(int(us), key)
                endpoint = ENDPOINTS[place % len(ENDPOINTS)]
                buffer.request(sample, endpoint=endpoint, flow=FLOW, phase=phase)
                if place % len(ENDPOINTS) == 0:
                    _session(buffer, int(us) * len(ENDPOINTS), phase)
            for us in self.other[at] if at < len(self.other) else ():
                sample = self._sample(int(us), "")
                buffer.request(sample, endpoint=OTHER_ENDPOINT, flow=OTHER_FLOW, phase=phase)
            if at == len(seconds) - 1:
                for us in self.late:
                    buffer.request(self._sample(us, ""), endpoint=ENDPOINTS[0], flow=FLOW, phase=0)
                for age in self.cut_us:
                    buffer.request_cut(endpoint=ENDPOINTS[0], flow=FLOW, phase=phase, age_us=age)
            interval = buffer.take((at + 1) * SECOND_US, Gauges())
            _add_plain(interval, values, by_itself, phase)
            yield interval

    def _errors(self) -> defaultdict[int, list[str]]:
        """The keys of the first requests of each second."""
        count = max(sum(len(part) for _, part in self.phases), 1)
        keys = [key for key, number in self.errors.items() for _ in range(number)]
        errors: defaultdict[int, list[str]] = defaultdict(list)
        for number, key in enumerate(keys):
            errors[number % count].append(key)
        for at, kinds in self.errors_at.items():
            errors[at] += [key for key, number in kinds.items() for _ in range(number)]
        return errors

    def _sample(self, us: int, key: str) -> Sample:
        if not key:
            return Sample(us, us, 200, None)
        if key.isdigit():
            kind = None if self.accepted else kind_of_status(int(key))
            return Sample(us, us, int(key), kind)
        status = 200 if key == ErrorKind.CONTENT.value else 0
        return Sample(us, us, status, ErrorKind(key))

    def _schedule(self) -> Schedule:
        phases = [
            Phase(
                name=name,
                duration_us=max(len(part), 1) * SECOND_US,
                rate=Fraction(sum(len(second) for second in part), len(ENDPOINTS) * len(part) or 1),
            )
            for name, part in self.phases
        ]
        return Schedule(phases or [Phase(name="none", duration_us=1)])


_made: dict[bytes, LoadResult] = {}
_OF_THE_RECORDER = (
    "phases", "errors", "errors_at", "accepted", "other", "late", "cut_us", "splits_us"
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Recorded:
    figures: Figures
    elapsed_us: int
    seconds: list[Second]
    breakdown: Breakdown
    failures: list[Failure]


_recordings: dict[bytes, _Recorded] = {}


def _session(buffer: SampleBuffer, duration_us: int, phase: int) -> None:
    buffer.session_planned(flow=FLOW, phase=phase)
    buffer.session_started(flow=FLOW, phase=phase, phase_now=phase, late_us=0, waited=False)
    buffer.session_ended(flow=FLOW, phase=phase, duration_us=duration_us, success=True)


def _add_plain(interval: Interval, values: Sequence[int], first: int, phase: int) -> None:
    """The requests from `first` on, which succeeded, as the buffer would add them one by one; it
    has had some of each endpoint."""
    for number, endpoint in enumerate(ENDPOINTS):
        times = [
            int(us) for us in values[first + (number - first) % len(ENDPOINTS) :: len(ENDPOINTS)]
        ]
        if not times:
            continue
        cell = interval.cells[CellKey(endpoint, FLOW, phase)]
        cell.responses_us += times
        cell.services_us += times
        cell.statuses["200"] = cell.statuses.get("200", 0) + len(times)
        if number == 0:
            _add_sessions(interval, [us * len(ENDPOINTS) for us in times], phase)


def _add_sessions(interval: Interval, durations_us: list[int], phase: int) -> None:
    counts = interval.sessions[FLOW, phase]
    counts.planned += len(durations_us)
    counts.started += len(durations_us)
    counts.completed += len(durations_us)
    counts.durations_us += durations_us
    interval.started_in[phase] += len(durations_us)
    interval.lateness_us += [0] * len(durations_us)


def _earlier(result: LoadResult) -> LoadResult:
    """The same without what an earlier version did not keep."""

    def less(part: Any) -> Any:
        plain = {"successful_response": None, "successful_service": None}
        return part.model_copy(update={"requests": part.requests.model_copy(update=plain)})

    groups = {
        name: [less(part) for part in getattr(result, name)]
        for name in ("endpoints", "flows", "phases")
    }
    return less(result).model_copy(update=groups)  # type: ignore[no-any-return]


def steady(
    *,
    seconds: int = 60,
    rate: int = 120,
    median_us: int = 20_000,
    spread: float = 0.4,
    seed: int = 1,
) -> list[list[int]]:
    """Independent log-normal latencies."""
    rng = np.random.default_rng(seed)
    values = median_us * rng.lognormal(0, spread, (seconds, rate))
    return [[int(value) for value in row] for row in values]


def machine(metric: str, values: Sequence[float], subject: str = "machine", **more: Any) -> Series:
    """A series with a sample every second."""
    return Series(
        metric=metric,
        subject=subject,
        source="psutil",
        at_us=[at * SECOND_US for at in range(len(values))],
        values=list(values),
        **more,
    )
