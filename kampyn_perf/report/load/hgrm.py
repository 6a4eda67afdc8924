"""A distribution as HdrHistogram's table of percentiles (`.hgrm`), which its plotter draws. Pure.

Values are milliseconds, as that plotter expects them. The steps are the format's own: `_TICKS` in
each half of the distance that is left to 100 %, and the greatest value last.
"""

from __future__ import annotations

from collections.abc import Iterator

from kampyn_perf.histogram import Histogram
from kampyn_perf.results.latency import Latency

_MS = 1000
_TICKS = 5


def hgrm(latency: Latency) -> bytes:
    """The table, ending in a newline; of an empty distribution only its head and foot."""
    histogram = latency.decode()
    lines = [f"{'Value':>12} {'Percentile':>14} {'TotalCount':>10} {'1/(1-Percentile)':>14}", ""]
    lines += _rows(histogram)
    mean = (latency.mean_us or 0) / _MS
    deviation = (latency.stddev_us or 0) / _MS
    lines += [
        f"#[Mean    = {mean:12.3f}, StdDeviation   = {deviation:12.3f}]",
        f"#[Max     = {(latency.max_us or 0) / _MS:12.3f}, Total count    = {latency.count:12d}]",
        f"#[Buckets = {22:12d}, SubBuckets     = {2048:12d}]",
    ]
    return ("\n".join(lines) + "\n").encode()


def _rows(histogram: Histogram) -> Iterator[str]:
    if not histogram.count:
        return
    for quantile in _quantiles(histogram.count):
        value = histogram.percentiles([quantile])[quantile] or 0
        below = histogram.count - histogram.count_above(value)
        yield f"{value / _MS:12.3f} {quantile:2.12f} {below:10d} {1 / (1 - quantile):14.2f}"
    yield f"{(histogram.max_us or 0) / _MS:12.3f} {1.0:2.12f} {histogram.count:10d}"


def _quantiles(count: int) -> Iterator[float]:
    """From 0 on, `_TICKS` in each half that is left, until one value is left."""
    left, halvings = 1.0, 0
    while left * count > 1:
        for tick in range(_TICKS):
            yield 1 - left + left / 2 * tick / _TICKS
        halvings += 1
        left = 0.5**halvings
