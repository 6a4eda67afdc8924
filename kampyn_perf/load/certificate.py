"""Whether the generator was healthy enough for the numbers to mean anything. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kampyn_perf.load.settings import ValidityLimits
from kampyn_perf.recorder.collector import Collector
from kampyn_perf.results.load import Certificate, Latency
from kampyn_perf.schedule import Schedule
from kampyn_perf.units import format_duration, format_percent

_CUT_SHARE = 0.001
"""Sessions that the end of the run may cut: their slowest request is missing from the numbers."""


def certify(
    collector: Collector,
    *,
    schedule: Schedule,
    limits: ValidityLimits,
    complete: bool,
    scenario_errors: Mapping[str, int],
    trouble: str = "",
) -> Certificate:
    """The certificate of what was recorded so far.

    `complete` says that the whole schedule should have been run; `trouble` is a failure of the
    generator that its supervisor saw (it died, or fell silent).
    """
    reasons = [trouble] if trouble else []
    reasons += _lost(collector, schedule, complete=complete)
    reasons += _late(collector, limits)
    reasons += [
        f"{count} sessions ended by an exception in the scenario: {words}"
        for words, count in scenario_errors.items()
    ]
    if complete:
        reasons += _short(collector, schedule, limits)
    return Certificate(
        valid=not reasons,
        reasons=reasons,
        warnings=list(_warnings(collector)),
        lateness=Latency.of(collector.lateness),
        waited=collector.waited,
        recorder_faults=collector.faults,
        loop_lag_max_us=collector.loop_lag_max_us,
        cpu_share=collector.cpu_us / collector.elapsed_us if collector.elapsed_us else None,
        vusers_max=collector.vusers_max,
    )


def _lost(collector: Collector, schedule: Schedule, *, complete: bool) -> Iterator[str]:
    totals = collector.sessions.values()
    dropped = sum(each.dropped for each in totals)
    started = sum(each.started for each in totals)
    cut = sum(each.cut for each in totals)
    if collector.faults:
        yield f"the recorder lost {collector.faults} samples"
    if collector.unaccounted:
        yield f"{collector.unaccounted} arrivals are neither started nor dropped: they were lost"
    if complete and collector.planned != schedule.planned:
        yield f"{schedule.planned} arrivals were planned, and {collector.planned} came due"
    if complete and dropped:
        yield f"{dropped} arrivals were dropped: more than maxWaiting waited for a virtual user"
    if complete and cut > started * _CUT_SHARE:
        yield (
            f"{cut} sessions were still at work when the time to drain was over; their slowest "
            "requests are not in the numbers"
        )


def _late(collector: Collector, limits: ValidityLimits) -> Iterator[str]:
    p99 = collector.lateness.percentiles([0.99])[0.99]
    if p99 is not None and p99 > limits.latenessP99:
        yield (
            f"the generator was late: P99 {format_duration(p99)} "
            f"(limit {format_duration(limits.latenessP99)}); it could not keep up"
        )
    longest = collector.lateness.max_us
    if longest is not None and longest > limits.latenessMax:
        yield (
            f"the generator began a session {format_duration(longest)} late "
            f"(limit {format_duration(limits.latenessMax)})"
        )
    if collector.loop_lag_max_us > limits.loopLagMax:
        yield (
            f"the generator stood still for {format_duration(collector.loop_lag_max_us)} "
            f"(limit {format_duration(limits.loopLagMax)})"
        )


def _short(collector: Collector, schedule: Schedule, limits: ValidityLimits) -> Iterator[str]:
    for index, phase in enumerate(schedule.phases):
        planned = schedule.planned_in(index)
        missing = planned - collector.started_in[index]
        # One arrival more or less at the edge of a phase says nothing.
        if missing > max(1, planned * limits.rateShortfall):
            yield (
                f"{phase.name}: {collector.started_in[index]} of {planned} sessions began within "
                f"the phase; {format_percent(missing / planned)} are missing "
                f"(limit {format_percent(limits.rateShortfall)})"
            )


def _warnings(collector: Collector) -> Iterator[str]:
    if collector.endpoints_overflowed:
        yield "more endpoint names than are kept apart; give requests with ids in their path a name"
    if collector.waited:
        yield (
            f"{collector.waited} sessions waited for a virtual user, up to "
            f"{format_duration(collector.waited_max_us)}: maxVusers was reached"
        )
    cut = sum(each.cut for each in collector.sessions.values())
    if cut:
        yield f"{cut} sessions were cut by the end of the run"
    if collector.lateness.clamped:
        yield "a lateness above one hour was counted as one hour"
