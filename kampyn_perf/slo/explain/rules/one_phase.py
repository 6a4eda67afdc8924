"""It is one phase, and the others are well."""

from kampyn_perf.slo.explain.breach import Kind
from kampyn_perf.slo.explain.facts import Facts
from kampyn_perf.slo.explain.rule import Hit, Rule
from kampyn_perf.units import format_percent, format_rate

_MOST = 0.9
_AT_MOST_OF_ALL = 0.75


def _check(facts: Facts) -> Hit | None:
    breach, phases = facts.breach, facts.result.phases
    total, bad = facts.result.requests.count, sum(breach.by_phase.values())
    if breach.kind is Kind.OTHER or len(phases) < 2 or not bad or "phase" in breach.judgement.scope:
        return None
    place, most = breach.by_phase.most_common(1)[0]
    phase = phases[place]
    if most < _MOST * bad or phase.requests.count > _AT_MOST_OF_ALL * total:
        return None
    return Hit(
        f"{most:,} of the {bad:,} requests that missed it began in {phase.name} "
        f"({format_rate(round(phase.offered_rate, 1))}), which has "
        f"{format_percent(round(phase.requests.count / total, 3))} of the requests",
        most / bad,
        span=(phase.start_us, phase.start_us + phase.duration_us),
    )


RULE = Rule(
    id="one-phase",
    needs="requests by phase",
    test="nine tenths of what missed the goal are of one phase, which has at most three quarters "
    "of the requests",
    cause=False,
    check=_check,
)
