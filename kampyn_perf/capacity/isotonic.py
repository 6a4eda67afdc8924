"""Where something that only rises with the rate crosses one: pure.

What is fitted is a *load*: how much of what its target allows an objective used up, 1 at the
target (twice the requests beyond the threshold that may be: 2). Means of loads are unbiased, those
of their logarithms are not. Pooling adjacent violators gives the rising step function that is
nearest to the points by least squares (Ayer et al., Annals of Mathematical Statistics 26, 1955);
between the middles of its steps a straight line is drawn through the logarithms.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

CLIFF = 4.0
"""A rise of the logarithm from one rate to the next that no line may be drawn through."""
_LEAST = 1e-3
_NEAR = math.log(1.12)
"""The middle of a step of the function is no further from its edge: that all held from a tenth of
the rate on does not put the limit nearer to that tenth."""


@dataclass(frozen=True)
class Crossing:
    """Where a load of one lies, in the unit of `x`."""

    at: float
    """`inf`: above all points; `-inf`: below all of them."""
    below: float
    """The middle of the last step that is no more than one; `-inf` without one."""
    above: float
    """The middle of the first one above; `inf` without one."""
    cliff: bool = False


class _Pool(NamedTuple):
    weight: float
    x: float
    y: float
    last: float
    first: float


def pools(
    x: Sequence[float],
    loads: Sequence[float],
    weights: Sequence[float],
    order: Sequence[int] | None = None,
) -> list[_Pool]:
    """The steps of the rising function, from left to right; `order` is that of `x`, where it is
    known."""
    rising: list[tuple[float, float, float, float, float]] = []
    for at in order_of(x) if order is None else order:
        weight, middle, load = weights[at], x[at], loads[at]
        last = first = middle
        # The same rate again is one point.
        while rising and (rising[-1][2] >= load or rising[-1][3] == first):
            before, its_x, its_y, _, first = rising.pop()
            both = before + weight
            middle = (its_x * before + middle * weight) / both
            load = (its_y * before + load * weight) / both
            weight = both
        rising.append((weight, middle, load, last, first))
    return [_Pool(*step) for step in rising]


def order_of(x: Sequence[float]) -> list[int]:
    """From left to right; of equal ones as they come."""
    return [int(at) for at in np.argsort(np.asarray(x), kind="stable")]


def crossing(
    x: Sequence[float],
    loads: Sequence[float],
    weights: Sequence[float],
    order: Sequence[int] | None = None,
) -> Crossing:
    """Where the rising function through the points crosses one."""
    steps = pools(x, loads, weights, order)
    good = [step for step in steps if step.y <= 1]
    bad = [step for step in steps if step.y > 1]
    if not bad:
        return Crossing(math.inf, good[-1].x if good else -math.inf, math.inf)
    if not good:
        return Crossing(-math.inf, -math.inf, bad[0].x)
    left, right = good[-1], bad[0]
    low, high = math.log(max(left.y, _LEAST)), math.log(right.y)
    if high - low > CLIFF:
        return Crossing((left.last + right.first) / 2, left.last, right.first, cliff=True)
    part = low / (low - high)
    below, above = max(left.x, left.last - _NEAR), min(right.x, right.first + _NEAR)
    return Crossing(below + part * (above - below), below, above)
