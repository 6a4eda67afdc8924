"""What a source hands to the rules: one metric, in one stretch of time. Pure data.

Times are whole microseconds of the source's own axis (a run's start, a watch's start); values are
in the metric's unit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from kampyn_perf import buckets
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
    """The quantile of all `parts` together (`buckets.quantile_of`); None for no events.

    Raises ValueError where the parts' edges differ.
    """
    every = list(parts)
    edges = {part.edges_us for part in every}
    if len(edges) > 1:
        raise ValueError("histograms with different edges cannot be added up")
    if not edges:
        return None
    (uppers,) = edges
    sums = [sum(column) for column in zip(*(part.counts for part in every), strict=True)]
    cumulated = list(zip((*uppers, math.inf), accumulate(sums), strict=True))
    return buckets.quantile_of(cumulated, quantile)
