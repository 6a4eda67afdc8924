"""Bounds of a share: what is known only within bounds, and what nearly was an event.

Tests `kampyn_perf/stats/intervals.py` too.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kampyn_perf import stats

TOTALS = np.full(60, 100)
EVEN = np.tile([1, 0, 0, 1, 0, 0], 10)


def test_independent_samples_have_the_binomial_interval() -> None:
    bounds = stats.share_bounds(TOTALS, EVEN, few=0)
    exact = stats.proportion_interval(20 * bounds.effective / 6_000, float(bounds.effective))
    assert (float(bounds.low), float(bounds.high)) == pytest.approx((exact.low, exact.high))


@pytest.mark.parametrize("hits", [np.zeros(60), np.full(60, 100)])
def test_what_is_all_or_nothing_counts_in_full(hits: np.ndarray) -> None:
    bounds = stats.share_bounds(TOTALS, hits)
    exact = stats.proportion_interval(float(hits.sum()), 6_000)
    assert bounds.effective == 6_000
    assert (float(bounds.low), float(bounds.high)) == pytest.approx((exact.low, exact.high))


def test_the_lower_end_takes_the_fewest_and_the_upper_end_the_most() -> None:
    few, many = stats.share_bounds(TOTALS, EVEN), stats.share_bounds(TOTALS, EVEN + 5)
    between = stats.share_bounds(TOTALS, EVEN, EVEN + 5)
    assert (between.low, between.high) == (few.low, many.high)


def test_slowness_that_nearly_reached_the_threshold_counts() -> None:
    nearly = np.where(np.arange(60) // 15 % 2, 40, 2)  # for 15 s at a time many came near
    alone = stats.share_bounds(TOTALS, np.zeros(60))
    known = stats.share_bounds(TOTALS, np.zeros(60), nearly=[nearly])
    assert alone.high < 0.001
    assert known.high > 0.2
    assert known.low == alone.low


def test_many_series_at_once_are_judged_as_each_by_itself() -> None:
    rng = np.random.default_rng(1)
    hits = rng.binomial(100, 0.03, (20, 60))
    hits[5, 10:14] = 90
    hits[6] = 0
    together = stats.share_bounds(np.full_like(hits, 100), hits)
    for number, series in enumerate(hits):
        alone = stats.share_bounds(TOTALS, series)
        assert together.low[number] == pytest.approx(float(alone.low))
        assert together.high[number] == pytest.approx(float(alone.high))
        assert together.slow[number] == alone.slow


def test_one_event_that_fills_a_third_of_a_run_has_a_lower_end() -> None:
    outage = np.zeros(60)
    outage[20:45] = 30
    bounds = stats.share_bounds(TOTALS, outage)
    assert float(bounds.effective) < 3
    assert float(bounds.low) == pytest.approx(0.125 / 40)


@given(arrays(np.int64, 60, elements=st.integers(0, 100)))
def test_the_true_share_is_hardly_ever_a_fortieth_of_what_was_seen(hits: np.ndarray) -> None:
    bounds, seen = stats.share_bounds(TOTALS, hits), hits.sum() / 6_000
    assert seen / 40 <= float(bounds.low) * (1 + 1e-12)
    assert float(bounds.low) <= seen <= float(bounds.high)
