"""Queries waited for a connection, or for their turn to write."""

from kampyn_perf import names
from kampyn_perf.slo.explain.breach import Kind
from kampyn_perf.slo.explain.facts import Facts
from kampyn_perf.slo.explain.rule import ENOUGH, Hit, Rule
from kampyn_perf.units import format_duration, format_percent

_WORDS = ("store is busy", "locked", "lock timeout", "writeconflict", "wait queue", "pool")
"""What stores say when nobody gets a turn."""


def _check(facts: Facts) -> Hit | None:
    waits = facts.events(names.METRIC_DB_WAIT)
    if facts.breach.kind is Kind.ERRORS and (hit := _refused(facts)):
        return hit
    if waits is None or not facts.slow or facts.lock_share < ENOUGH:
        return None
    of = format_percent(round(facts.lock_share, 2))
    return Hit(
        f"{waits.count:,.0f} queries waited {format_duration(waits.mean_us)} each for a connection "
        f"or their turn to write: {of} of the {format_duration(facts.answered_us)} that answered "
        "requests took together",
        facts.lock_share,
    )


def _refused(facts: Facts) -> Hit | None:
    """Whoever got no turn in time was answered an error, in the store's words."""
    refused = [
        failure
        for failure in facts.failures
        if any(word in failure.message.lower() for word in _WORDS)
    ]
    number = sum(facts.failed_within(failure) for failure in refused)
    share = number / facts.failed if facts.failed else 0.0
    if share < ENOUGH:
        return None
    return Hit(
        f"{number:,} of {facts.failed:,} failed requests did not get their turn in the store, in "
        f"its words: {refused[0].message!r} (status {refused[0].cause}, {refused[0].endpoint})",
        share,
    )


RULE = Rule(
    id="lock-waits",
    needs=f"{names.METRIC_DB_WAIT}; what failed, in its own words",
    test="waiting for a connection or for the turn to write is a quarter of the time waited, or a "
    "quarter of the failed requests say so",
    metrics=(names.METRIC_DB_WAIT,),
    check=_check,
)
