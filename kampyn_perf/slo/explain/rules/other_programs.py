"""Programs that are neither the backend nor the generator took the CPU."""

from kampyn_perf import names
from kampyn_perf.slo.explain.breach import Kind
from kampyn_perf.slo.explain.facts import Facts
from kampyn_perf.slo.explain.rule import ENOUGH, Hit, Rule
from kampyn_perf.units import format_duration, format_percent

_BUSY = 0.9
_SHARE = 0.3
"""Of the machine, by others."""


def _check(facts: Facts) -> Hit | None:
    used, others = facts.used_cores, facts.other_cores
    if used is None or others is None or not (facts.slow or facts.breach.kind is Kind.OTHER):
        return None
    if used < _BUSY * facts.cores or others < _SHARE * facts.cores:
        return None
    words = (
        f"the machine was {format_percent(round(used / facts.cores, 3))} busy, and programs that "
        f"are neither the backend nor the generator used {others:.1f} of its {facts.cores} cores "
        f"(the backend {facts.backend_cpu or 0:.1f})"
    )
    if facts.breach.kind is Kind.OTHER:
        return Hit(words, others / used) if facts.breach.judgement.metric == names.CPU else None
    lag = facts.events(names.METRIC_LOOP_LAG)
    late = lag.mean_us * facts.breach.total / facts.waited_us if lag and facts.waited_us else 0.0
    # A collection makes the event loop late too, and is none of theirs.
    late = max(0.0, late - facts.gc_share)
    share = min(1.0, max(facts.starved * facts.hash_share + late, facts.without_cpu))
    if share < ENOUGH:
        return None
    if lag:
        words += (
            f"; the backend's event loop was {format_duration(lag.mean_us)} late on the average"
        )
    if facts.without_cpu:
        waited = format_percent(round(facts.workers_wait, 2))
        part = format_percent(round(facts.without_cpu, 2))
        words += f"; a worker was ready without a CPU {waited} of the time, {part} of its work"
    if facts.hashing and facts.starved:
        words += (
            f", and hashes of {format_duration(facts.hashing.mean_us)} had no CPU for "
            f"{format_percent(round(facts.starved, 2))} of that at least"
        )
    return Hit(words, share)


RULE = Rule(
    id="other-programs",
    needs="the CPU of the machine and of the backend's processes, and how long these waited for "
    "it; its event-loop lag, its hashes",
    test="the machine was 90 % busy, others used 30 % of it, and the time for which the backend "
    "was ready and had no CPU is a quarter of the time waited",
    metrics=(names.CPU, names.PROCESS_CPU, names.PROCESS_CPU_WAIT),
    check=_check,
)
