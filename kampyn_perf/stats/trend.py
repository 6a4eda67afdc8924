"""Whether a series in time goes up or down, how fast, and from where on it is at rest.

Neighbours of a series of measurements hang together, and tests that take them as independent find a
trend in every second one that has none. Three things are done about it:

- the slope is fitted to means (or minima) of batches, and its interval is the widest of 20, 10 and
  5 batches, each with its own Student's t (batch means: Schmeiser, Operations Research 30, 1982);
- Mann and Kendall's test (Econometrica 13, 1945) takes its variance from the autocorrelation of the
  ranks (Hamed and Rao, Journal of Hydrology 204, 1998);
- both are widened by how much of what a straight line leaves over is as slow as the line itself.
  What wanders as slowly as the run is long looks like a trend, and no batches see that. The measure
  is that of Park and Choi (polynomials that ought to explain nothing), as Bunzel and Vogelsang use
  it (Journal of Business & Economic Statistics 23, 2005).

`benchmarks/verdict_simulation.py` shows how often they are wrong: at most 5 % of runs on either
side, up to a random walk.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kampyn_perf.stats.intervals import CONFIDENCE, Interval, check_confidence

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

BATCHES = (20, 10, 5)
FINE = 64
"""Batches that a series is looked at with, at most."""
SURE = 0.95
"""With how much power the smallest slope is stated, by the run's own scatter. That is known from
few batches, so that in the end two of three runs show such a slope, of most systems more."""
WARM_UP_BATCH = 5
_WIDER = 3.0
_HOPELESS = 1e6
_CURVES = 4
"""Polynomials beyond the straight line."""
_LEAST_WARM_UP = 4
_CLEARLY = 0.5
_NEAR = 1.96
"""Standard errors from which an autocorrelation counts as seen."""
_SHORT, _SHORT_WIDER = 40, 1.2
"""Items; of fewer little can be said about how they hang together."""


@dataclass(frozen=True)
class MannKendall:
    """A test for a trend in one direction, of whatever form."""

    tau: float
    """From -1, always down, to 1, always up."""
    p: float
    """How often chance makes at least so much of a series without a trend."""
    factor: float
    """How much greater than that of independent values the variance was taken."""


@dataclass(frozen=True)
class Slope:
    """How fast a series goes up, per unit of its moments."""

    value: float
    interval: Interval
    least: float | None
    """The smallest slope that such a series would have shown (in two to four of five runs); None
    where nothing is known."""
    slow: bool
    """Whether it wanders as slowly as it is long, so that no trend can be told from that."""


def mann_kendall(values: ArrayLike) -> MannKendall:
    """The test on a series in the order of time; a long one by means of at most 64 batches.

    The p-value is two-sided. Fewer than four values, or equal ones, show no trend: p is 1.
    """
    series = _means(_as_series(values), FINE)
    n = series.size
    earlier, later = _pairs(n)
    steps = series[later] - series[earlier]
    score = float(np.sign(steps).sum())
    variance = _independent_variance(series)
    if n < 4 or variance <= 0:
        return MannKendall(tau=0.0, p=1.0, factor=1.0)
    wider = _wandering(_as_series(values))
    typical = float(np.median(steps / (later - earlier)))  # Theil and Sen's slope
    factor = _rank_factor(series - typical * np.arange(n)) * wider**2
    z = (abs(score) - 1 if score else 0.0) / math.sqrt(variance * factor)
    return MannKendall(
        tau=score / (n * (n - 1) / 2),
        p=min(1.0, math.erfc(max(z, 0.0) / math.sqrt(2))),
        factor=factor,
    )


def slope(
    at: ArrayLike,
    values: ArrayLike,
    *,
    lowest: bool = False,
    subjects: int = 1,
    confidence: float = CONFIDENCE,
) -> Slope:
    """The slope of `values` at the moments `at`, ascending.

    `lowest` asks for the lower envelope: of every batch its minimum, as memory that is collected
    from time to time holds no less than that. `subjects` is among how many series this one may
    have been picked (Bonferroni).
    """
    check_confidence(confidence)
    moments, series = _as_series(at), _as_series(values)
    if moments.shape != series.shape:
        raise ValueError(f"{series.size} values at {moments.size} moments")
    counts = [count for count in BATCHES if series.size >= 2 * count]
    level = 1 - (1 - confidence) / max(1, subjects)
    if not counts:
        return Slope(math.nan, Interval(None, None, confidence), None, slow=False)
    fits = [_fit(moments, series, count, lowest=lowest) for count in counts]
    wider = _wandering(series)
    half = max(wider * _student(fit.freedom, (1 + level) / 2) * fit.error for fit in fits)
    seen = max(
        wider * fit.error * (_student(fit.freedom, (1 + level) / 2) + _student(fit.freedom, SURE))
        for fit in fits
    )
    value = fits[0].slope
    return Slope(value, Interval(value - half, value + half, confidence), seen, slow=wider > 2)


def mser5(values: ArrayLike) -> int | None:
    """From which item on a series is at rest: what to leave out as warm-up.

    The cut that makes the standard error of the rest's mean smallest, in steps of five (White,
    Simulation 69, 1997). None where a cut in the second half would make it clearly smaller (no rest
    was seen), and where there are fewer than twenty items.
    """
    series = _as_series(values)
    number = series.size // WARM_UP_BATCH
    if number < _LEAST_WARM_UP:
        return None
    means = series[: number * WARM_UP_BATCH].reshape(number, WARM_UP_BATCH).mean(axis=1)
    means = means - means.mean()  # keeps the squares small
    left = np.arange(number, 0, -1)
    sums, squares = (np.cumsum(part[::-1])[::-1] for part in (means, means**2))
    spread = np.maximum(squares - sums**2 / left, 0) / left**2.0
    cut = int(np.argmin(spread[: number // 2 + 1]))
    # The last few are alike by chance alone, and decide nothing.
    later = spread[number // 2 + 1 : max(number - WARM_UP_BATCH, number // 2) + 2]
    return None if later.min() < _CLEARLY * spread[cut] else cut * WARM_UP_BATCH


class _Fit(NamedTuple):
    slope: float
    error: float
    freedom: int


def _fit(moments: Floats, series: Floats, count: int, *, lowest: bool) -> _Fit:
    """Least squares through the batches."""
    times = _means(moments, count)
    level = np.minimum.reduceat(series, _batches(series.size, count)[0]) if lowest else None
    heights = _means(series, count) if level is None else level
    times, heights = times - times.mean(), heights - heights.mean()
    spread = float(times @ times)
    if spread <= 0:
        raise ValueError("all moments are the same")
    slope = float(times @ heights) / spread
    left = heights - slope * times
    freedom = heights.size - 2
    return _Fit(slope, math.sqrt(float(left @ left) / freedom / spread), freedom)


def _wandering(series: Floats) -> float:
    """How much wider an interval of a trend is to be: 1 where what the line leaves over is not
    slow and the series is not short."""
    least = _SHORT_WIDER if series.size < _SHORT else 1.0
    series = _means(series, FINE)
    freedom = series.size - 2 - _CURVES
    if freedom < 1:
        return least
    apart = series - series.mean()
    parts = apart @ _polynomials(series.size)
    total = float((apart**2).sum())
    curved = float((parts[2:] ** 2).sum())
    rest = total - float((parts**2).sum())
    if rest <= 1e-12 * total:
        return least if curved <= 1e-12 * total else _HOPELESS
    by_chance = 1.5 * _CURVES / freedom
    return least * (1 + _WIDER * max(0.0, curved / rest - by_chance))


@lru_cache(maxsize=8)
def _polynomials(size: int) -> Floats:
    """A line and the curves beside it, each by itself, on so many places."""
    vander = np.polynomial.legendre.legvander(np.linspace(-1, 1, size), 1 + _CURVES)
    return np.asarray(np.linalg.qr(vander)[0])


@lru_cache(maxsize=8)
def _pairs(size: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Of so many places each two, the earlier one and the later one."""
    earlier, later = np.triu_indices(size, 1)
    return earlier, later


