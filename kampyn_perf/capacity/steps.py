"""What the steps of a search tell together: pure. Rates are sessions per second."""

from __future__ import annotations

from collections.abc import Sequence

from kampyn_perf.capacity.estimate import Estimate
from kampyn_perf.capacity.isotonic import pools
from kampyn_perf.results.capacity import (
    NEAR_ABOVE,
    NEAR_BELOW,
    CapacityStep,
    Steadiness,
    StepKind,
)

BELOW, ABOVE = 1 - NEAR_BELOW, 1 + NEAR_ABOVE
_ENOUGH = 3
"""Replicates on each side."""


def open_steps(steps: Sequence[CapacityStep]) -> list[CapacityStep]:
    """Those at a rate."""
    return [step for step in steps if step.kind in (StepKind.OPEN, StepKind.CONFIRM)]


def bracket(steps: Sequence[CapacityStep]) -> tuple[float | None, float | None]:
    """The highest rate that held and the lowest that did not; by the majority where steps
    disagree."""
    told = [(step.rate, 0.0 if step.holds else 1.0) for step in steps if step.holds is not None]
    if not told:
        return None, None
    rates, votes = [rate for rate, _ in told], [vote for _, vote in told]
    parts = pools(rates, votes, [1.0] * len(told))
    held = [part.last for part in parts if part.y <= 0.5]
    missed = [part.first for part in parts if part.y > 0.5]
    return (max(held) if held else None), (min(missed) if missed else None)


def is_confirmed(tried: Sequence[CapacityStep], limit: Estimate) -> bool:
    """Whether, near the estimate, most steps below it held and most above it did not."""
    held, of_held, missed, of_missed = replicates(tried, limit.rate)
    return (
        of_held >= _ENOUGH
        and of_missed >= _ENOUGH
        and held * 2 > of_held
        and missed * 2 > of_missed
    )


def replicates(tried: Sequence[CapacityStep], rate: float) -> tuple[int, int, int, int]:
    """(held, of so many) at `rate` and a little below, (missed, of so many) a little above."""
    told = [step for step in tried if step.holds is not None]
    below = [step for step in told if BELOW * rate <= step.rate <= rate]
    above = [step for step in told if rate < step.rate <= ABOVE * rate]
    return (
        sum(step.holds is True for step in below),
        len(below),
        sum(step.holds is False for step in above),
        len(above),
    )


def unusable(tried: Sequence[CapacityStep]) -> list[CapacityStep]:
    """Steps whose generator was the limit, and that prove nothing in spite of it."""
    return [step for step in tried if step.invalid and step.holds is None]


def spent_us(steps: Sequence[CapacityStep]) -> int:
    """By all of them."""
    return sum(step.took_us for step in steps)


def aside_first(steps: Sequence[CapacityStep], aside: Sequence[str]) -> bool:
    """Whether at the lowest rate that did not hold nothing was missed but objectives `aside`."""
    failed = [step for step in open_steps(steps) if step.holds is False and not step.invalid]
    lowest = min(failed, key=lambda step: step.rate, default=None)
    if lowest is None or lowest.steadiness is not Steadiness.STABLE:
        return False
    return all(_plain(name) in aside for name in lowest.missed)


def without(steps: Sequence[CapacityStep], aside: Sequence[str]) -> list[CapacityStep]:
    """The same steps, as if nobody had asked for objectives `aside`.

    What confirmed the limit by all objectives is a step at a rate like any other here: this search
    still has its own bracket to find.
    """
    return [
        step.model_copy(
            update={
                "kind": StepKind.OPEN
                if step.kind is StepKind.CONFIRM and not step.beyond
                else step.kind,
                "margins": [
                    margin for margin in step.margins if _plain(margin.objective) not in aside
                ],
                "missed": [name for name in step.missed if _plain(name) not in aside],
            }
        )
        for step in steps
    ]


def _plain(objective: str) -> str:
    """Its name without the part that it was about."""
    return objective.partition(" (")[0]
