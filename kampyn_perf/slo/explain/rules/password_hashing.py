"""Logins took their time for the hash of a password, or were refused for it."""

from kampyn_perf import names
from kampyn_perf.slo.explain.breach import Kind
from kampyn_perf.slo.explain.facts import Facts
from kampyn_perf.slo.explain.rule import ENOUGH, Hit, Rule
from kampyn_perf.units import format_duration, format_percent


def _check(facts: Facts) -> Hit | None:
    hashing = facts.hashing
    if facts.breach.kind is Kind.ERRORS and (hit := _refused(facts)):
        return hit
    if hashing is None or not facts.slow:
        return None
    share = facts.hash_share * (1 - facts.starved)
    if share < ENOUGH:
        return None
    waiting = facts.events(names.METRIC_HASH_WAIT)
    waited = f", after waiting {format_duration(waiting.mean_us)} for a thread" if waiting else ""
    queue = facts.level(names.METRIC_HASH_QUEUE)
    waited += (
        "" if queue is None else f", and {queue:.1f} logins were at it or waited on the average"
    )
    return Hit(
        f"{hashing.count:,.0f} password hashes took {format_duration(hashing.mean_us)} each{waited}"
        f": {format_percent(round(facts.hash_share, 2))} of the time that requests took together",
        share,
    )


def _refused(facts: Facts) -> Hit | None:
    """Logins beyond what can be hashed in time are answered 503."""
    refused = facts.number(names.METRIC_HASH_REFUSED)
    if not refused or not facts.breach.bad:
        return None
    share = min(1.0, refused / facts.breach.bad)
    if share < ENOUGH:
        return None
    mean = f", at {format_duration(facts.hashing.mean_us)} a hash" if facts.hashing else ""
    return Hit(
        f"the backend refused {refused:,.0f} logins that would have waited too long for their hash"
        f"{mean}; {facts.breach.bad:,} requests missed the goal",
        share,
    )


RULE = Rule(
    id="password-hashing",
    needs=f"{names.METRIC_HASH}, {names.METRIC_HASH_WAIT}, {names.METRIC_HASH_REFUSED}",
    test="hashes and the wait for them are a quarter of the time waited (without the time for "
    "which they had no CPU), or logins refused for it a quarter of the failed requests",
    metrics=(names.METRIC_HASH, names.METRIC_HASH_WAIT, names.METRIC_HASH_QUEUE),
    check=_check,
)