def _rank_factor(series: Floats) -> float:
    """Hamed and Rao's: by the autocorrelation of the ranks, up to the first that is not seen."""
    n = series.size
    ranks = _ranks(series) - (n + 1) / 2
    power = float(ranks @ ranks)
    if power <= 0:
        return 1.0
    lags = np.arange(1, n)
    correlations = np.zeros(n - 1)
    for place, lag in enumerate(lags):
        seen = float(ranks[:-lag] @ ranks[lag:]) / power
        if abs(seen) <= _NEAR / math.sqrt(n):
            break
        correlations[place] = seen
    weights = (n - lags) * (n - lags - 1) * (n - lags - 2)
    more = 2 / (n * (n - 1) * (n - 2)) * float((weights * correlations).sum())
    return max(1.0, 1.0 + more)


def _ranks(series: Floats) -> Floats:
    """From 1; equal values share theirs. scipy.stats has them too, and takes a second to import."""
    _, places, counts = np.unique(series, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[places])


def _independent_variance(series: Floats) -> float:
    """Of the score, ties taken into account (Kendall, Rank Correlation Methods)."""
    n = series.size
    _, ties = np.unique(series, return_counts=True)
    whole = n * (n - 1) * (2 * n + 5)
    return float(whole - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18


def _means(series: Floats, count: int) -> Floats:
    """Of `count` batches, or the series itself where it is no longer than that."""
    if series.size <= count:
        return series
    edges, sizes = _batches(series.size, count)
    return np.asarray(np.add.reduceat(series, edges) / sizes)


@lru_cache(maxsize=64)
def _batches(size: int, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each of `count` begins, and how long it is."""
    edges = np.arange(count) * size // count
    return edges, np.diff(np.append(edges, size))


def _as_series(values: ArrayLike) -> Floats:
    series = np.asarray(values, dtype=np.float64)
    if series.ndim != 1 or not np.isfinite(series).all():
        raise ValueError("a series is a list of finite numbers")
    return series


@lru_cache(maxsize=64)
def _student(freedom: int, quantile: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, quantile))
