"""A distribution of durations as result files keep it: figures, and the histogram behind them.

Unit: whole microseconds.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from kampyn_perf.histogram import Histogram
from kampyn_perf.results.io import Record

NonNegative = Annotated[int, Field(ge=0)]


class Latency(Record):
    """A distribution of durations. All figures but `count` and `sum_us` are None when empty."""

    count: NonNegative
    sum_us: NonNegative
    min_us: NonNegative | None
    max_us: NonNegative | None
    mean_us: float | None
    stddev_us: float | None
    p50_us: NonNegative | None
    p90_us: NonNegative | None
    p95_us: NonNegative | None
    p99_us: NonNegative | None
    p999_us: NonNegative | None
    clamped: NonNegative = 0
    """Values above one hour, counted as one hour in the histogram (`max_us` is still exact)."""
    histogram: str
    """HdrHistogram V2, compressed, base64: 1 µs to 1 h, three significant digits."""

    @classmethod
    def of(cls, histogram: Histogram) -> Latency:
        """The figures of `histogram`, and the histogram itself; worked out once, as long as there
        is nothing more in it."""
        if isinstance(histogram.noted, Latency):
            return histogram.noted
        at = histogram.percentiles((0.5, 0.9, 0.95, 0.99, 0.999))
        latency = cls(
            count=histogram.count,
            sum_us=histogram.sum_us,
            min_us=histogram.min_us,
            max_us=histogram.max_us,
            mean_us=histogram.mean_us,
            stddev_us=histogram.stddev_us(),
            p50_us=at[0.5],
            p90_us=at[0.9],
            p95_us=at[0.95],
            p99_us=at[0.99],
            p999_us=at[0.999],
            clamped=histogram.clamped,
            histogram=histogram.encode(),
        )
        histogram.note(latency)
        return latency

    def decode(self) -> Histogram:
        """The histogram, for percentiles and ranks that are not among the figures."""
        return Histogram.decode(
            self.histogram,
            min_us=self.min_us,
            max_us=self.max_us,
            sum_us=self.sum_us,
            clamped=self.clamped,
        )
