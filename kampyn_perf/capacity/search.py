"""The search, as a pure state machine: the steps so far decide what comes next.

A little load, a ladder of users to see where throughput stops growing, then sessions at a rate
until one held and one did not, rates between those until they are near each other, and at last the
estimate itself, from just below and just above, again and again, in random order.

Where a goal about what is used up (CPU) breaks first, the same goes on for the limit by response
times and errors alone, with what all steps said of these.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import replace

from kampyn_perf.capacity import ladder
from kampyn_perf.capacity.asks import Ask, Rung, Stop
from kampyn_perf.capacity.endings import confirmed, out_of_time, over, too_slow
from kampyn_perf.capacity.estimate import estimate
from kampyn_perf.capacity.plan import OVERHEAD_US, Plan
from kampyn_perf.capacity.steps import (
    ABOVE,
    BELOW,
    aside_first,
    bracket,
    is_confirmed,
    open_steps,
    spent_us,
    unusable,
    without,
)
from kampyn_perf.results.capacity import CapacityStep, Ending, Limiter, StepKind
from kampyn_perf.units import format_rate

_FIRST = 0.75
"""Of what the ladder showed at most, for the first open step."""
_UP, _DOWN = 1.25, 0.7
_LONGEST, _DOWN_A_LITTLE = 0.25, 0.93
"""Strides down where a goal about what is used up was missed."""
_PLENTY, _MOST_PLENTY = 2.0, 2500.0
"""Times as many arrivals as a rung's users could take come to it; and no more than a generator can
turn away beside its work."""
_NEAR = 1.15
"""Two rates so far apart are near enough to confirm what lies between them."""
_CLOSE = 1.05
"""... and so far where it breaks without a slope."""
_STEP_IN = 1.03
"""A cliff that is known no nearer than that may yet have a slope."""
_LOWEST = 0.02
"""Of what the ladder showed: below it nothing is tried."""
_INVALID_RATES = 4
"""So many rates that the generator could not do end the search."""
_GO_ON = (Ending.FOUND, Ending.ROUGH, Ending.TOO_SLOW, Ending.UNDECIDED)
"""Endings of the first limit after which the other one may be searched for."""
_STRIDE = 0.08
"""By how much the estimate may move from one of them to the next, as a share."""


def decide(plan: Plan, steps: Sequence[CapacityStep], limiter: Limiter | None = None) -> Ask | Stop:
    """What comes after `steps`. The same steps, the same answer."""
    own = [step for step in steps if not step.beyond]
    apart = aside_first(own, plan.aside)
    first = _next(replace(plan, budget_us=plan.first_us) if apart else plan, own, limiter)
    if isinstance(first, Ask):
        return first
    further = beyond(plan, steps, limiter) if first.ending in _GO_ON else None
    return replace(further, beyond=True) if isinstance(further, Ask) else first


def beyond(
    plan: Plan, steps: Sequence[CapacityStep], limiter: Limiter | None = None
) -> Ask | Stop | None:
    """What comes next in the search for the limit by requests alone; None where there is none of
    its own."""
    if not aside_first(steps, plan.aside):
        return None
    return _next(plan, without(steps, plan.aside), limiter)


def _next(plan: Plan, steps: Sequence[CapacityStep], limiter: Limiter | None) -> Ask | Stop:
    """What comes after `steps` in a search for one limit."""
    light = [step for step in steps if step.kind is StepKind.LIGHT]
    if stop := over(steps, limiter):
        return stop
    if not light:
        return Ask(
            kind=StepKind.LIGHT,
            rate=plan.light_rate,
            warm_up_us=plan.light_warm_up_us,
            measured_us=plan.light_us,
        )
    rungs = [step for step in steps if step.kind is StepKind.LADDER]
    if not rungs:
        return ladder_of(plan, light[-1], plan.rungs)
    if len(rungs) == len(plan.rungs) and ladder.grows_still(rungs):
        more = tuple(rungs[-1].users * 2**n for n in (1, 2, 3) if rungs[-1].users)
        again = ladder_of(plan, light[-1], more)
        if _fits(plan, steps, again, spare=4):
            return again
    ask = _open(plan, steps, rungs)
    if isinstance(ask, Ask) and not _fits(plan, steps, ask):
        return out_of_time(steps)
    return ask


def ladder_of(plan: Plan, light: CapacityStep, users: Sequence[int]) -> Ask:
    """Rungs of so many users; arrivals come so often that none of them ever waits for one, even if
    sessions took much less than when they were first seen."""
    session_s = max((light.session_us or 10_000) / 1e6, 1e-4)
    return Ask(
        kind=StepKind.LADDER,
        measured_us=plan.rung_us,
        rungs=tuple(
            Rung(users=number, rate=min(max(_PLENTY * number / session_s, 20.0), _MOST_PLENTY))
            for number in users
        ),
    )


def _open(plan: Plan, steps: Sequence[CapacityStep], rungs: Sequence[CapacityStep]) -> Ask | Stop:
    """The next step at a rate."""
    tried = open_steps(steps)
    most = ladder.most(rungs)
    if not most:
        most = max((step.completed_rate for step in steps), default=0.0) or plan.light_rate
    if not tried:
        return _at(plan, StepKind.OPEN, most * _FIRST)
    if _to_repeat(tried):
        return _at(plan, tried[-1].kind, tried[-1].rate)
    if any(step.kind is StepKind.CONFIRM for step in tried):
        return _confirm(plan, tried)
    low, high = bracket(tried)
    if low is not None and high is not None:
        return _between(plan, tried, low, high)
    return _downwards(plan, tried, most) if low is None else _upwards(plan, tried, low, most)


def _downwards(plan: Plan, tried: Sequence[CapacityStep], most: float) -> Ask | Stop:
    """Nothing held yet."""
    invalid = unusable(tried)
    if len(invalid) == len(tried):
        return _beyond_generator(plan, None, invalid)
    lowest = min(step.rate for step in tried)
    if lowest < most * _LOWEST or lowest * _DOWN < 0.2:
        return too_slow(tried)
    return _at(plan, StepKind.OPEN, lowest * _down(plan, tried))


def _down(plan: Plan, tried: Sequence[CapacityStep]) -> float:
    """The next stride. What is used up grows with the rate: how far beyond its goal it was says
    about where that is kept."""
    last = min(tried, key=lambda step: step.rate)
    if aside_first([last], plan.aside):
        worst = min((margin.value for margin in last.margins), default=0.0)
        return min(max(math.exp(worst), _LONGEST), _DOWN_A_LITTLE)
    return _DOWN if len(tried) < 3 else _DOWN**2


def _between(plan: Plan, tried: Sequence[CapacityStep], low: float, high: float) -> Ask | Stop:
    limit = estimate(tried, seed=plan.seed + len(tried))
    cliff = bool(limit.first and limit.first.cliff)
    if high / low > (_CLOSE if cliff else _NEAR):
        return _at(plan, StepKind.OPEN, math.sqrt(low * high))
    return _confirm(plan, tried)


def _confirm(plan: Plan, tried: Sequence[CapacityStep]) -> Ask | Stop:
    """The estimate from just below or just above; it moves with what these steps say."""
    limit = estimate(tried, seed=plan.seed + len(tried))
    if is_confirmed(tried, limit) and limit.half_width <= plan.precise:
        return confirmed()
    first = limit.first
    if first and first.cliff and first.above / first.below > _STEP_IN:
        return _at(plan, StepKind.CONFIRM, math.sqrt(first.below * first.above))
    middle = limit.rate
    if not 0 < middle < math.inf:  # nothing held, or everything: it lies beyond what was tried
        rates = [step.rate for step in tried]
        middle = min(rates) * BELOW if middle <= 0 else max(rates) * ABOVE
    if tried[-1].kind is StepKind.CONFIRM:  # one odd step must not carry it away
        middle = min(max(middle, tried[-1].rate * (1 - _STRIDE)), tried[-1].rate * (1 + _STRIDE))
    return _at(plan, StepKind.CONFIRM, middle * _side(plan, tried))


def _side(plan: Plan, tried: Sequence[CapacityStep]) -> float:
    """Below or above: pairs, each in random order, so that what drifts hits both alike."""
    number = sum(step.kind is StepKind.CONFIRM for step in tried)
    order = random.Random(f"{plan.seed}/{number // 2}").choice(((-1, 1), (1, -1)))  # noqa: S311
    return 1 + order[number % 2] * plan.apart


def _upwards(plan: Plan, tried: Sequence[CapacityStep], low: float, most: float) -> Ask | Stop:
    """Everything held yet."""
    if invalid := unusable(tried):
        return _beyond_generator(plan, low, invalid)
    if low * _UP > plan.most_rate:
        reason = f"nothing was missed at {format_rate(low)}, and no more is asked for"
        return Stop(ending=Ending.NO_TIME, reason=reason)
    # The ladder said where it ends: a little above that is worth a try before long strides.
    wanted = most * 1.05 if low < most * 0.98 else low * _UP
    return _at(plan, StepKind.OPEN, max(wanted, low * 1.05))


def _beyond_generator(plan: Plan, low: float | None, invalid: Sequence[CapacityStep]) -> Ask | Stop:
    """Nothing valid failed: between what held and what the generator could not do there may be
    something that does."""
    least = min(step.rate for step in invalid)
    tried = len({step.rate for step in invalid})
    if low is None and least * _DOWN >= 1.0 and tried < _INVALID_RATES:
        return _at(plan, StepKind.OPEN, least * _DOWN)
    if low is not None and least / low > _NEAR and tried < _INVALID_RATES:
        return _at(plan, StepKind.OPEN, math.sqrt(low * least))
    reason = (
        f"the generator came to its end at {format_rate(least)} before the target did: "
        f"{invalid[-1].invalid[0]}"
    )
    return Stop(ending=Ending.GENERATOR, reason=reason)


def _to_repeat(tried: Sequence[CapacityStep]) -> bool:
    """A step that says nothing is made once more."""
    last = tried[-1]
    if last.holds is not None or (last.invalid and not last.ended_early and _twice_invalid(tried)):
        return False
    return len(tried) < 2 or tried[-2].rate != last.rate


def _twice_invalid(tried: Sequence[CapacityStep]) -> bool:
    return len(tried) > 1 and bool(tried[-2].invalid)


def _at(plan: Plan, kind: StepKind, rate: float) -> Ask:
    return Ask(
        kind=kind,
        rate=float(f"{min(rate, plan.most_rate):.4g}"),
        warm_up_us=plan.warm_up_us,
        measured_us=plan.measured_us,
    )


def _fits(plan: Plan, steps: Sequence[CapacityStep], ask: Ask, *, spare: int = 0) -> bool:
    """Whether there is time for it, and for `spare` more steps after it."""
    over = [step.took_us - step.warm_up_us - step.measured_us for step in open_steps(steps)]
    overhead = max(sum(over) // len(over), 0) if over else OVERHEAD_US
    wanted = ask.length_us + overhead
    wanted += spare * (plan.warm_up_us + plan.measured_us + overhead)
    return spent_us(steps) + wanted <= plan.budget_us
