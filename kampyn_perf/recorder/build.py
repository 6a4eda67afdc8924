"""A collector's state as the parts of a result. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kampyn_perf.histogram import Histogram
from kampyn_perf.recorder.collector import Collector, Group
from kampyn_perf.recorder.interval import CellKey
from kampyn_perf.results.load import (
    EndpointResult,
    FlowResult,
    Latency,
    PhaseResult,
    Requests,
    Sessions,
)
from kampyn_perf.schedule import Schedule
from kampyn_perf.units import MICROSECONDS


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The measured part of a `LoadResult`."""

    sessions: Sessions
    requests: Requests
    endpoints: list[EndpointResult]
    flows: list[FlowResult]
    phases: list[PhaseResult]


def build(collector: Collector, *, schedule: Schedule, weights: Mapping[str, int]) -> Figures:
    """All groups of the result, in the order of the schedule's phases and of `weights`."""
    names = collector.endpoints()
    return Figures(
        sessions=_sessions(collector, lambda _flow, _phase: True),
        requests=requests(collector.group(lambda _key: True)),
        endpoints=[
            EndpointResult(
                name=name,
                requests=requests(collector.group(_of_endpoint(name))),
            )
            for name in names
        ],
        flows=[_flow(collector, flow, weight) for flow, weight in weights.items()],
        phases=_phases(collector, schedule),
    )


def requests(group: Group) -> Requests:
    """One group's requests."""
    return Requests(
        count=group.response.count,
        failed=sum(group.errors.values()),
        statuses=dict(sorted(group.statuses.items())),
        errors=dict(sorted(group.errors.items())),
        bytes_received=group.received,
        bytes_sent=group.sent,
        response=Latency.of(group.response),
        service=Latency.of(group.service),
    )


def _of_endpoint(name: str) -> Callable[[CellKey], bool]:
    return lambda key: key.endpoint == name


def _flow(collector: Collector, flow: str, weight: int) -> FlowResult:
    duration = Histogram()
    for (name, _phase), totals in collector.sessions.items():
        if name == flow:
            duration.add(totals.duration)
    return FlowResult(
        name=flow,
        weight=weight,
        sessions=_sessions(collector, lambda name, _phase: name == flow),
        requests=requests(collector.group(lambda key: key.flow == flow)),
        session_time=Latency.of(duration),
    )


def _phases(collector: Collector, schedule: Schedule) -> list[PhaseResult]:
    reached = zip(schedule.phases, schedule.starts_us, strict=False)
    return [
        _phase(collector, schedule, index)
        for index, (_phase_spec, start_us) in enumerate(reached)
        if start_us <= collector.elapsed_us
    ]


def _phase(collector: Collector, schedule: Schedule, index: int) -> PhaseResult:
    spec, start_us = schedule.phases[index], schedule.starts_us[index]
    lasted_us = min(spec.duration_us, max(collector.elapsed_us - start_us, 0))
    started_in = collector.started_in[index]
    return PhaseResult(
        name=spec.name,
        start_us=start_us,
        duration_us=spec.duration_us,
        sessions=_sessions(collector, lambda _flow, phase: phase == index),
        offered_rate=_per_second(schedule.planned_in(index), spec.duration_us),
        achieved_rate=_per_second(started_in, lasted_us),
        requests=requests(collector.group(lambda key: key.phase == index)),
    )


def _sessions(collector: Collector, wanted: Callable[[str, int], bool]) -> Sessions:
    totals = [each for key, each in collector.sessions.items() if wanted(*key)]
    planned = _total([each.planned for each in totals])
    started = _total([each.started for each in totals])
    return Sessions(
        planned=planned,
        started=started,
        # Those that still waited when the run was ended never started either. That the generator
        # counted the same number of dropped ones is checked by `Collector.unaccounted`.
        dropped=planned - started,
        completed=_total([each.completed for each in totals]),
        failed=_total([each.failed for each in totals]),
        cut=_total([each.cut for each in totals]),
    )


def _total(counts: Sequence[int]) -> int:
    return sum(counts)


def _per_second(count: int, duration_us: int) -> float:
    return count * MICROSECONDS / duration_us if duration_us else 0.0
