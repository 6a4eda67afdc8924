"""What the generators reported of themselves: judged, explained, and as parts of a result. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from kampyn_perf.histogram import sum_of
from kampyn_perf.load.clock import ClockReading
from kampyn_perf.load.coordinator.facts import GeneratorFacts
from kampyn_perf.load.settings import ValidityLimits
from kampyn_perf.recorder.collector import Collector
from kampyn_perf.recorder.generators import GeneratorTotals
from kampyn_perf.results.load import GeneratorHealth, Headroom
from kampyn_perf.units import format_duration, format_percent

_WAKE_TOLD_US = 1_000
_WAKE_TOLD_SHARE = 0.5
"""Of the median service time: from there on the generator's own delay shows in percentiles."""

Generators = Mapping[int, GeneratorTotals]


def busiest_share(generators: Generators) -> float:
    """Of a core, that a generator used in its busiest five seconds."""
    return max((generator.busiest.share for generator in generators.values()), default=0.0)


def resources(generators: Generators, limits: ValidityLimits, advice: str) -> Iterator[str]:
    """Why the numbers mean nothing: what a generator had too little of. `advice` is for one that
    used all of its core."""
    busiest = busiest_share(generators)
    if busiest > limits.cpuShare:
        yield (
            f"a generator used {format_percent(busiest)} of a core for five seconds "
            f"(limit {format_percent(limits.cpuShare)}): it could not do more; {advice}"
        )
    waited = max((generator.starved.share for generator in generators.values()), default=0.0)
    if waited > limits.cpuWait:
        yield (
            f"a generator waited for a CPU {format_percent(waited)} of five seconds "
            f"(limit {format_percent(limits.cpuWait)}): others had it"
        )
    steals = [
        share for generator in generators.values() if (share := steal_share(generator)) is not None
    ]
    if steals and max(steals) > limits.cpuSteal:
        yield (
            f"the hypervisor took {format_percent(max(steals))} of the machine's CPU time "
            f"(limit {format_percent(limits.cpuSteal)})"
        )
    for what, failed in (
        ("file descriptors: raise the limit (ulimit -n)", "fds_exhausted"),
        ("ephemeral ports: use more machines, or a wider ip_local_port_range", "ports_exhausted"),
    ):
        count = sum(getattr(generator, failed) for generator in generators.values())
        if count:
            yield f"{count} connections failed because the generator had run out of {what}"


def standstills(generators: Iterable[GeneratorTotals], limits: ValidityLimits) -> Iterator[str]:
    """Why the numbers mean nothing: when a generator did nothing at all."""
    totals = list(generators)
    lag = max((generator.lag.max_us or 0 for generator in totals), default=0)
    if lag > limits.loopLagMax:
        yield (
            f"the generator stood still for {format_duration(lag)} "
            f"(limit {format_duration(limits.loopLagMax)})"
        )
    pause = max((generator.gc_max_us for generator in totals), default=0)
    if pause > limits.gcPauseMax:
        yield (
            f"garbage collection held the generator for {format_duration(pause)} "
            f"(limit {format_duration(limits.gcPauseMax)})"
        )
    slept = max((generator.suspended_us for generator in totals), default=0)
    if slept:
        yield f"the machine of the generator slept for {format_duration(slept)}"


def woken_late(collector: Collector) -> Iterator[str]:
    """What stands in the numbers and is nobody's fault but the generator's: told where it is of the
    size of what is measured."""
    lags = sum_of(generator.lag for generator in collector.generators.values())
    lag = lags.percentiles([0.95])[0.95]
    service = collector.total.service.percentiles([0.5])[0.5]
    if lag is None or service is None or lag < max(_WAKE_TOLD_US, service * _WAKE_TOLD_SHARE):
        return
    yield (
        f"the generator was woken {format_duration(lag)} late (P95), and half of the answers took "
        f"no more than {format_duration(service)}: what others do on its CPU is in these times, "
        "which a verdict allows for; give it a core of its own"
    )


def longest_standstill_us(totals: GeneratorTotals) -> int:
    """How long one generator did nothing at all, at most."""
    return max(totals.lag.max_us or 0, totals.gc_max_us, totals.suspended_us)


def is_full(busiest: float, limits: ValidityLimits) -> bool:
    """Whether a generator's own work is what makes it late."""
    return busiest > limits.cpuShare * 0.9


def cause(generators: Generators, limits: ValidityLimits) -> str:
    """What most likely made the generator late, in words."""
    totals = generators.values()
    wait = max((generator.hungriest.share for generator in totals), default=0.0)
    busiest = busiest_share(generators)
    lag = max((generator.lag.max_us or 0 for generator in totals), default=0)
    if lag > limits.loopLagMax:
        return f"it stood still for {format_duration(lag)}"
    if wait > limits.cpuWait / 2 and wait > busiest / 4:
        return f"it waited for a CPU {format_percent(wait)} of five seconds, because others had it"
    if is_full(busiest, limits):
        return f"it used {format_percent(busiest)} of its core, and could not keep up"
    return f"its event loop was late by up to {format_duration(lag)}"


def wait_share(totals: GeneratorTotals) -> float | None:
    """The share of the time for which a generator was ready, and others had the CPU."""
    if totals.cpu_wait_us is None or not totals.measured_us:
        return None
    return totals.cpu_wait_us / totals.measured_us


def steal_share(totals: GeneratorTotals) -> float | None:
    """The share of its machine's CPU time that the hypervisor gave to others."""
    if totals.steal_us is None or not totals.machine_us:
        return None
    return totals.steal_us / totals.machine_us


def file_descriptors(generators: Iterable[GeneratorTotals]) -> Headroom | None:
    """Of the generator that came nearest to its limit."""
    return _worst([(totals.fds_max, totals.fd_limit) for totals in generators])


def ports(generators: Iterable[GeneratorTotals]) -> Headroom | None:
    """The same of ephemeral ports."""
    return _worst([(totals.ports_max, totals.port_limit) for totals in generators])


def _worst(pairs: Sequence[tuple[int | None, int | None]]) -> Headroom | None:
    """Of (used, limit), the one that came nearest to its limit."""
    known = [(used, limit) for used, limit in pairs if used is not None and limit]
    if not known:
        return None
    used, limit = max(known, key=lambda pair: pair[0] / pair[1])
    return Headroom(used=used, limit=limit)


def health_of(generators: Generators, facts: GeneratorFacts) -> list[GeneratorHealth]:
    """Each generator, for the result."""
    return [_health(generators, facts, index) for index in range(len(facts.names))]


def _health(generators: Generators, facts: GeneratorFacts, index: int) -> GeneratorHealth:
    totals = generators.get(index, GeneratorTotals())
    start, end = facts.clocks.get(index, (ClockReading(), ClockReading()))
    return GeneratorHealth(
        name=facts.names[index],
        planned=totals.planned,
        started=totals.started,
        joined_us=facts.joined_us.get(index, 0),
        lost=facts.lost.get(index, ""),
        cpu_share=totals.cpu_us / totals.measured_us if totals.measured_us else None,
        cpu_share_max=totals.busiest.share,
        cpu_wait_share=wait_share(totals),
        lateness_p99_us=totals.lateness.percentiles([0.99])[0.99],
        loop_lag_max_us=totals.lag.max_us or 0,
        clock_uncertainty_us=start.uncertainty_us,
        clock_drift_us=end.offset_us - start.offset_us,
        wall_clock_offset_us=start.wall_offset_us,
    )
