"""Latency histograms: the only package that knows HdrHistogram. Unit: whole microseconds.

A histogram keeps three significant digits between 1 µs and one hour, in bounded memory, and adds
up losslessly. The layout of the buckets and the encoded form are HdrHistogram's, read from the
library itself; the counts stand in a numpy array, because the library's own loops cost about
2 µs for a value and 75 ms for a percentile of 100,000 values. What the library forgets or hides is
kept here: exact minimum, maximum and sum, values out of range, and None (not 0) when empty. It
rounds a percentile's rank to the nearest, too: of 11 values it takes the 10th for P95, below which
only 91 % lie; here the rank is rounded up.
"""

from kampyn_perf.histogram.buckets import DIGITS, HIGHEST_US, LOWEST_US, Counts
from kampyn_perf.histogram.histogram import (
    Histogram,
    SlidingHistogram,
    merged,
    rank_of,
    sum_of,
)
from kampyn_perf.histogram.layout import Layout, Packed

__all__ = [
    "DIGITS",
    "HIGHEST_US",
    "LOWEST_US",
    "Counts",
    "Histogram",
    "Layout",
    "Packed",
    "SlidingHistogram",
    "merged",
    "rank_of",
    "sum_of",
]
