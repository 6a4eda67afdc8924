"""How a search ends, in words: pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kampyn_perf.capacity.asks import Stop
from kampyn_perf.capacity.estimate import estimate
from kampyn_perf.capacity.steps import bracket, is_confirmed, open_steps, spent_us
from kampyn_perf.results.capacity import CapacityStep, Ending, Limiter, Steadiness, StepKind
from kampyn_perf.units import counted, format_duration, format_percent, format_rate

_REFUSED = 0.1
_LONG_WINDOW_US = 60_000_000
_APART = 1.01
"""Two rates nearer than that are one."""


def over(steps: Sequence[CapacityStep], limiter: Limiter | None) -> Stop | None:
    """Why nothing more is to be tried, whatever it would be."""
    if steps and steps[-1].lost:
        reason = f"the target was gone after {counted(len(steps), 'step')}: {steps[-1].lost}"
        return Stop(ending=Ending.LOST, reason=reason)
    return _limited(steps, limiter)


def _limited(steps: Sequence[CapacityStep], limiter: Limiter | None) -> Stop | None:
    """A limit on requests that remembers more than a step: it makes every later step worthless."""
    refused = [step for step in steps if step.refused_share > _REFUSED]
    if not refused:
        return None
    first = refused[0]
    if limiter and limiter.per_second and (limiter.window_us or 0) >= _LONG_WINDOW_US:
        words = (
            f"a rate limiter lets {limiter.requests:,} requests per "
            f"{format_duration(limiter.window_us or 0)} through, "
            f"{limiter.per_second:.3g} requests/s in the long run ({limiter.words}); "
            f"{format_percent(first.refused_share)} of the requests of step {first.number} were "
            "answered 429"
        )
        return Stop(ending=Ending.LIMITER, reason=words)
    for step in refused:
        earlier = [
            earlier_step
            for earlier_step in steps[: step.number - 1]
            if earlier_step.rate >= step.rate
            and not earlier_step.refused_share
            and earlier_step.requests_rate
        ]
        if earlier:
            words = (
                f"requests are answered 429 at {format_rate(step.rate)}, and were not before at "
                f"{format_rate(earlier[-1].rate)}: a rate limiter remembers what came earlier, and "
                "says nowhere how much it allows in how long"
            )
            return Stop(ending=Ending.LIMITER, reason=words)
    return None


def confirmed() -> Stop:
    """The limit is known. How many steps said so is counted of all of them, with the answer."""
    return Stop(ending=Ending.FOUND, reason="confirmed by steps near it")


def out_of_time(steps: Sequence[CapacityStep]) -> Stop:
    """No further step fits into the budget."""
    tried = open_steps(steps)
    low, high = bracket(tried)
    spent = format_duration(spent_us(steps))
    if low is None and high is None:
        invalid = next((step.invalid[0] for step in reversed(tried) if step.invalid), "")
        why = f"; the last one: {invalid}" if invalid else ""
        return Stop(ending=Ending.UNDECIDED, reason=f"no step told anything in {spent}{why}")
    if high is None:
        reason = f"nothing was missed at {format_rate(low or 0)}, and the time was over ({spent})"
        return Stop(ending=Ending.NO_TIME, reason=reason)
    if low is None:
        return _nothing_held(steps, spent)
    limit = estimate(tried)
    if not 0 < limit.rate < math.inf:
        return Stop(ending=Ending.UNDECIDED, reason=f"steps contradict each other after {spent}")
    if is_confirmed(tried, limit):
        return confirmed()
    where = (
        f"between {format_rate(low)}, where nothing was missed, and {format_rate(high)}"
        if high > low * _APART
        else f"near {format_rate(high)}, where steps held and did not by turns"
    )
    reason = f"{where}; the time was over before that was confirmed ({spent})"
    return Stop(ending=Ending.ROUGH, reason=reason)


def _nothing_held(steps: Sequence[CapacityStep], spent: str) -> Stop:
    """The time was over before a rate was low enough."""
    tried = open_steps(steps)
    light = next((step for step in steps if step.kind is StepKind.LIGHT and step.holds), None)
    if light is None:
        return too_slow(tried)
    least = min(step.rate for step in tried)
    reason = (
        f"the limit lies between {format_rate(light.rate)}, a little load that held, and "
        f"{format_rate(least)}, which did not; the time was over ({spent})"
    )
    return Stop(ending=Ending.UNDECIDED, reason=reason)


def too_slow(tried: Sequence[CapacityStep]) -> Stop:
    """Nothing held."""
    least = min(tried, key=lambda step: step.rate)
    if least.steadiness is Steadiness.OVERLOADED:
        what = "sessions pile up"
    else:
        what = f"{' and '.join(least.missed) or 'an objective'} was missed"
    reason = f"at {format_rate(least.rate)}, the lowest rate that was tried, {what}"
    return Stop(ending=Ending.TOO_SLOW, reason=reason)
