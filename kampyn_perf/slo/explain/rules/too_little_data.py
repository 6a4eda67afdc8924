"""So little was measured that chance explains it as well as anything."""

from kampyn_perf.slo.explain.breach import Kind
from kampyn_perf.slo.explain.facts import Facts
from kampyn_perf.slo.explain.rule import Hit, Rule
from kampyn_perf.units import counted

_REQUESTS = 100
_BAD = 5


def _check(facts: Facts) -> Hit | None:
    breach, total = facts.breach, facts.result.requests.count
    if breach.kind is Kind.OTHER or (total >= _REQUESTS and breach.bad >= _BAD):
        return None
    return Hit(
        f"{counted(breach.bad, 'request')} missed it, of {counted(total, 'request')} in the run: "
        f"with fewer than {_REQUESTS} requests, or {_BAD} that miss it, one slow moment decides"
    )


RULE = Rule(
    id="too-little-data",
    needs="the requests of the run",
    test=f"fewer than {_REQUESTS} requests, or fewer than {_BAD} that missed the goal",
    check=_check,
)
