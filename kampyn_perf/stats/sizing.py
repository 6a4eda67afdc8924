"""What sample would decide: the size at which an interval no longer straddles its target.

All of them suppose that a larger sample would show the same estimate, and answer None where no
sample would decide because the estimate stands on the target. Sizes are of independent samples;
multiply by `Deflation.factor` for those of a run.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from kampyn_perf.stats.intervals import CONFIDENCE
from kampyn_perf.stats.proportions import Method, proportion_interval
from kampyn_perf.stats.ranks import rank_bounds

LIMIT = 10**12
"""No sample beyond this is worth naming."""


def quantile_size(share_below: float, q: float, confidence: float = CONFIDENCE) -> int | None:
    """Samples until the q-quantile's interval leaves a target with `share_below` under it."""

    def decided(n: int) -> bool:
        lower, upper = rank_bounds(n, q, confidence)
        if share_below > q:
            return upper is not None and upper <= math.floor(share_below * n)
        return lower is not None and lower > math.ceil(share_below * n)

    return None if share_below == q else _smallest(decided)


def proportion_size(
    share: float,
    target: float,
    confidence: float = CONFIDENCE,
    *,
    method: Method = "clopper-pearson",
) -> int | None:
    """Samples until the interval around `share` leaves `target` out."""

    def decided(n: int) -> bool:
        interval = proportion_interval(share * n, n, confidence, method=method)
        return target not in interval

    return None if share == target else _smallest(decided)


def mean_size(n: float, half_width: float, gap: float) -> int | None:
    """Samples until a mean that n of them give within +-half_width is told from a target.

    `gap` is the distance of the mean from the target; an interval shrinks with the root of n.
    """
    if gap == 0 or not math.isfinite(half_width):
        return None
    ratio = abs(half_width / gap)
    if ratio > math.sqrt(LIMIT):
        return None
    size = math.ceil(n * ratio**2)
    return size if size <= LIMIT else None


def _smallest(decided: Callable[[int], bool]) -> int | None:
    """The size from which `decided` holds, to the grain of whole samples; None beyond LIMIT."""
    high = 1
    while not decided(high):
        high *= 2
        if high > LIMIT:
            return None
    low = high // 2
    while low + 1 < high:
        middle = (low + high) // 2
        if decided(middle):
            high = middle
        else:
            low = middle
    return high
