"""What samples are worth when they are not independent, as the requests of one run never are.

One pause hits every request of its moment, so n requests know less about the system than n
independent ones would. Items (seconds of a run, or single samples) are gathered into about ten
consecutive batches, and the scatter between the batches says how much less (batch means: Schmeiser,
Operations Research 30, 1982: ten to thirty are enough). Ten, because shorter batches cut long
pauses in two: with pauses that fade over 5 s in a run of 60 s, the 95 % interval of a p95 held the
truth in 87 % of simulated runs with ten batches, 78 % with twenty, 55 % with one per second, 16 %
without any of this; in a run of 420 s in 96, 95, 57 and 18 %. What a run never showed (a pause
every ten minutes) no statistics of that run can know.
Batches do not cross strata: the phases of a load differ by design, and that is no uncertainty.

The result is an effective sample size, to be used in the exact binomial interval of a share or a
quantile (Korn and Graubard, Survey Methodology 24, 1998), with their correction for how few
batches the scatter was taken from: (z / t)^2. It never exceeds n.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kampyn_perf.stats.intervals import CONFIDENCE, Interval, check_confidence
from kampyn_perf.stats.ranks import nearest_rank

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

BATCHES = 10


@dataclass(frozen=True)
class Deflation:
    """How many independent samples `n` dependent ones are worth."""

    n: int
    effective: float
    """At most n; what goes into an exact interval in n's place."""
    batches: int
    """How many batches the scatter was taken from, after which the estimate is as good as it is."""

    @property
    def factor(self) -> float:
        """Samples per independent one; 1 where nothing speaks for dependence."""
        return self.n / self.effective if self.effective else math.inf


def deflation(
    totals: ArrayLike,
    hits: ArrayLike,
    *,
    strata: Sequence[Any] | None = None,
    confidence: float = CONFIDENCE,
) -> Deflation:
    """The worth of a share: `hits[i]` of `totals[i]` in item i, in the order of time.

    `strata` names the stratum of each item (the phase of a second); items of one stratum are
    neighbours. Where no item has a hit, or all are hits, there is no scatter to see and n stands
    as it is. Items that make a single batch are one observation, whatever their number.
    """
    check_confidence(confidence)
    weights, counted = _pair(totals, hits)
    n = float(weights.sum())
    share = float(counted.sum()) / n if n else 0.0
    if not 0 < share < 1:
        return Deflation(n=round(n), effective=n, batches=0)
    variance, freedom, batches = _batch_variance(weights, counted, strata)
    if freedom < 1:
        return Deflation(n=round(n), effective=min(n, 1.0), batches=batches)
    binomial = share * (1 - share) / n
    effective = n if variance <= binomial else n * binomial / variance
    effective *= _narrowing(freedom, confidence)
    return Deflation(n=round(n), effective=max(min(n, effective), min(n, 1.0)), batches=batches)


def proportion_deflation(
    outcomes: ArrayLike,
    *,
    strata: Sequence[Any] | None = None,
    confidence: float = CONFIDENCE,
) -> Deflation:
    """`deflation` of single yes-or-no samples in the order of time."""
    hits = np.asarray(outcomes, dtype=np.float64)
    return deflation(np.ones_like(hits), hits, strata=strata, confidence=confidence)


def quantile_deflation(
    samples: ArrayLike,
    q: float,
    *,
    strata: Sequence[Any] | None = None,
    confidence: float = CONFIDENCE,
) -> Deflation:
    """The worth of single samples, in the order of time, for their q-quantile.

    A quantile is known as well as the share of samples at or below it is. Where many samples are
    equal to it, the share below it counts as well, whichever hangs together more.
    """
    values = np.asarray(samples, dtype=np.float64)
    if values.size == 0:
        return Deflation(n=0, effective=0.0, batches=0)
    at = np.partition(values, nearest_rank(values.size, q) - 1)[nearest_rank(values.size, q) - 1]
    sides = (
        proportion_deflation(side, strata=strata, confidence=confidence)
        for side in (values <= at, values < at)
    )
    return min(sides, key=lambda side: side.effective)


