"""Something was done to the system on purpose."""

from kampyn_perf.slo.evidence.under_faults import Faults
from kampyn_perf.slo.explain.breach import Kind
from kampyn_perf.slo.explain.facts import Facts
from kampyn_perf.slo.explain.rule import ENOUGH, Hit, Rule


def _check(facts: Facts) -> Hit | None:
    faults = Faults.of(facts.result)
    breach = facts.breach
    if breach.kind is Kind.OTHER or breach.judgement.masked_us or not faults.windows_us:
        return None
    bad = sum(breach.bad_at.values())
    told = [
        (number, name)
        for name, window in zip(faults.names, faults.windows_us, strict=True)
        if (number := _within(facts, *window))
    ]
    under = sum(
        number
        for at, number in breach.bad_at.items()
        if any(_meet(facts, at, *window) for window in faults.windows_us)
    )
    if not bad or under < ENOUGH * bad:
        return None
    named = {fault.name: fault for fault in facts.result.faults}
    words = ", ".join(
        f"{name} ({named[name].kind}, {named[name].span_text})"
        for _, name in sorted(told, key=lambda pair: -pair[0])
    )
    return Hit(f"{under:,} of the {bad:,} that missed the goal ended under {words}", under / bad)


def _within(facts: Facts, first: int, last: int) -> int:
    return sum(n for at, n in facts.breach.bad_at.items() if _meet(facts, at, first, last))


def _meet(facts: Facts, at: int, first: int, last: int) -> bool:
    width = facts.breach.width_us
    return at * width <= last and (at + 1) * width > first


RULE = Rule(
    id="fault",
    needs="the faults of the run",
    test="a quarter of what missed the goal ended under faults, for a goal that leaves them in",
    check=_check,
)
