"""It is one endpoint, and the others are well."""

from kampyn_perf.slo.explain.facts import Facts
from kampyn_perf.slo.explain.rule import Hit, Rule
from kampyn_perf.units import format_percent

_MOST = 0.8
_AT_MOST_OF_ALL = 0.5


def _check(facts: Facts) -> Hit | None:
    breach = facts.breach
    named = {name: number for name, number in breach.by_endpoint.items() if name}
    if not named or len(breach.requests_by_endpoint) < 2 or "endpoint" in breach.judgement.scope:
        return None
    name = max(named, key=lambda metric: named[metric])
    bad, asked = named[name], breach.requests_by_endpoint[name]
    if bad < _MOST * breach.bad or asked > _AT_MOST_OF_ALL * breach.total:
        return None
    others = breach.total - asked
    return Hit(
        f"{bad:,} of the {breach.bad:,} requests that missed it were {name}, which is "
        f"{format_percent(round(asked / breach.total, 3))} of the requests; of the "
        f"{others:,} others "
        f"{breach.bad - bad:,} did",
        bad / breach.bad,
    )


RULE = Rule(
    id="one-endpoint",
    needs="requests by endpoint and second",
    test="four fifths of what missed the goal are of one endpoint, which has at most half of the "
    "requests",
    cause=False,
    check=_check,
)
