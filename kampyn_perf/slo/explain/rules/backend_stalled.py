"""Nothing at all was answered for a while, and the backend's processes did nothing."""

from kampyn_perf import names
from kampyn_perf.slo.explain.breach import Kind
from kampyn_perf.slo.explain.facts import Facts
from kampyn_perf.slo.explain.rule import Hit, Rule
from kampyn_perf.slo.explain.watched import Span, merged
from kampyn_perf.units import format_duration

_LEAST_US = 2_000_000
_IDLE = 0.1
"""Cores, of all workers together."""


def _check(facts: Facts) -> Hit | None:
    still = [span for span in _silences(facts) if span[1] - span[0] >= _LEAST_US]
    if not still or facts.breach.kind is Kind.OTHER:
        return None
    longest = max(still, key=lambda span: span[1] - span[0])
    if facts.result.validity.loop_lag_max_us >= (longest[1] - longest[0]) / 2:
        return None  # the generator stood still itself
    cpu = {
        subject: level
        for subject, level in facts.watched.each(names.PROCESS_CPU, [longest]).items()
        if subject.startswith("worker")
    }
    if not cpu or sum(cpu.values()) > _IDLE:
        return None
    after = [(start, end + 2_000_000) for start, end in still]
    hit = sum(
        second.requests
        for second in facts.result.seconds
        if any(start <= second.at_us < end for start, end in after)
        and any(start <= second.at_us < end for start, end in facts.breach.ended)
    )
    return Hit(
        f"from {format_duration(longest[0])} to {format_duration(longest[1])} not one request was "
        f"answered, while sessions arrived and the backend's workers used {sum(cpu.values()):.2f} "
        f"of a core together: it stood still. {min(hit, facts.breach.bad):,} of the "
        f"{facts.breach.bad:,} that missed the goal ended within 2 s of it",
        min(1.0, hit / facts.breach.bad) if facts.breach.bad else None,
        span=longest,
    )


def _silences(facts: Facts) -> list[Span]:
    """Stretches in which sessions were at work and no request ended."""
    seconds = facts.result.seconds
    return merged(
        [
            (second.at_us, second.at_us + second.width_us)
            for second in seconds
            if not second.requests and second.in_flight and second.at_us < facts.result.planned_us
        ]
    )


RULE = Rule(
    id="backend-stalled",
    needs="requests and sessions by second; the CPU time of the backend's processes",
    test="for 2 s or more nothing was answered, the workers together used less than 0.1 of a core, "
    "and the generator's own event loop turned",
    metrics=(names.PROCESS_CPU, names.SESSIONS_IN_FLIGHT),
    check=_check,
)
