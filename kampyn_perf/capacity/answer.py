"""What the steps of a search come to: pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from kampyn_perf.capacity.estimate import Break, Estimate, estimate
from kampyn_perf.capacity.steps import bracket, open_steps, replicates
from kampyn_perf.results.capacity import (
    Answer,
    CapacityStep,
    Ending,
    Limit,
    Limiter,
    RateRange,
    Steadiness,
)
from kampyn_perf.results.judgement import Bounds
from kampyn_perf.stats.intervals import CONFIDENCE

Z = 1.96
_NEAR = 0.1
"""Steps so near the answer are what was measured at it."""


def answer_of(
    steps: Sequence[CapacityStep],
    ending: Ending,
    *,
    limiter: Limiter | None = None,
    seed: int = 0,
) -> Answer | None:
    """The answer; None where no step says anything."""
    if ending is Ending.LIMITER:
        return _of_limiter(steps, limiter)
    tried = open_steps(steps)
    low, high = bracket(tried)
    limit = estimate(steps, final=True, seed=seed)
    if 0 < limit.rate < math.inf:
        return _answer_at(steps, limit)
    return None if low is None or high is not None else _at_least(steps, low)


def requests_a_session(steps: Sequence[CapacityStep]) -> float:
    """Successful requests of a session that ended well; 1 where none did."""
    told = [step for step in open_steps(steps) if step.completed_rate and step.holds]
    told = told or [step for step in steps if step.completed_rate]
    sessions = sum(step.completed_rate for step in told)
    return sum(step.requests_rate for step in told) / sessions if sessions else 1.0


def _answer_at(steps: Sequence[CapacityStep], limit: Estimate) -> Answer:
    tried = open_steps(steps)
    per_session = requests_a_session(steps)
    sessions = _range(limit.rate, limit.low, limit.high)
    held, of_held, missed, of_missed = replicates(tried, limit.rate)
    first = limit.first
    return Answer(
        sessions=sessions,
        requests=_range(
            limit.rate * per_session, limit.low * per_session, limit.high * per_session
        ),
        confirmed=confirmed(steps, limit.rate),
        held=held,
        of_held=of_held,
        missed=missed,
        of_missed=of_missed,
        broke_first=first.objective if first else "",
        limits=[_limit(broken) for broken in limit.breaks if 0 < broken.rate < math.inf],
        drift=limit.drift,
        cliff=bool(first and first.cliff),
    )


def _at_least(steps: Sequence[CapacityStep], low: float) -> Answer:
    per_session = requests_a_session(steps)
    open_end = Bounds(low=low, high=None, confidence=CONFIDENCE)
    return Answer(
        sessions=RateRange(rate=low, interval=open_end),
        requests=RateRange(
            rate=low * per_session,
            interval=Bounds(low=low * per_session, high=None, confidence=CONFIDENCE),
        ),
        at_least=True,
        confirmed=confirmed(steps, low),
        held=sum(step.holds is True for step in open_steps(steps) if step.rate == low),
        of_held=sum(step.rate == low for step in open_steps(steps)),
    )


def _of_limiter(steps: Sequence[CapacityStep], limiter: Limiter | None) -> Answer | None:
    rate = limiter.per_second if limiter else None
    if rate is None:
        return None
    per_session = requests_a_session(steps)
    return Answer(
        sessions=_range(rate / per_session, rate / per_session, rate / per_session),
        requests=_range(rate, rate, rate),
        broke_first="rate limiter",
    )


def confirmed(steps: Sequence[CapacityStep], rate: float) -> RateRange | None:
    """Successful requests per second that were measured in steps that held at `rate` or a little
    below: their mean, with an interval from how they differ."""
    told = [
        step
        for step in open_steps(steps)
        if step.holds
        and step.steadiness is Steadiness.STABLE
        and (1 - _NEAR) * rate <= step.rate <= rate
    ]
    seconds = sum(step.measured_us for step in told) / 1e6
    if not seconds:
        return None
    rates = [step.requests_rate for step in told]
    mean = float(np.mean(rates))
    # A count scatters by its root; one step alone says nothing of the next.
    half = Z * math.sqrt(mean / seconds) * (1 if len(told) > 1 else 2)
    return _range(mean, min(mean - half, *rates), max(mean + half, *rates))


def _limit(broken: Break) -> Limit:
    return Limit(
        objective=broken.objective,
        rate=broken.rate,
        interval=Bounds(low=broken.low, high=broken.high, confidence=CONFIDENCE),
    )


def _range(rate: float, low: float, high: float) -> RateRange:
    return RateRange(rate=rate, interval=Bounds(low=low, high=high, confidence=CONFIDENCE))
