"""Which order statistics bound a quantile: exact, without assuming any distribution.

The number of samples at or below the true q-quantile is Binomial(n, q), whatever the samples look
like, so two ranks bound the quantile with a confidence that can be computed and not approximated
(David and Nagaraja, Order Statistics, 3rd ed., 7.1; Hahn and Meeker, Statistical Intervals, 5.2).
Ranks are 1-based: rank 1 is the smallest sample. Ties and rounding to histogram buckets only make
an interval more cautious.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol, runtime_checkable

from kampyn_perf.stats.intervals import CONFIDENCE, Interval, check_confidence


@runtime_checkable
class RankedValues(Protocol):
    """Values that can be asked by rank, as a histogram can."""

    @property
    def count(self) -> int:
        """How many values there are."""
        ...

    def values_at_ranks(self, ranks: Iterable[int]) -> Mapping[int, float]:
        """The value of each 1-based rank, smallest first."""
        ...


def nearest_rank(n: int, q: float) -> int:
    """The rank whose value is reported as the q-quantile of n samples: ceil(n q), at least 1.

    The definition of HdrHistogram. 1e-9 forgives the binary form of q (0.07 * 100 is above 7).
    """
    _check(n, q)
    return min(n, max(1, math.ceil(n * q - 1e-9)))


def document_rank(n: int, q: float) -> int:
    """The rank of the document's own benchmark function: `sorted[floor(n * q)]`, 1-based."""
    _check(n, q)
    return min(n, math.floor(n * q + 1e-9) + 1)


def min_samples(q: float, confidence: float = CONFIDENCE) -> int:
    """The fewest samples with which both ends of an interval for the q-quantile exist.

    72 for p95 and 368 for p99 at 95 %: the smallest n with q^n and (1 - q)^n at most half of what
    the confidence leaves over.
    """
    _check(1, q)
    check_confidence(confidence)
    n = math.ceil(math.log((1 - confidence) / 2) / math.log(max(q, 1 - q)))
    return n if rank_interval(n, q, confidence) else n + 1


def rank_bounds(n: int, q: float, confidence: float = CONFIDENCE) -> tuple[int | None, int | None]:
    """The ranks that bound the q-quantile from below and above; None where n is too small.

    Each end is missed with a probability of at most (1 - confidence) / 2. One end often exists
    long before the other: 50 samples say nothing about how high a p95 may be, but how low it is.
    """
    from scipy.special import bdtr, bdtrc

    check_confidence(confidence)
    if n <= 0:
        return None, None
    _check(n, q)
    tail = (1 - confidence) / 2
    # With B samples at or below the quantile, sample l lies above it if B <= l - 1, and sample u
    # below it if B >= u: the largest l and the smallest u for which that is rare enough.
    lower = _first(lambda k: bdtr(k, n, q) > tail, n)
    upper = 1 + _first(lambda k: bdtrc(k, n, q) <= tail, n)
    return (lower or None), (upper if upper <= n else None)


def rank_interval(n: int, q: float, confidence: float = CONFIDENCE) -> tuple[int, int] | None:
    """Both ranks of `rank_bounds`, or None where n is below `min_samples`."""
    lower, upper = rank_bounds(n, q, confidence)
    return None if lower is None or upper is None else (lower, upper)


def deflated_rank_bounds(
    n: int, q: float, effective: float, confidence: float = CONFIDENCE
) -> tuple[int | None, int | None]:
    """`rank_bounds` for n samples that are worth only `effective` independent ones.

    The bounds are found for floor(effective) samples and carried over with every one of them
    standing for a block of n / effective: the lowest rank of the lower block, the highest of the
    upper one. This inverts an interval of the distribution function, as Woodruff (1952, JASA 47)
    does for correlated surveys. With effective = n it is `rank_bounds`, exactly.

    Where the effective samples are too few for an end that n would have, the extreme sample is
    that end: that not one of n samples lies beyond a value is no less than that none of n failed,
    which takes n as it stands, too. One effective sample bounds nothing.
    """
    size = min(n, math.floor(effective + 1e-9))
    if size <= 1:
        return (None, None) if n > 1 else rank_bounds(n, q, confidence)
    lower, upper = rank_bounds(size, q, confidence)
    whole_lower, whole_upper = (lower, upper) if size == n else rank_bounds(n, q, confidence)
    if lower is not None:
        lower = (lower - 1) * n // size + 1
    elif whole_lower is not None:
        lower = 1
    if upper is not None:
        upper = min(n, -(-upper * n // size))
    elif whole_upper is not None:
        upper = n
    return lower, upper


def quantile_interval(
    values: Sequence[float] | RankedValues,
    q: float,
    confidence: float = CONFIDENCE,
    *,
    effective: float | None = None,
) -> Interval:
    """The interval of the q-quantile of sorted samples, or of anything that answers by rank.

    `effective` is what the samples are worth when they are not independent (`quantile_deflation`).
    """
    n = values.count if isinstance(values, RankedValues) else len(values)
    lower, upper = deflated_rank_bounds(n, q, n if effective is None else effective, confidence)
    ranks = [rank for rank in (lower, upper) if rank is not None]
    if isinstance(values, RankedValues):
        at_rank = dict(values.values_at_ranks(ranks))
    else:
        at_rank = {rank: values[rank - 1] for rank in ranks}
    return Interval(
        low=None if lower is None else float(at_rank[lower]),
        high=None if upper is None else float(at_rank[upper]),
        confidence=confidence,
    )


def _first(true_from: Callable[[int], bool], n: int) -> int:
    """The smallest k in 0..n for which a predicate that turns true once, and stays, holds."""
    low, high = 0, n
    while low < high:
        middle = (low + high) // 2
        if true_from(middle):
            high = middle
        else:
            low = middle + 1
    return low


def _check(n: int, q: float) -> None:
    if n < 1:
        raise ValueError("there are no samples")
    if not 0 < q < 1:
        raise ValueError(f"a quantile lies strictly between 0 and 1, not at {q}")
