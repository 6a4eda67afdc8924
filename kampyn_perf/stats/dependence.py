"""What samples are worth when they are not independent, as the requests of one run never are.

One pause hits every request of its moment, so n requests know less about the system than n
independent ones would. Items (seconds of a run, or single samples) are gathered into consecutive
batches, and the scatter between the batches says how much less (batch means: Schmeiser, Operations
Research 30, 1982). The result is an effective sample size, to be used in the exact binomial
interval of a share or a quantile (Korn and Graubard, Survey Methodology 24, 1998), with their
correction for how few batches the scatter was taken from: (z / t)^2. It never exceeds n.

Batches keep their promise only while one of them spans several times what hangs together, and how
long that is nobody knows beforehand. So:

- 20 batches, where nothing speaks for fewer;
- the widest of 20, 10, 5 and 3 batches, each with its own Student's t, where the slowest waves of
  the run carry more than neighbours explain, where the run has fewer than 40 items, and where there
  are so few events that slow waves could not be seen;
- that again 1.6 times wider, where the slowest waves carry far more: the run is too short for its
  own dependence. Student's t supposes independent batches; for dependent ones the critical values
  are larger (fixed-b asymptotics: Kiefer and Vogelsang, Econometric Theory 21, 2005), and 1.6 is
  what keeps the errors of simulated runs that span four correlation times below 5 %;
- where the few events come in clumps, the worst stretch might as well have come once more: so many
  events are put on top of those seen before the upper end is taken.

Figures to look at (a benchmark's table) take ten batches as they are: `quantile_deflation`,
`mean_interval`. Verdicts take all of the above: `worth`, `half_width`.

`benchmarks/verdict_simulation.py` shows what this comes to: verdicts on the edge are wrong in at
most 5 % of runs on either side, until a run has seen fewer than about five of its events. What it
never showed (a pause every ten minutes) no statistics of that run can know.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kampyn_perf.stats.batches import Series
from kampyn_perf.stats.intervals import CONFIDENCE, Interval, check_confidence
from kampyn_perf.stats.ranks import nearest_rank

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from kampyn_perf.stats.batches import Slowness

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

PLAIN_BATCHES = 10
BATCHES = 20
WIDEST = (20, 10, 5, 3)
TOO_SHORT_WIDER = 1.6
SHORT, SHORT_WIDER = 40, 1.2
"""Items; of fewer nothing can be said about waves, and all is taken so much wider."""
FEW_EVENTS = 50
"""Independent ones; of fewer nothing can be said about waves."""
_SLOW, _FAR_TOO_SLOW, _CLUMPED = 0.80, 0.95, 0.90
"""Quantiles of chi-square from which waves or clumps count as seen: lower than tests of a
hypothesis have them, since to miss one is worse than to see one that is none."""


class Worth(NamedTuple):
    """What series of events are worth, each of them."""

    effective: Floats
    unseen: Floats
    """Events that might as well have come on top of those seen."""
    slow: Flags
    """Whether a series is too short for its own dependence."""


@dataclass(frozen=True)
class Deflation:
    """How many independent samples `n` dependent ones are worth."""

    n: int
    effective: float
    """At most n; what goes into an exact interval in n's place."""
    unseen: float = 0.0
    """Events that might as well have come on top of those seen."""
    slow: bool = False
    """Whether the run is too short for its own dependence."""
    batches: int = 0
    """How many batches the scatter was taken from; 0 where there is none."""

    @property
    def factor(self) -> float:
        """Samples per independent one; 1 where nothing speaks for dependence."""
        return self.n / self.effective if self.effective else math.inf


def worth(series: Series, *, few: int = FEW_EVENTS, confidence: float = CONFIDENCE) -> Worth:
    """The worth of every one of the series for the share of its events (values) among its samples.

    Where no item has an event, or all samples are events, there is no scatter to see, and the
    samples stand as they are. Items that make a single batch are one observation.
    """
    check_confidence(confidence)
    share = series.ratio
    n = np.broadcast_to(series.total, share.shape)
    scattered = (share > 0) & (share < 1)
    if not scattered.any():
        return Worth(effective=n, unseen=np.zeros(n.shape), slow=scattered)
    binomial = np.divide(share * (1 - share), n, out=np.zeros(n.shape), where=n > 0)

    def size(batches: int) -> Floats:
        variance, freedom = series.between_batches(batches)
        factor = np.divide(variance, binomial, out=np.ones(n.shape), where=binomial > 0)
        known = n / np.maximum(factor, 1) * _narrowing(freedom, confidence)
        return np.where(freedom < 1, 1.0, known)

    plain = size(BATCHES)
    waves = series.slowness(binomial)
    events = np.minimum(share, 1 - share) * plain
    slow = _beyond(waves, _FAR_TOO_SLOW)
    careful = slow | _beyond(waves, _SLOW) | (events < few)
    effective, once_more = plain, np.zeros(n.shape)
    if series.items < SHORT or careful.any():
        widest = np.minimum.reduce([plain if c == BATCHES else size(c) for c in WIDEST])
        if series.items < SHORT:
            careful, widest = np.ones_like(careful), widest / SHORT_WIDER**2
        effective = np.where(careful, widest, plain)
        effective = np.where(slow, effective / TOO_SHORT_WIDER**2, effective)
        clumped = careful & _beyond(series.overdispersion(), _CLUMPED)
        if clumped.any():
            once_more = np.where(clumped, series.worst_run(), 0.0)
    return Worth(
        effective=np.where(scattered, np.clip(effective, np.minimum(n, 1), n), n),
        unseen=np.where(scattered, once_more, 0.0),
        slow=slow & scattered,
    )


