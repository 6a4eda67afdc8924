"""The generator itself was late, stood still or had no CPU."""

from kampyn_perf import names
from kampyn_perf.slo.explain.breach import Kind
from kampyn_perf.slo.explain.facts import Facts
from kampyn_perf.slo.explain.rule import ENOUGH, Hit, Rule
from kampyn_perf.units import format_duration, format_percent

_OWN = ("the generator", "generator's", "event loop", "began within", "had the CPU", "of a core")


def _check(facts: Facts) -> Hit | None:
    validity, breach = facts.result.validity, facts.breach
    reasons = [why for why in validity.reasons if any(word in why for word in _OWN)]
    gap = 1 - breach.service_us / breach.response_us if breach.response_us else 0.0
    waited_for_user = validity.waited > facts.result.sessions.started / 100
    share = max(gap, _own_delay(facts))
    if reasons and facts.slow and share >= ENOUGH:
        return Hit(f"the run is not valid: {'; '.join(reasons)}", share)
    if breach.kind is Kind.TIMES and gap >= ENOUGH and not waited_for_user:
        late, still = validity.lateness.max_us or 0, validity.loop_lag_max_us
        return Hit(
            f"requests waited {format_percent(round(gap, 3))} of their response time before they "
            f"were sent; sessions began up to {format_duration(late)} late, and the generator's "
            f"event loop stood still for {format_duration(still)} at most",
            gap,
        )
    return None


def _own_delay(facts: Facts) -> float:
    """What it was late by itself, against what requests took: its lag is in service times too. A
    generator that was late by 60 ms is not why requests take seconds."""
    validity, breach = facts.result.validity, facts.breach
    loop_lag_us = (validity.loop_lag.p99_us or 0) if validity.loop_lag else 0
    late_us = max(validity.lateness.p99_us or 0, loop_lag_us)
    target_us = breach.judgement.target if breach.kind is Kind.TIMES else 0.0
    return min(1.0, late_us / max(target_us, facts.waited_us / max(breach.total, 1), 1.0))


RULE = Rule(
    id="generator",
    needs="the validity of the run; response and service times by second",
    test="the run is invalid for a reason of the generator's own, and that was a quarter of what "
    "requests took; or they waited for a quarter of their time before they were sent, although a "
    "virtual user was free",
    metrics=(names.START_LAG,),
    check=_check,
)
