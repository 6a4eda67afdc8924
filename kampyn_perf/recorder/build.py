"""A collector's state as the parts of a result. Pure.

It is asked for once a second, to save as the run goes; what has not changed since the last time is
not computed again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from kampyn_perf.histogram import Histogram, merged, sum_of
from kampyn_perf.recorder.collector import Collector, Group
from kampyn_perf.results.load import (
    EndpointResult,
    FlowResult,
    Latency,
    PhaseResult,
    Requests,
    Sessions,
    WarmUp,
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
    warm_up: WarmUp | None


def build(
    collector: Collector,
    *,
    schedule: Schedule,
    weights: Mapping[str, int],
    arrivals_until_us: int | None = None,
) -> Figures:
    """All groups of the result, in the order of the schedule's phases and of `weights`.

    `arrivals_until_us`: when a run that ended early had its last arrival; after it there is no
    time in which a rate could have been achieved.
    """
    until_us = collector.elapsed_us if arrivals_until_us is None else arrivals_until_us
    return Figures(
        sessions=_sessions(collector, lambda _flow, phase: collector.is_measured(phase)),
        requests=requests(collector.total),
        endpoints=[
            EndpointResult(name=name, requests=requests(collector.endpoints[name]))
            for name in sorted(collector.endpoints)
        ],
        flows=[
            _flow(collector, flow, weight) for flow, weight in _flows(collector, weights).items()
        ],
        phases=_phases(collector, schedule, until_us),
        warm_up=_warm_up(collector),
    )


def ahead(collector: Collector) -> Iterator[None]:
    """Compute what `build` will need, piece by piece: whoever takes the steps can let others at the
    CPU between two of them."""
    for groups in (collector.endpoints, collector.flows, collector.phases):
        for group in list(groups.values()):
            requests(group)
            yield
    requests(collector.total)
    yield
    for totals in list(collector.sessions.values()):
        Latency.of(totals.duration)
        yield
    Latency.of(collector.lateness)
    yield
    for generator in list(collector.generators.values()):
        Latency.of(generator.lag)
        yield
    collector.timeline.seconds()
    yield
    yield from collector.breakdown.ahead()


def requests(group: Group) -> Requests:
    """One group's requests."""
    if group.figures is None:
        response, successful_response = _times(group.response, group.failed_response)
        service, successful_service = _times(group.service, group.failed_service)
        group.figures = Requests(
            count=response.count,
            failed=sum(group.errors.values()),
            statuses=dict(sorted(group.statuses.items())),
            errors=dict(sorted(group.errors.items())),
            bytes_received=group.received,
            bytes_sent=group.sent,
            response=response,
            service=service,
            successful_response=successful_response,
            successful_service=successful_service,
        )
    return group.figures


def _times(successful: Histogram, failed: Histogram) -> tuple[Latency, Latency | None]:
    """Of all, and of the successful ones alone if that is not the same."""
    if not failed.count:
        return Latency.of(successful), None
    return Latency.of(merged([successful, failed])), Latency.of(successful)


def _flows(collector: Collector, weights: Mapping[str, int]) -> dict[str, int]:
    """Those that the schedule picks, and what was measured outside of any."""
    return dict(weights) | {name: 0 for name in sorted(collector.flows) if name not in weights}


def _flow(collector: Collector, flow: str, weight: int) -> FlowResult:
    def wanted(name: str, phase: int) -> bool:
        return name == flow and collector.is_measured(phase)

    totals = [counts for key, counts in collector.sessions.items() if wanted(*key)]
    time, successful_time = _times(
        sum_of(counts.duration for counts in totals),
        sum_of(counts.failed_duration for counts in totals),
    )
    return FlowResult(
        name=flow,
        weight=weight,
        sessions=_sessions(collector, wanted),
        requests=requests(collector.flows[flow]),
        session_time=time,
        successful_session_time=successful_time,
    )


def _phases(collector: Collector, schedule: Schedule, until_us: int) -> list[PhaseResult]:
    return [
        _phase(collector, schedule, index, until_us)
        for index, start_us in enumerate(schedule.starts_us[:-1])
        if start_us <= collector.elapsed_us and collector.is_measured(index)
    ]


def _phase(collector: Collector, schedule: Schedule, index: int, until_us: int) -> PhaseResult:
    spec, start_us = schedule.phases[index], schedule.starts_us[index]
    lasted_us = min(spec.duration_us, max(until_us - start_us, 0))
    started_in = collector.started_in[index]
    return PhaseResult(
        name=spec.name,
        start_us=start_us,
        duration_us=spec.duration_us,
        sessions=_sessions(collector, lambda _flow, phase: phase == index),
        offered_rate=_per_second(schedule.planned_in(index), spec.duration_us),
        achieved_rate=_per_second(started_in, lasted_us),
        requests=requests(collector.phases[index]),
    )


def _warm_up(collector: Collector) -> WarmUp | None:
    if not collector.warm_up_us:
        return None
    return WarmUp(
        duration_us=collector.warm_up_us,
        sessions=_sessions(collector, lambda _flow, phase: not collector.is_measured(phase)),
        requests=requests(collector.phases[0]),
        seconds=collector.warm_up_timeline.seconds(),
    )


def _sessions(collector: Collector, wanted: Callable[[str, int], bool]) -> Sessions:
    totals = [counts for key, counts in collector.sessions.items() if wanted(*key)]
    planned = sum(counts.planned for counts in totals)
    started = sum(counts.started for counts in totals)
    return Sessions(
        planned=planned,
        started=started,
        # Those that still waited when the run was ended never started either. That the generator
        # counted the same number of dropped ones is checked by `Collector.unaccounted`.
        dropped=planned - started,
        completed=sum(counts.completed for counts in totals),
        failed=sum(counts.failed for counts in totals),
        cut=sum(counts.cut for counts in totals),
    )


def _per_second(count: int, duration_us: int) -> float:
    return count * MICROSECONDS / duration_us if duration_us else 0.0
