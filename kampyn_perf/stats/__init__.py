"""Intervals that can be trusted: order statistics, proportions, autocorrelated samples.

Pure functions without a unit of their own: values come out in the unit they went in with. scipy is
imported where a number is computed, so that importing this costs no more than numpy.
"""

from kampyn_perf.stats.batches import Series
from kampyn_perf.stats.bootstrap import (
    REPLICATES,
    Resampling,
    block_length,
    quantiles,
    resample,
    standard_error,
)
from kampyn_perf.stats.change_points import ChangePoint, change_points
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
from kampyn_perf.stats.multiple import Step, holm, stepwise
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
from kampyn_perf.stats.signs import median_interval, p_above, p_below, pairs_needed
from kampyn_perf.stats.sizing import mean_size, proportion_size, quantile_size
from kampyn_perf.stats.trend import MannKendall, Slope, mann_kendall, mser5, slope

__all__ = [
    "CONFIDENCE",
    "REPLICATES",
    "ChangePoint",
    "Deflation",
    "Interval",
    "MannKendall",
    "Method",
    "RankedValues",
    "Resampling",
    "Series",
    "ShareBounds",
    "Slope",
    "Step",
    "block_length",
    "change_points",
    "deflated_rank_bounds",
    "deflation",
    "document_rank",
    "half_width",
    "holm",
    "mann_kendall",
    "mean_interval",
    "mean_size",
    "median_interval",
    "min_samples",
    "mser5",
    "nearest_rank",
    "normal_half_width",
    "p_above",
    "p_below",
    "pairs_needed",
    "plain_deflation",
    "proportion_interval",
    "proportion_size",
    "quantile_deflation",
    "quantile_interval",
    "quantile_size",
    "quantiles",
    "rank_bounds",
    "rank_interval",
    "resample",
    "samples_without_failure",
    "share_bounds",
    "slope",
    "standard_error",
    "stepwise",
]
