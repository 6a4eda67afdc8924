"""Which of many tests hold together: Holm's step-down procedure, with weights and heirs.

The chance that any true hypothesis is rejected is at most `level`, however the tests hang together
(Holm, Scandinavian Journal of Statistics 6, 1979; the weighted form is in the same paper). What a
rejected hypothesis had of the level goes to all that are left, by their weights, or to its heir
alone: so some can be tested one after the other, each with the whole share of the first (Bretz,
Maurer, Brannath and Posch, Statistics in Medicine 28, 2009, who show that any such graph keeps the
level).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np


class Step(NamedTuple):
    """What became of one hypothesis."""

    rejected: bool
    level: float
    """At which it was rejected, or stands."""


def holm(
    p_values: Sequence[float], level: float, weights: Sequence[float] | None = None
) -> list[bool]:
    """Whether each hypothesis is rejected. A weight is the share of the level that it starts with;
    equal where none are given."""
    w = [1.0] * len(p_values) if weights is None else weights
    return [step.rejected for step in stepwise(p_values, level, w)]


def stepwise(
    p_values: Sequence[float],
    level: float,
    weights: Sequence[float],
    heirs: Mapping[int, int] | None = None,
) -> list[Step]:
    """The same, with the level of each. `heirs` are places: what one of them had goes to its heir,
    which has no weight of its own."""
    heirs = heirs or {}
    p, share = np.asarray(p_values, dtype=np.float64), np.array(weights, dtype=np.float64)
    own = np.ones(share.size, dtype=bool)
    own[list(heirs.values())] = False
    if share.shape != p.shape or (share[own] <= 0).any() or (share[~own] != 0).any():
        raise ValueError("every hypothesis needs a weight above 0, but for heirs, which need none")
    share = share / share.sum() if share.size else share
    held, left = share.copy(), np.ones(share.size, dtype=bool)
    while True:
        passed = np.flatnonzero(left & (held > 0) & (p <= level * np.minimum(held, 1.0)))
        if not passed.size:
            return [Step(not stands, level * one) for stands, one in zip(left, held, strict=True)]
        place = int(passed[0])
        left[place] = False
        if place in heirs:
            held[heirs[place]], share[heirs[place]] = held[place], share[place]
        elif total := float(share[left].sum()):
            held[left] += held[place] * share[left] / total
