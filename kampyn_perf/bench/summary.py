"""Samples -> figures, pure. Unit: nanoseconds.

Percentiles are the document's, `sorted[floor(n * p)]`. Their intervals are exact order statistics
of independent samples; where the samples plainly depend on each other, they are taken from the
number of independent samples that these are worth. Plainly, because the worth is estimated from ten
batches and so always a little too low: at two samples for one, independent ones are taken for
dependent in one case of seven (chi-squared, 9 degrees), and then only for a wider interval.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from kampyn_perf import stats
from kampyn_perf.results.bench import Estimate, Summary

CONFIDENCE = 0.95
PERCENTILES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}

DEPENDENT_FROM = 2.0
"""Samples for each independent one, from which on dependence is believed."""

_JUDGED_FROM = 50
"""Samples below which batches of them are too small to tell dependence from chance."""

Times = npt.NDArray[np.int64]


def summarise(
    times_ns: Sequence[int] | Times, *, elapsed_ns: int, confidence: float = CONFIDENCE
) -> Summary | None:
    """The figures of the samples, given in the order of measurement; None where there are none."""
    times = np.asarray(times_ns, dtype=np.int64)
    n = len(times)
    if n == 0:
        return None
    ordered = np.sort(times)
    mean = _mean(times, confidence)
    per_second = n / (elapsed_ns / 1e9) if elapsed_ns else 0.0
    # Callers that always wait for their answer: throughput times mean is their number (Little).
    callers = per_second * mean.value_ns
    percentiles = _coherent(
        {name: _percentile(times, ordered, p, confidence) for name, p in PERCENTILES.items()}
    )
    return Summary(
        n=n,
        confidence=confidence,
        mean=mean,
        min_ns=int(ordered[0]),
        max_ns=int(ordered[-1]),
        stddev_ns=float(times.std(ddof=1)) if n > 1 else 0.0,
        per_second=per_second,
        per_second_low=callers / mean.high_ns if mean.high_ns else None,
        per_second_high=callers / mean.low_ns if mean.low_ns else None,
        **percentiles,
    )


def _percentile(times: Times, ordered: Times, p: float, confidence: float) -> Estimate:
    n = len(times)
    effective = float(n)
    worth = stats.quantile_deflation(times, p, confidence=confidence)
    if n >= _JUDGED_FROM and worth.factor >= DEPENDENT_FROM and worth.batches > 1:
        effective = worth.effective
    low, high = stats.deflated_rank_bounds(n, p, effective, confidence)
    enough = math.ceil(stats.min_samples(p, confidence) * n / effective)
    return Estimate(
        value_ns=float(ordered[stats.document_rank(n, p) - 1]),
        low_ns=None if low is None else float(ordered[low - 1]),
        high_ns=None if high is None else float(ordered[high - 1]),
        effective=effective,
        needs=enough if low is None or high is None else 0,
    )


def _coherent(estimates: dict[str, Estimate]) -> dict[str, Estimate]:
    """Widened where they contradict each other: a higher percentile is not below a lower one.

    They can, as each is taken from what the samples are worth for it alone. An interval that grows
    keeps its promise.
    """
    order = list(estimates)
    for lower, upper in itertools.pairwise(order):
        below, above = estimates[lower], estimates[upper]
        if above.high_ns is not None and (below.high_ns is None or below.high_ns > above.high_ns):
            estimates[upper] = above.model_copy(
                update={"high_ns": below.high_ns, "needs": max(above.needs, below.needs)}
            )
    for upper, lower in itertools.pairwise(reversed(order)):
        above, below = estimates[upper], estimates[lower]
        if below.low_ns is not None and (above.low_ns is None or above.low_ns < below.low_ns):
            estimates[lower] = below.model_copy(
                update={"low_ns": above.low_ns, "needs": max(above.needs, below.needs)}
            )
    return estimates


def _mean(times: Times, confidence: float) -> Estimate:
    """Student's interval; from batch means where these scatter far more than the samples allow."""
    from scipy.special import stdtrit

    n = len(times)
    value = float(times.mean())
    if n < 2:
        return Estimate(value_ns=value, low_ns=None, high_ns=None, effective=n, needs=2)
    half = float(stdtrit(n - 1, (1 + confidence) / 2)) * float(times.std(ddof=1)) / math.sqrt(n)
    batches = stats.mean_interval(times, confidence=confidence)
    effective = float(n)
    if n >= _JUDGED_FROM and half and batches.low is not None and batches.high is not None:
        factor = ((batches.high - batches.low) / 2 / half) ** 2
        if factor >= DEPENDENT_FROM:
            half *= math.sqrt(factor)
            effective = n / factor
    return Estimate(
        value_ns=value,
        low_ns=max(0.0, value - half),
        high_ns=value + half,
        effective=effective,
    )
