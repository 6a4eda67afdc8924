"""The cache did not answer, or did not have what was asked for."""

from kampyn_perf import names
from kampyn_perf.slo.explain.breach import Kind
from kampyn_perf.slo.explain.facts import Facts
from kampyn_perf.slo.explain.rule import ENOUGH, Hit, Rule
from kampyn_perf.units import format_percent

_FELL = 0.3
_LOW = 0.5
_FEW = 20


def _check(facts: Facts) -> Hit | None:
    looks = {
        outcome: facts.number(names.METRIC_CACHE, outcome=outcome) or 0.0
        for outcome in ("hit", "miss", "error")
    }
    asked = sum(looks.values())
    if asked < _FEW or facts.breach.kind is Kind.OTHER:
        return None
    without = 1 - looks["hit"] / asked
    share = min(1.0, without * asked / max(facts.breach.bad, 1)) * without
    before = _hits_before(facts)
    fell = before is not None and before - (1 - without) >= _FELL
    if share < ENOUGH or not (fell or 1 - without < _LOW):
        return None
    was = ""
    if fell and before is not None:
        was = f", against {format_percent(round(before, 3))} of hits in the rest of the run"
    return Hit(
        f"of {asked:,.0f} looks into the cache {looks['hit']:,.0f} were hits, {looks['miss']:,.0f} "
        f"misses and {looks['error']:,.0f} errors{was}; {facts.breach.bad:,} requests "
        f"missed the goal",
        share,
    )


def _hits_before(facts: Facts) -> float | None:
    """The share of hits in the rest of the run."""
    looks = [
        facts.watched.number(names.METRIC_CACHE, facts.calm, outcome=outcome) or 0.0
        for outcome in ("hit", "miss", "error")
    ]
    return looks[0] / sum(looks) if sum(looks) >= _FEW else None


RULE = Rule(
    id="cache",
    needs=names.METRIC_CACHE,
    test="fewer than half of the looks were hits, or a third fewer than in the rest of the run; "
    "and they are as many as a quarter of the requests that missed the goal",
    metrics=(names.METRIC_CACHE, names.CACHE_HIT_RATIO),
    check=_check,
)
