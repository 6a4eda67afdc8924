"""How far inside its target an objective was in one step, and how surely: pure.

The standard error comes from a bootstrap over blocks of neighbouring seconds (Künsch, Annals of
Statistics 17, 1989): requests of one second hang together, and so do seconds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

FURTHEST = 3.0
"""Margins beyond it say no more: twenty times inside or outside the target."""
_DRAWS = 200
_LEAST_ERROR = 0.01
_FEW = 3
"""Events; of fewer a share says little."""


@dataclass(frozen=True)
class Known:
    """A margin and its standard error."""

    value: float
    error: float

    @property
    def missed(self) -> bool:
        """Whether it counts as missed; what is hardly known has to be missed by more."""
        return self.value + max(0.0, self.error - 0.5) < 0


def of_value(observed: float, target: float, *, more_is_better: bool = False) -> float:
    """The margin of a value; limited."""
    if observed <= 0 or target <= 0:
        return FURTHEST if (observed <= target) is not more_is_better else -FURTHEST
    ratio = observed / target if more_is_better else target / observed
    return float(np.clip(math.log(ratio), -FURTHEST, FURTHEST))


def of_share(events: ArrayLike, totals: ArrayLike, allowed: float, *, seed: int = 0) -> Known:
    """Of a share of bad events by the second, of which so much is `allowed`.

    A percentile is such a share too: P95 below 200 ms allows 5 % of requests beyond 200 ms.
    """
    bad, every = (np.asarray(part, dtype=np.float64) for part in (events, totals))
    n = max(float(every.sum()), 1.0)
    allowed = max(allowed, 1e-9)
    if not bad.sum():
        # None was seen: how far inside that is, is not known.
        return Known(float(np.clip(math.log(allowed * n * 2), 0.5, FURTHEST)), 1.0)
    weights = _weights(bad.size, seed)
    loads = (weights @ bad) / np.maximum(weights @ every, 1.0) / allowed
    load = float(bad.sum() / n / allowed)
    error = float(loads.std()) / load
    if bad.sum() < _FEW:
        error = max(error, 1.5 / math.sqrt(float(bad.sum())))
    value = float(np.clip(-math.log(load), -FURTHEST, FURTHEST))
    return Known(value, max(error, _LEAST_ERROR))


def _weights(seconds: int, seed: int) -> Floats:
    """How often each second comes in each draw."""
    length = max(1, round(seconds ** (1 / 3)))
    number = math.ceil(seconds / length)
    starts = np.random.default_rng(seed).integers(0, seconds, size=(_DRAWS, number))
    places = ((starts[:, :, None] + np.arange(length)) % seconds).reshape(_DRAWS, -1)[:, :seconds]
    weights = np.zeros((_DRAWS, seconds))
    np.add.at(weights, (np.arange(_DRAWS)[:, None], places), 1.0)
    return weights