def deflation(
    totals: ArrayLike,
    hits: ArrayLike,
    *,
    strata: Sequence[Any] | None = None,
    few: int = FEW_EVENTS,
    confidence: float = CONFIDENCE,
) -> Deflation:
    """The worth of a share: `hits[i]` of `totals[i]` in item i, in the order of time.

    `strata` names the stratum of each item (the phase of a second); items of one stratum are
    neighbours.
    """
    series = Series(totals, hits, strata)
    known = worth(series, few=few, confidence=confidence)
    return Deflation(
        n=round(float(series.total)),
        effective=float(known.effective),
        unseen=float(known.unseen),
        slow=bool(known.slow),
    )


def plain_deflation(
    outcomes: ArrayLike, *, strata: Sequence[Any] | None = None, confidence: float = CONFIDENCE
) -> Deflation:
    """The worth of single yes-or-no samples in the order of time, by ten batches."""
    check_confidence(confidence)
    hits = np.asarray(outcomes, dtype=np.float64)
    series = Series(np.ones_like(hits), hits, strata)
    n, share = hits.size, float(series.ratio)
    if not 0 < share < 1:
        return Deflation(n=n, effective=float(n))
    variance, freedom = series.between_batches(PLAIN_BATCHES)
    if freedom < 1:
        return Deflation(n=n, effective=min(n, 1.0), batches=1)
    binomial = share * (1 - share) / n
    effective = n / max(float(variance) / binomial, 1) * float(_narrowing(freedom, confidence))
    batches = round(float(freedom)) + len(set(strata or [0]))
    return Deflation(n=n, effective=max(min(n, effective), min(n, 1.0)), batches=batches)


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
        return Deflation(n=0, effective=0.0)
    at = np.partition(values, nearest_rank(values.size, q) - 1)[nearest_rank(values.size, q) - 1]
    sides = (
        plain_deflation(side, strata=strata, confidence=confidence)
        for side in (values <= at, values < at)
    )
    return min(sides, key=lambda side: side.effective)


def mean_interval(
    sums: ArrayLike,
    totals: ArrayLike | None = None,
    *,
    strata: Sequence[Any] | None = None,
    careful: bool = False,
    confidence: float = CONFIDENCE,
) -> Interval:
    """The interval of a mean by ten batch means, with Student's t for the few batches; a `careful`
    one by whichever batches scatter most, for a verdict.

    `sums[i]` is the sum of the `totals[i]` values of item i (one each where totals are left out),
    in the order of time. Both ends are unknown where there are fewer than two batches.
    """
    series = Series(np.ones(np.shape(sums)) if totals is None else totals, sums, strata)
    half = float((half_width if careful else _plain_half_width)(series, confidence=confidence))
    if not math.isfinite(half):
        return Interval(None, None, confidence)
    mean = float(series.ratio)
    return Interval(mean - half, mean + half, confidence)


def half_width(series: Series, *, confidence: float = CONFIDENCE) -> Floats:
    """Half the width of the interval of each mean; infinite where nothing is known."""
    check_confidence(confidence)

    def half(batches: int) -> Floats:
        return _plain_half_width(series, batches=batches, confidence=confidence)

    plain = half(BATCHES)
    widest = np.maximum.reduce([plain if c == BATCHES else half(c) for c in WIDEST])
    waves = series.slowness(np.zeros_like(series.total))
    slow = _beyond(waves, _FAR_TOO_SLOW)
    careful = slow | _beyond(waves, _SLOW)
    if series.items < SHORT:
        careful, widest = np.ones_like(careful), widest * SHORT_WIDER
    width = np.where(careful, widest, plain)
    return np.where(slow, width * TOO_SHORT_WIDER, width)


def normal_half_width(stddev: float, n: float, confidence: float = CONFIDENCE) -> float:
    """Half the width of a mean's interval from `n` independent values, by the normal law."""
    from scipy.special import ndtri

    check_confidence(confidence)
    return float(ndtri((1 + confidence) / 2)) * stddev / math.sqrt(n)


def _plain_half_width(
    series: Series, *, batches: int = PLAIN_BATCHES, confidence: float = CONFIDENCE
) -> Floats:
    variance, freedom = series.between_batches(batches)
    width = _student(freedom, confidence) * np.sqrt(np.maximum(variance, 0))
    return np.where(freedom < 1, np.inf, width)


def _beyond(seen: Slowness, quantile: float) -> Flags:
    """Whether the ratio is more than chance makes of it so often."""
    from scipy.special import chdtri

    freedom = np.maximum(seen.freedom, 1)
    return np.asarray(seen.ratio > chdtri(freedom, 1 - quantile) / freedom)


def _narrowing(freedom: Floats, confidence: float) -> Floats:
    """(z / t)^2: how much less an estimate from a few batches is worth than a known one."""
    from scipy.special import ndtri

    return np.asarray((float(ndtri((1 + confidence) / 2)) / _student(freedom, confidence)) ** 2)


def _student(freedom: Floats, confidence: float) -> Floats:
    from scipy.special import stdtrit

    return np.asarray(stdtrit(np.maximum(freedom, 1), (1 + confidence) / 2))
