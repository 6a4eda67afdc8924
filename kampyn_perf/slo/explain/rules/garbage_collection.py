"""Garbage collections stopped the backend's processes."""

from kampyn_perf import names
from kampyn_perf.slo.explain.facts import Facts
from kampyn_perf.slo.explain.rule import ENOUGH, Hit, Rule
from kampyn_perf.units import format_duration, format_percent


def _check(facts: Facts) -> Hit | None:
    paused = facts.level(names.METRIC_GC_PAUSE)
    collections = facts.level(names.METRIC_GC_COLLECTIONS)
    if not paused or not collections or not facts.slow:
        return None
    if facts.gc_share < ENOUGH:
        return None
    of_time = paused / max(1, len(facts.workers_cpu))
    return Hit(
        f"each worker stood still for {format_percent(round(of_time, 3))} of the time to collect "
        f"garbage, {format_duration(1e6 * paused / collections)} a collection: about "
        f"{format_percent(round(facts.gc_share, 2))} of the "
        f"{format_duration(facts.answered_us)} that "
        "answered requests took together",
        facts.gc_share,
    )


RULE = Rule(
    id="garbage-collection",
    needs=f"{names.METRIC_GC_PAUSE}, {names.METRIC_GC_COLLECTIONS}",
    test="half a pause, for each request that came while a worker collected, is a quarter of the "
    "time waited",
    check=_check,
)
