"""Order-statistic intervals against scipy, brute force, and what must hold for all of them.

Tests `kampyn_perf/stats/__init__.py` too.
"""

from __future__ import annotations

from fractions import Fraction
from math import comb
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf import stats
from kampyn_perf.histogram import Histogram

QUANTILES = st.sampled_from([0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999])


def exact_coverage(n: int, q: Fraction, lower: int, upper: int) -> Fraction:
    """P(lower <= B <= upper - 1) for B ~ Binomial(n, q), in fractions."""
    return sum((comb(n, k) * q**k * (1 - q) ** (n - k) for k in range(lower, upper)), Fraction(0))


@pytest.mark.parametrize(("q", "fewest"), [(0.5, 6), (0.95, 72), (0.99, 368), (0.05, 72)])
def test_a_finite_interval_needs_as_many_samples_as_the_books_say(q: float, fewest: int) -> None:
    assert stats.min_samples(q) == fewest
    assert stats.rank_interval(fewest, q) is not None
    assert stats.rank_interval(fewest - 1, q) is None


@pytest.mark.parametrize("n", [6, 20, 72, 100])
@pytest.mark.parametrize("q", [Fraction(1, 2), Fraction(9, 10), Fraction(19, 20)])
def test_each_end_is_the_closest_that_keeps_its_promise(n: int, q: Fraction) -> None:
    lower, upper = stats.rank_bounds(n, float(q))
    tail = Fraction(1, 40)

    def at_most(k: int) -> Fraction:
        return exact_coverage(n, q, 0, k + 1)

    if lower is None:
        assert at_most(0) > tail
    else:
        assert at_most(lower - 1) <= tail < at_most(lower)
    if upper is None:
        assert 1 - at_most(n - 1) > tail
    else:
        assert 1 - at_most(upper - 1) <= tail
        assert upper == 1 or 1 - at_most(upper - 2) > tail


@pytest.mark.parametrize("n", [72, 400, 5_000])
@pytest.mark.parametrize("q", [0.5, 0.95, 0.99])
def test_scipy_gives_the_same_interval(scipy_stats: Any, n: int, q: float) -> None:
    values = np.sort(np.random.default_rng(n).lognormal(size=n))
    theirs = scipy_stats.quantile_test(values, p=q).confidence_interval(confidence_level=0.95)
    ours = stats.quantile_interval(list(values), q)
    assert (ours.low, ours.high) == tuple(
        None if np.isnan(end) else end for end in (theirs.low, theirs.high)
    )


def test_the_width_at_a_thousand_samples_is_what_is_known_of_p99() -> None:
    assert stats.rank_interval(1_000, 0.99) == (983, 997)
    assert stats.rank_interval(1_000, 0.95) == (936, 964)


def test_few_samples_still_bound_a_high_quantile_from_below() -> None:
    lower, upper = stats.rank_bounds(50, 0.95)
    assert lower == 44
    assert upper is None
    assert stats.quantile_interval([7.0] * 50, 0.95) == stats.Interval(7.0, None)


def test_no_samples_bound_nothing() -> None:
    assert stats.rank_bounds(0, 0.5) == (None, None)
    assert stats.quantile_interval([], 0.95) == stats.Interval(None, None)


@given(n=st.integers(1, 200_000), q=QUANTILES)
def test_the_point_estimates_lie_within(n: int, q: float) -> None:
    lower, upper = stats.rank_bounds(n, q)
    for rank in (stats.nearest_rank(n, q), stats.document_rank(n, q)):
        assert 1 <= rank <= n
        assert (lower or 1) <= rank <= (upper or n)


@given(n=st.integers(1, 50_000), q=QUANTILES, more=st.floats(0.951, 0.9999))
def test_more_confidence_costs_width(n: int, q: float, more: float) -> None:
    lower, upper = stats.rank_bounds(n, q)
    wider_lower, wider_upper = stats.rank_bounds(n, q, more)
    assert (wider_lower or 0) <= (lower or 0)
    assert (wider_upper or n + 1) >= (upper or n + 1)


@given(n=st.integers(1, 50_000), q=QUANTILES, share=st.floats(0.001, 1.0))
def test_a_deflated_interval_holds_the_undeflated_one(n: int, q: float, share: float) -> None:
    lower, upper = stats.rank_bounds(n, q)
    wide_lower, wide_upper = stats.deflated_rank_bounds(n, q, n * share)
    assert wide_lower is None or wide_lower <= (lower or 0)
    assert wide_upper is None or wide_upper >= (upper or n + 1)
    assert stats.deflated_rank_bounds(n, q, n) == (lower, upper)


def test_the_largest_of_many_dependent_samples_still_bounds_a_quantile() -> None:
    assert stats.deflated_rank_bounds(7_200, 0.99, effective=20) == (6_481, 7_200)
    assert stats.deflated_rank_bounds(300, 0.99, effective=20) == (271, None)
    assert stats.deflated_rank_bounds(7_200, 0.99, effective=1) == (None, None)
    assert stats.deflated_rank_bounds(7_200, 0.01, effective=20) == (1, 720)


@given(n=st.integers(100, 50_000), q=QUANTILES)
def test_the_quantile_rises_with_q(n: int, q: float) -> None:
    lower, upper = stats.rank_bounds(n, q * 0.9)
    higher_lower, higher_upper = stats.rank_bounds(n, q)
    assert (lower or 0) <= (higher_lower or 0)
    assert (upper or n + 1) <= (higher_upper or n + 1)


@pytest.mark.parametrize(("n", "q", "rank"), [(100, 0.07, 7), (100, 0.95, 95), (101, 0.95, 96)])
def test_binary_fractions_do_not_move_a_rank(n: int, q: float, rank: int) -> None:
    assert stats.nearest_rank(n, q) == rank


@pytest.mark.parametrize(
    ("q", "index"), [(0.5, 500), (0.95, 950), (0.99, 990)], ids=["p50", "p95", "p99"]
)
def test_the_documents_rank_is_its_index_and_one(q: float, index: int) -> None:
    assert stats.document_rank(1_000, q) == index + 1
    assert stats.document_rank(1, q) == 1


def test_a_histogram_answers_as_its_sorted_values_do() -> None:
    values = np.sort(np.random.default_rng(2).integers(1, 2_000, 5_000))
    histogram = Histogram()
    histogram.record_all(values)
    for q in (0.5, 0.95, 0.99):
        exact, coarse = (stats.quantile_interval(each, q) for each in (list(values), histogram))
        assert (coarse.low, coarse.high) == (exact.low, exact.high)


@pytest.mark.parametrize("q", [0.0, 1.0, -0.1, 95.0])
def test_a_quantile_that_is_none_is_refused(q: float) -> None:
    with pytest.raises(ValueError, match="strictly between 0 and 1"):
        stats.rank_bounds(10, q)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95.0])
def test_a_confidence_that_is_none_is_refused(confidence: float) -> None:
    with pytest.raises(ValueError, match="confidence must be between 0 and 1"):
        stats.rank_bounds(10, 0.5, confidence)
