"""What a user should know of a run, beside its validity. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from kampyn_perf.load.coordinator.facts import GeneratorFacts
from kampyn_perf.load.coordinator.generator_health import file_descriptors, ports, woken_late
from kampyn_perf.load.coordinator.idle import sessions_without_requests
from kampyn_perf.load.settings import ValidityLimits
from kampyn_perf.recorder.collector import Collector
from kampyn_perf.units import counted, format_duration


def warnings(collector: Collector, limits: ValidityLimits, facts: GeneratorFacts) -> Iterator[str]:
    """One sentence each."""
    if collector.endpoints_overflowed:
        yield "more endpoint names than are kept apart; give requests with ids in their path a name"
    if collector.waited:
        yield (
            f"{collector.waited} sessions waited for a virtual user, up to "
            f"{format_duration(collector.waited_max_us)}: maxVusers was reached"
        )
    cut = sum(counts.cut for counts in collector.sessions.values())
    if cut:
        yield (
            f"{counted(cut, 'session')} cut by the end of the run: what they waited for is in the "
            "verdict, and in no table"
        )
    if collector.lateness.clamped:
        yield "a lateness above one hour was counted as one hour"
    yield from woken_late(collector)
    yield from _apart(facts)
    yield from sessions_without_requests(collector, facts)
    yield from facts.remarks
    if facts.unwritten:
        yield facts.unwritten
    yield from facts.blind
    yield from _late_comers(facts)
    totals = collector.generators.values()
    step = max((generator.clock_step_us for generator in totals), default=0)
    if step:
        yield (
            f"the wall clock stepped by {format_duration(step)}; "
            "durations do not depend on it, times of day in logs do"
        )
    for what, headroom in (
        ("file descriptors", file_descriptors(totals)),
        ("ephemeral ports", ports(totals)),
    ):
        if headroom and headroom.used > headroom.limit * limits.headroom:
            used = f"{headroom.used:,} of {headroom.limit:,}"
            yield f"{used} {what} were in use: more load will need more"


def _apart(facts: GeneratorFacts) -> Iterator[str]:
    for requests in facts.apart:
        if requests.failed:
            yield (
                f"{requests.failed} of {counted(requests.count, 'request')} beside the load "
                f"failed: {requests.name} ({requests.reason})"
            )


def _late_comers(facts: GeneratorFacts) -> Iterator[str]:
    for index, moment_us in facts.joined_us.items():
        yield (
            f"{facts.names[index]} joined {format_duration(moment_us)} into the run, and takes its "
            "share from then on"
        )
    for index, why in facts.declined.items():
        yield f"{facts.names[index]} came late, and did not take part: {why}"
