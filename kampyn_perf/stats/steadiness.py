"""Whether a series is steady: at rest from some moment on, or going up or down, or unknown.

From the series alone, never from the figure that is reported of it: who may choose the stretch by
its result finds a good one. The beginning is cut by MSER-5 (`trend.mser5`); the rest rises or falls
where Mann and Kendall's test and the interval of the slope both say so, and it makes a difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from kampyn_perf.stats.trend import Slope, mann_kendall, mser5, slope

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

FEWEST = 20
ALARMS = 0.05
"""Of steady series, so many may be called rising or falling; of several together."""
MATTERS = 0.1
"""Of the mean: a change over the stretch that is less is steady enough for anything."""


class State(StrEnum):
    """What a series does."""

    STEADY = "steady"
    RISING = "rising"
    FALLING = "falling"
    WANDERING = "wandering"
    """It changes as slowly as it is long: whether it comes to rest cannot be told."""
    SHORT = "too short"


@dataclass(frozen=True)
class Steadiness:
    """Of one series."""

    state: State
    cut: int = 0
    """Items at the beginning that are warm-up."""
    change: float = 0.0
    """From the beginning of the rest to its end, by the slope."""


def steadiness(values: ArrayLike, *, series: int = 1, least: float = 0.0) -> Steadiness:
    """What one of so many `series` does, in the order of time. A change of less than `least` does
    not matter, however small the values are."""
    items = np.asarray(values, dtype=np.float64)
    if items.size < FEWEST:
        return Steadiness(State.SHORT)
    warm_up = mser5(items)
    cut = 0 if warm_up is None else warm_up
    # What rises all the time in a straight line has no warm-up, though a cut would make it shorter.
    whole = slope(np.arange(items.size), items, subjects=series)
    change = _trend(items, whole, series, least)
    if change and not whole.slow:
        return _moving(change, cut=0)
    rest, fitted = items[cut:], whole
    if cut:
        fitted = slope(np.arange(rest.size), rest, subjects=series)
        change = _trend(rest, fitted, series, least)
    if change:
        return _moving(change, cut)
    if (warm_up is None or fitted.slow) and _differs(rest, least):
        return Steadiness(State.WANDERING, cut)
    return Steadiness(State.STEADY, cut)


def _moving(change: float, cut: int) -> Steadiness:
    return Steadiness(State.RISING if change > 0 else State.FALLING, cut, change)


def _trend(items: Floats, fitted: Slope, series: int, least: float) -> float:
    """By how much it goes up (down) for sure, and enough to matter; or else 0."""
    low, high = fitted.interval.low, fitted.interval.high
    if low is None or high is None or low <= 0 <= high:
        return 0.0
    change = fitted.value * (items.size - 1)
    matters = abs(change) >= _matters(items, least)
    return change if matters and mann_kendall(items).p < ALARMS / max(1, series) else 0.0


def _differs(items: Floats, least: float) -> bool:
    """Whether quarters of it differ by enough to matter."""
    quarters = [float(part.mean()) for part in np.array_split(items, 4)]
    return max(quarters) - min(quarters) >= _matters(items, least)


def _matters(items: Floats, least: float) -> float:
    return max(least, MATTERS * abs(float(items.mean())))
