"""Intervals that can be trusted: order statistics, proportions, autocorrelated samples.

Pure functions without a unit of their own: values come out in the unit they went in with. scipy is
imported where a number is computed, so that importing this costs no more than numpy.
"""

from kampyn_perf.stats.batches import Series
from kampyn_perf.stats.dependence import (
    Deflation,
    deflation,
    half_width,
    mean_interval,
    normal_half_width,
    plain_deflation,
    quantile_deflation,
)
from kampyn_perf.stats.intervals import CONFIDENCE, Interval
from kampyn_perf.stats.proportions import Method, proportion_interval, samples_without_failure
from kampyn_perf.stats.ranks import (
    RankedValues,
    deflated_rank_bounds,
    document_rank,
    min_samples,
    nearest_rank,
    quantile_interval,
    rank_bounds,
    rank_interval,
)
from kampyn_perf.stats.shares import ShareBounds, share_bounds
from kampyn_perf.stats.sizing import mean_size, proportion_size, quantile_size
from kampyn_perf.stats.trend import MannKendall, Slope, mann_kendall, mser5, slope

__all__ = [
    "CONFIDENCE",
    "Deflation",
    "Interval",
    "MannKendall",
    "Method",
    "RankedValues",
    "Series",
    "ShareBounds",
    "Slope",
    "deflated_rank_bounds",
    "deflation",
    "document_rank",
    "half_width",
    "mann_kendall",
    "mean_interval",
    "mean_size",
    "min_samples",
    "mser5",
    "nearest_rank",
    "normal_half_width",
    "plain_deflation",
    "proportion_interval",
    "proportion_size",
    "quantile_deflation",
    "quantile_interval",
    "quantile_size",
    "rank_bounds",
    "rank_interval",
    "samples_without_failure",
    "share_bounds",
    "slope",
]
