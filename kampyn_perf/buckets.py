"""Quantiles of events that were counted between fixed edges, as a Prometheus histogram has them.

Pure; values are in the edges' unit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

Cumulated = Sequence[tuple[float, float]]
"""Upper edge, ascending, and how many events were at most so much. The last may be infinite."""


def rank_of(quantile: float, count: float) -> float:
    """Which of `count` events is meant. Nine digits: 0.95 * 140 would be a little more, or less,
    than 133."""
    return round(quantile * count, 9)


def quantile_of(buckets: Cumulated, quantile: float) -> float | None:
    """Estimated as Prometheus's `histogram_quantile` does: within a bucket values are taken as
    evenly spread. What lies above the last finite edge reads as that edge: nothing more is known.
    On which side of an edge it lies is exact. None without events, or without a finite edge."""
    if not buckets or buckets[-1][1] <= 0:
        return None
    rank = rank_of(quantile, buckets[-1][1])
    lower, below = None, 0.0
    for edge, held in buckets:
        if held >= rank:
            if math.isinf(edge):
                return lower
            if edge <= 0 or held <= below:
                return edge
            start = lower or 0.0
            # Not above the edge by a last digit.
            return min(start + (edge - start) * (rank - below) / (held - below), edge)
        lower, below = edge, held
    return lower
