"""Whether the generators were healthy enough for the numbers to mean anything. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from kampyn_perf.histogram import sum_of
from kampyn_perf.load.coordinator.facts import GeneratorFacts
from kampyn_perf.load.coordinator.generator_health import (
    busiest_share,
    cause,
    file_descriptors,
    health_of,
    is_full,
    longest_standstill_us,
    ports,
    resources,
    standstills,
    steal_share,
)
from kampyn_perf.load.coordinator.idle import flows_without_requests
from kampyn_perf.load.coordinator.sizing import advice
from kampyn_perf.load.coordinator.warnings import warnings
from kampyn_perf.load.settings import ValidityLimits
from kampyn_perf.recorder.collector import Collector
from kampyn_perf.results.load import Latency, Validity
from kampyn_perf.results.validity import Disturbance
from kampyn_perf.schedule import Schedule
from kampyn_perf.units import counted, format_duration, format_percent


def assess(
    collector: Collector,
    *,
    schedule: Schedule,
    limits: ValidityLimits,
    complete: bool,
    facts: GeneratorFacts,
    more_warnings: Iterable[str] = (),
) -> Validity:
    """The validity of what was recorded so far.

    `complete` says that the whole schedule should have been run.
    """
    disturbances = list(
        _disturbances(collector, schedule, limits=limits, complete=complete, facts=facts)
    )
    totals = collector.generators.values()
    measured_us = max((generator.measured_us for generator in totals), default=0)
    return Validity(
        valid=not disturbances,
        reasons=[disturbance.reason for disturbance in disturbances],
        disturbances=disturbances,
        warnings=[*warnings(collector, limits, facts), *more_warnings],
        lateness=Latency.of(collector.lateness),
        waited=collector.waited,
        recorder_faults=collector.faults,
        loop_lag=Latency.of(sum_of(generator.lag for generator in totals)),
        loop_lag_max_us=max((generator.lag.max_us or 0 for generator in totals), default=0),
        cpu_share=sum(generator.cpu_us for generator in totals) / measured_us
        if measured_us
        else None,
        cpu_steal_share=max(
            (share for generator in totals if (share := steal_share(generator)) is not None),
            default=None,
        ),
        gc_pauses=sum(generator.gc_pauses for generator in totals),
        gc_pause_max_us=max((generator.gc_max_us for generator in totals), default=0),
        gc_total_us=sum(generator.gc_us for generator in totals),
        file_descriptors=file_descriptors(totals),
        ports=ports(totals),
        clock_step_max_us=max((generator.clock_step_us for generator in totals), default=0),
        suspended_us=max((generator.suspended_us for generator in totals), default=0),
        vusers_max=sum(generator.vusers_max for generator in totals),
        generators=health_of(collector.generators, facts),
    )


def _disturbances(
    collector: Collector,
    schedule: Schedule,
    *,
    limits: ValidityLimits,
    complete: bool,
    facts: GeneratorFacts,
) -> Iterator[Disturbance]:
    """Why the run is not valid, each with what it can have done at most."""
    if facts.trouble and facts.trouble not in facts.lost.values():
        yield Disturbance(reason=facts.trouble, adds_us=None, hides=None)
    session = _requests_a_session(collector)
    lost = len(facts.lost) * collector.timeline.most_requests + collector.lost * session
    yield from _bounded(_lost_generators(collector, facts), hides=lost)
    totals = collector.sessions.values()
    dropped = sum(counts.dropped for counts in totals) - collector.lost
    never_due = schedule.planned - collector.planned if complete else 0
    missing = collector.unaccounted + abs(never_due) + max(dropped, 0)
    yield from _bounded(
        _lost(collector, schedule, complete=complete),
        hides=collector.faults + missing * session,
    )
    more = advice(collector, schedule, facts)
    yield from _bounded(_late(collector, limits, more), adds_us=collector.lateness.max_us or 0)
    generators = collector.generators.values()
    stood_us = max((longest_standstill_us(generator) for generator in generators), default=0)
    yield from _bounded(standstills(generators, limits), adds_us=stood_us)
    yield from _bounded(resources(collector.generators, limits, more), adds_us=None)
    yield from _bounded(_clocks(facts, limits), adds_us=_clock_error_us(facts))
    for words, count in facts.scenario_errors.items():
        reason = f"{counted(count, 'session')} ended by an exception in the scenario: {words}"
        yield Disturbance(reason=reason, hides=count * session)
    yield from _bounded(flows_without_requests(collector), hides=None)
    if complete:
        # Less load than planned makes no system slower, so that a failure stays one.
        yield from _bounded(_short(collector, schedule, limits))


def _bounded(
    reasons: Iterable[str], *, adds_us: int | None = 0, hides: int | None = 0
) -> Iterator[Disturbance]:
    """Reasons of one kind, which together did so much at most: the first carries it."""
    for place, reason in enumerate(reasons):
        if place:
            yield Disturbance(reason=reason)
        else:
            yield Disturbance(reason=reason, adds_us=adds_us, hides=hides)


def _requests_a_session(collector: Collector) -> int:
    """At most, of those that were seen."""
    most = 1
    for flow, group in collector.flows.items():
        started = sum(
            counts.started for key, counts in collector.sessions.items() if key[0] == flow
        )
        ended = group.response.count + group.failed_response.count
        most = max(most, math.ceil(ended / started)) if started else most
    return most


def _clock_error_us(facts: GeneratorFacts) -> int:
    errors = (
        start.uncertainty_us + abs(end.offset_us - start.offset_us)
        for start, end in facts.clocks.values()
    )
    return max(errors, default=0)


def _lost_generators(collector: Collector, facts: GeneratorFacts) -> Iterator[str]:
    for how in facts.lost.values():
        yield f"a generator was lost, and up to a second of what it had measured: {how}"
    if collector.lost:
        rest = "; the others took over the rest" if facts.taken_over else ""
        yield f"{counted(collector.lost, 'arrival')} went with a lost generator{rest}"


def _lost(collector: Collector, schedule: Schedule, *, complete: bool) -> Iterator[str]:
    totals = collector.sessions.values()
    dropped = sum(counts.dropped for counts in totals) - collector.lost
    if collector.faults:
        yield f"the recorder lost {counted(collector.faults, 'sample')}"
    if collector.unaccounted:
        yield f"{collector.unaccounted} arrivals are neither started nor dropped: they were lost"
    if complete and collector.planned != schedule.planned:
        yield f"{schedule.planned} arrivals were planned, and {collector.planned} came due"
    if complete and dropped > 0:
        yield (
            f"{dropped} arrivals were dropped: all virtual users (maxVusers) were busy until more "
            "than maxWaiting waited, or the run was over"
        )


def _late(collector: Collector, limits: ValidityLimits, more: str) -> Iterator[str]:
    why = cause(collector.generators, limits)
    busiest = busiest_share(collector.generators)
    if is_full(busiest, limits) and busiest <= limits.cpuShare:  # else it stands there
        why = f"{why}: {more}"
    p99 = collector.lateness.percentiles([0.99])[0.99]
    if p99 is not None and p99 > limits.latenessP99:
        yield (
            f"the generator was late: P99 {format_duration(p99)} "
            f"(limit {format_duration(limits.latenessP99)}); {why}"
        )
    longest = collector.lateness.max_us
    if longest is not None and longest > limits.latenessMax:
        yield (
            f"the generator began a session {format_duration(longest)} late "
            f"(limit {format_duration(limits.latenessMax)}); {why}"
        )


def _short(collector: Collector, schedule: Schedule, limits: ValidityLimits) -> Iterator[str]:
    for index, phase in enumerate(schedule.phases):
        planned = schedule.planned_in(index)
        missing = planned - collector.started_in[index]
        # One arrival more or less at the edge of a phase says nothing.
        if collector.is_measured(index) and missing > max(1, planned * limits.rateShortfall):
            yield (
                f"{phase.name}: {collector.started_in[index]} of {planned} sessions began within "
                f"the phase; {format_percent(missing / planned)} are missing "
                f"(limit {format_percent(limits.rateShortfall)})"
            )


def _clocks(facts: GeneratorFacts, limits: ValidityLimits) -> Iterator[str]:
    for index, (start, end) in facts.clocks.items():
        name = facts.names[index]
        if start.uncertainty_us > limits.clockUncertainty:
            yield (
                f"the clock of {name} is known only within {format_duration(start.uncertainty_us)} "
                f"(limit {format_duration(limits.clockUncertainty)}), and so is when it began"
            )
        drift_us = abs(end.offset_us - start.offset_us)
        if drift_us > limits.clockDrift:
            yield (
                f"the clock of {name} parted by {format_duration(drift_us)} during the run "
                f"(limit {format_duration(limits.clockDrift)})"
            )
