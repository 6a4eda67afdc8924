"""What a source hands to the rules: one metric, in one stretch of time. Pure data.

Times are whole microseconds of the source's own axis (a run's start, a watch's start); values are
in the metric's unit.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from kampyn_perf.histogram import Packed


@dataclass(frozen=True)
class Buckets:
    """Durations counted between fixed edges, as a Prometheus histogram has them."""

    edges_us: tuple[int, ...]
    """The greatest value of each bucket but the last, ascending."""
    counts: tuple[int, ...]
    """Of each bucket, not cumulated; one more than edges: the last is of everything above."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """`total` over `weight` is the value of the stretch; over a window both are added up first.

    Of a share `total` is the events that count and `weight` all events, of a mean the sum and the
    number, of a rate the events and the seconds, of a state the state and 1.
    """

    metric: str
    from_us: int
    to_us: int
    """The same as `from_us` for a state that was looked at in a moment."""
    total: float
    weight: float
    endpoint: str = ""
    """`POST /order/{userId}`; empty for all of them together."""
    subject: str = ""
    """Whose state it is, where there are several: `worker 2`."""
    times: Packed | Buckets | None = None
    most: float | None = None
    """The greatest single value; None where there is only the one."""

    @property
    def greatest(self) -> float | None:
        """The greatest single value, as far as it is known; None where there was no event."""
        if self.most is not None:
            return self.most
        return self.total / self.weight if self.weight else None


def quantile_us(parts: Iterable[Buckets], quantile: float) -> float | None:
    """The quantile of all `parts` together, by interpolation within its bucket; None for no events.

    As Prometheus's `histogram_quantile`: within a bucket values are taken as evenly spread, and
    what lies above the last edge reads as that edge. On which side of an edge it lies is exact.
    Raises ValueError where the parts' edges differ.
    """
    every = list(parts)
    edges = {part.edges_us for part in every}
    if len(edges) > 1:
        raise ValueError("histograms with different edges cannot be added up")
    sums = [sum(column) for column in zip(*(part.counts for part in every), strict=True)]
    below = list(accumulate(sums))
    if not below or not below[-1]:
        return None
    (uppers,) = edges
    # Nine digits: 0.95 * 140 would be a little less, or more, than 133.
    rank = round(quantile * below[-1], 9)
    place = bisect_left(below, rank)
    if place == len(uppers):
        return float(uppers[-1])
    lower = uppers[place - 1] if place else 0
    before = below[place - 1] if place else 0
    inside = (rank - before) / sums[place] if sums[place] else 0.0
    return lower + (uppers[place] - lower) * inside
