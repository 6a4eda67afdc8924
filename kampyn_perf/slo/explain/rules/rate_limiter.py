"""Requests were refused for being too many."""

from kampyn_perf import names
from kampyn_perf.slo.explain.breach import Kind
from kampyn_perf.slo.explain.facts import Facts
from kampyn_perf.slo.explain.rule import ENOUGH, Hit, Rule

_STATUS = "429"


def _check(facts: Facts) -> Hit | None:
    refused = [failure for failure in facts.failures if failure.cause == _STATUS]
    number = sum(facts.failed_within(failure) for failure in refused)
    share = number / facts.failed if facts.failed else 0.0
    if facts.breach.kind is Kind.OTHER or share < ENOUGH:
        return None
    words = f"{number:,} of {facts.failed:,} failed requests were answered 429"
    counted = facts.number(names.METRIC_RATE_LIMITED)
    if counted:
        words += f"; the backend counts {counted:,.0f} that its rate limit refused"
    if refused[0].message:
        words += f", in its words: {refused[0].message!r}"
    return Hit(words, share)


RULE = Rule(
    id="rate-limiter",
    needs=f"the statuses of what failed; {names.METRIC_RATE_LIMITED}",
    test="a quarter of the failed requests were answered 429",
    metrics=(names.METRIC_RATE_LIMITED,),
    check=_check,
)
