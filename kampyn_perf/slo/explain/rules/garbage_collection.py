"""Garbage collections stopped the backend's processes."""

from kampyn_perf import names
from kampyn_perf.slo.explain.facts import Facts
from kampyn_perf.slo.explain.rule import ENOUGH, Hit, Rule
from kampyn_perf.units import format_duration, format_percent


def _check(facts: Facts) -> Hit | None:
    if not facts.slow or facts.gc_share < ENOUGH:
        return None
    generation, most = max(facts.collections.items(), key=lambda pair: pair[1].of_time)
    share = format_percent(round(facts.gc_share, 2))
    return Hit(
        f"each worker stood still for {format_percent(round(most.of_time, 3))} of the time to "
        f"collect garbage of generation {generation}, {format_duration(most.pause_us)} each time: "
        f"about {share} of the {format_duration(facts.answered_us)} that answered requests took "
        "together",
        facts.gc_share,
    )


RULE = Rule(
    id="garbage-collection",
    needs=f"{names.METRIC_GC_PAUSE}, {names.METRIC_GC_COLLECTIONS}",
    test="half a pause, for each request that came while a worker collected, is a quarter of the "
    "time waited",
    metrics=(names.METRIC_GC_PAUSE, names.METRIC_GC_COLLECTIONS),
    check=_check,
)
