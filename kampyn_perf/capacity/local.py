"""Near its limit a load rises by a power of the rate: pure.

The isotonic fit says where the limit lies; here a power is fitted to the steps around it. Loads
scatter in proportion to themselves, and their mean is what counts: a gamma model with a logarithmic
link (McCullagh and Nelder, Generalized Linear Models, ch. 8), by iterated least squares.

Response times rise by a high power near their limit, and by another one further away. What is used
up (CPU) grows about as the rate does, far and near: a *gentle* load is fitted over a wider range,
and steps whose own seconds differ a lot count less.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_STEEP, _STEEPEST = 1.0, 60.0
_GENTLE, _RISING = 3.0, 0.2
"""A load that rises by less than the first power is gentle; one that rises by less than the second
crosses nowhere that could be told."""
_FAR, _KNOWN = 3.0, 0.15
"""Gentle loads are within so many times one, and known to such a share."""
_STEADY = 0.03
"""By how much gentle loads of two steps differ at least, as a share."""
_LEAST, _MOST = 0.05, 5.0
"""Loads beyond say only that they are beyond."""
_NOTHING = 0.07
_SPREAD = 0.03
"""Steps that are all at about one rate tell no power."""
BEYOND = 0.05
"""So far beyond what was tried a limit may be said to lie, as a share."""
_ROUNDS = 15
FEWEST = 5
"""Steps; fewer leave the isotonic fit as it is."""
_WINDOW, _WIDE = math.log(1.12), math.log(1.3)
"""Steps further from the limit are not on the same power. A limit that moves needs more of them."""


@dataclass(frozen=True)
class Power:
    """The steps around a limit, ready to be fitted: logarithms of rates, and how they count."""

    x: Floats
    around: float
    near: NDArray[np.bool_]
    design: Floats
    weights: Floats
    """Of the steps near it; 1 on the average."""
    least: float
    """The power that it has to rise by."""
    reach: float
    """How far from `around` it may cross."""

    @classmethod
    def of(
        cls, x: Floats, loads: Floats, errors: Floats, around: float, work: Floats | None
    ) -> Power | None:
        """None where there are too few steps, or where those below used up nothing:
        what begins all at once is no power. `work` is what was done before each
        step, less what was done in all, where the limit moves with it."""
        wide = cls._within(_WIDE, x, loads, around, work)
        if wide and wide._is_gentle(loads, errors):
            weights = 1 / (errors[wide.near] ** 2 + _STEADY**2)
            return replace(wide, weights=weights / weights.mean(), least=_RISING)
        return cls._within(_WINDOW, x, loads, around, None) if work is None else wide

    @classmethod
    def _within(
        cls, reach: float, x: Floats, loads: Floats, around: float, work: Floats | None
    ) -> Power | None:
        near = np.abs(x - around) <= reach
        at = x[near] - around
        columns = [np.ones(at.size), at] if work is None else [np.ones(at.size), at, work[near]]
        if at.size < FEWEST + len(columns) - 2:
            return None
        if np.ptp(at) < _SPREAD:
            return None
        below = loads[near][at < 0]
        if below.size and np.median(below) < _NOTHING:
            return None
        design = np.column_stack(columns)
        return cls(x, around, near, design, np.ones(at.size), _STEEP, reach)

    @property
    def freedom(self) -> int:
        return int(self.design.shape[0] - self.design.shape[1])

    def crossing(self, loads: Floats) -> Floats:
        """Where each row of loads crosses one, at the end of all work; NaN where it tells not."""
        solution = self._fitted(loads)
        rising = solution[:, 1] > self.least
        moved = -solution[:, 0] / np.where(rising, solution[:, 1], 1.0)
        crossings = self.around + moved
        # A little beyond what was tried, and no further.
        inside = (crossings >= self.x.min() - BEYOND) & (crossings <= self.x.max() + BEYOND)
        return np.where(rising & (np.abs(moved) <= self.reach) & inside, crossings, np.nan)

    def scatter(self, loads: Floats) -> float:
        """By how much steps differ from the power, as a share of themselves."""
        row = np.clip(loads[self.near], _LEAST, _MOST)
        fitted = np.exp(self.design @ self._fitted(loads[None, :])[0])
        # What lies below the least says nothing of scatter.
        left = np.clip(row / fitted - 1, -1.0, 3.0)
        return math.sqrt(float(self.weights @ left**2) / max(self.freedom, 1))

    def _is_gentle(self, loads: Floats, errors: Floats) -> bool:
        """Whether it is well known, never far from one, and rises slowly."""
        here = loads[self.near]
        if np.median(errors[self.near]) > _KNOWN or here.min() < 1 / _FAR or here.max() > _FAR:
            return False
        return bool(self._fitted(loads[None, :])[0, 1] < _GENTLE)

    def _fitted(self, loads: Floats) -> Floats:
        """Level, slope (and movement) of the logarithm of the mean load, by rows."""
        rows = np.clip(np.atleast_2d(loads)[:, self.near], _LEAST, _MOST)
        roots = np.sqrt(self.weights)
        hat = np.linalg.pinv(self.design * roots[:, None]) * roots
        solution = np.log(rows) @ hat.T
        for _ in range(_ROUNDS):
            straight = solution @ self.design.T
            working = straight + np.clip(rows / np.exp(np.clip(straight, -5, 5)) - 1, -1.0, 3.0)
            solution = working @ hat.T
            solution[:, 1] = np.clip(solution[:, 1], 0.0, _STEEPEST)
        return np.asarray(solution)