def mean_interval(
    sums: ArrayLike,
    totals: ArrayLike | None = None,
    *,
    strata: Sequence[Any] | None = None,
    confidence: float = CONFIDENCE,
) -> Interval:
    """The interval of a mean by batch means, with Student's t for the few batches.

    `sums[i]` is the sum of the `totals[i]` values of item i (one each where totals are left out),
    in the order of time. Both ends are unknown where there are fewer than two batches.
    """
    from scipy.special import stdtrit

    check_confidence(confidence)
    weights, values = _pair(np.ones(np.shape(sums)) if totals is None else totals, sums)
    variance, freedom, _ = _batch_variance(weights, values, strata)
    if freedom < 1:
        return Interval(None, None, confidence)
    mean = float(values.sum() / weights.sum())
    half = float(stdtrit(freedom, (1 + confidence) / 2)) * math.sqrt(variance)
    return Interval(mean - half, mean + half, confidence)


def normal_half_width(stddev: float, n: float, confidence: float = CONFIDENCE) -> float:
    """Half the width of a mean's interval from `n` independent values, by the normal law."""
    from scipy.special import ndtri

    check_confidence(confidence)
    return float(ndtri((1 + confidence) / 2)) * stddev / math.sqrt(n)


def _pair(totals: ArrayLike, values: ArrayLike) -> tuple[Floats, Floats]:
    weights = np.asarray(totals, dtype=np.float64)
    counted = np.asarray(values, dtype=np.float64)
    if weights.shape != counted.shape or weights.ndim != 1:
        raise ValueError(f"{counted.size} values for {weights.size} items")
    if weights.size and weights.min() < 0:
        raise ValueError("an item cannot have fewer than no samples")
    return weights, counted


def _batch_variance(
    weights: Floats, values: Floats, strata: Sequence[Any] | None
) -> tuple[float, int, int]:
    """The variance of the ratio of two totals, its degrees of freedom, and the batches taken.

    The estimator of a stratified cluster sample: within each stratum the scatter of a batch's
    value around what its weight would make it (Cochran, Sampling Techniques, 3rd ed., 6.13).
    """
    batch, stratum = _batches(weights.size, strata)
    count = len(stratum)
    batch_weights = np.bincount(batch, weights=weights, minlength=count)
    batch_values = np.bincount(batch, weights=values, minlength=count)
    held = batch_weights > 0
    batch_weights, batch_values, stratum = batch_weights[held], batch_values[held], stratum[held]
    total, freedom, scatter = float(batch_weights.sum()), 0, 0.0
    for name in np.unique(stratum):
        here = stratum == name
        size = int(here.sum())
        if size < 2:
            continue
        ratio = batch_values[here].sum() / batch_weights[here].sum()
        residuals = batch_values[here] - ratio * batch_weights[here]
        scatter += size / (size - 1) * float((residuals**2).sum())
        freedom += size - 1
    return (scatter / total**2 if total else 0.0), freedom, int(held.sum())


def _batches(size: int, strata: Sequence[Any] | None) -> tuple[Any, Any]:
    """The batch of every item, and the stratum of every batch."""
    length = max(1, size // BATCHES)
    batch = np.zeros(size, dtype=np.int64)
    stratum: list[int] = []
    for number, (start, stop) in enumerate(_runs(size, strata)):
        items = stop - start
        count = min(items, max(2, items // length))
        batch[start:stop] = len(stratum) + np.arange(items) * count // items
        stratum += [number] * count
    return batch, np.asarray(stratum, dtype=np.int64)


def _runs(size: int, strata: Sequence[Any] | None) -> list[tuple[int, int]]:
    """Where each stratum starts and stops; one of a single item has no scatter of its own and
    joins the one before it (or after, for the first)."""
    if strata is not None and len(strata) != size:
        raise ValueError(f"{len(strata)} strata for {size} items")
    if size == 0:
        return []
    changes = [i for i in range(1, size) if strata is not None and strata[i] != strata[i - 1]]
    edges = [0, *changes, size]
    kept = [edges[0]]
    for left, right in itertools.pairwise(edges):
        if right - left >= 2 or right == left:
            kept.append(right)
    if kept[-1] != size:
        kept = [*kept[:-1], size] if len(kept) > 1 else [0, size]
    return list(itertools.pairwise(kept))


def _narrowing(freedom: int, confidence: float) -> float:
    """(z / t)^2: how much less an estimate from a few batches is worth than a known one."""
    from scipy.special import ndtri, stdtrit

    level = (1 + confidence) / 2
    return float(ndtri(level) / stdtrit(freedom, level)) ** 2
