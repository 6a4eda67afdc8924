"""How well a change is known: intervals and p-values of each kind say the same."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.compare.effect import (
    Between,
    Effect,
    Normal,
    Shares,
    Signs,
    Widest,
    between_runs,
    one_run_each,
)

EFFECTS = st.one_of(
    st.builds(
        Normal,
        change=st.floats(-0.3, 0.3),
        error=st.floats(0.001, 0.2),
        freedom=st.floats(1, 100),
    ),
    st.builds(
        Shares,
        base=st.tuples(st.integers(0, 50), st.integers(50, 5_000)),
        new=st.tuples(st.integers(0, 50), st.integers(50, 5_000)),
    ),
    st.builds(Signs, st.lists(st.floats(-0.3, 0.3), min_size=1, max_size=40)),
)


@given(EFFECTS, st.sampled_from([0.2, 0.05, 0.01]))
def test_no_change_is_refused_where_the_interval_leaves_it_out(
    effect: Effect, alpha: float
) -> None:
    p = effect.p_differs()
    if abs(p - alpha) > 1e-6:
        assert (0 not in effect.interval(alpha)) == (p < alpha)


@given(EFFECTS, st.sampled_from([0.1, 0.02]))
def test_within_the_margin_where_the_interval_is(effect: Effect, margin: float) -> None:
    """Two one-sided tests at 5 % are the 90 % interval within the margin."""
    p = effect.p_within(margin)
    interval = effect.interval(0.10)
    inside = (
        interval.low is not None
        and interval.high is not None
        and -margin < interval.low
        and interval.high < margin
    )
    if abs(p - 0.05) > 1e-6:
        assert inside == (p < 0.05)


def test_several_runs_are_welchs_test(scipy_stats: Any) -> None:
    base, new = [1.0, 1.2, 0.9, 1.1], [1.4, 1.3, 1.6]
    effect = between_runs(base, new)
    oracle = scipy_stats.ttest_ind(new, base, equal_var=False)
    assert effect.p_differs() == pytest.approx(oracle.pvalue)
    low, high = oracle.confidence_interval(0.95)
    interval = effect.interval(0.05)
    assert (interval.low, interval.high) == pytest.approx((low, high))


def test_one_run_against_several_scatters_as_they_do(scipy_stats: Any) -> None:
    effect = between_runs([1.0, 1.2, 0.9, 1.1], [1.5])
    oracle = scipy_stats.ttest_ind([1.5], [1.0, 1.2, 0.9, 1.1], equal_var=True)
    assert effect.p_differs() == pytest.approx(oracle.pvalue)


def test_one_run_a_side_knows_nothing_between_runs() -> None:
    effect = between_runs([1.0], [2.0])
    assert effect.p_differs() == 1
    assert effect.p_within(10) == 1
    assert effect.interval(0.05).low is None


def test_runs_that_agree_by_chance_know_no_more_than_their_own_scatter() -> None:
    assert between_runs([1.0, 1.0], [1.0, 1.0]).p_within(0.05) == 0
    assert between_runs([1.0, 1.0], [1.0, 1.0], floor=0.1).p_within(0.05) > 0.2


def test_what_is_assumed_between_runs_is_no_change() -> None:
    assumed = Between(0.05)
    effect = one_run_each(0.09, [0.001, 0.001], [50, 50], assumed)
    assert effect.p_differs() > 0.05
    assert effect.p_within(0.05) > 0.5
    assert one_run_each(0.3, [0.001, 0.001], [50, 50], assumed).p_differs() < 1e-6


def test_what_is_within_and_between_runs_adds_up_as_variances() -> None:
    effect = one_run_each(0.1, [0.03, 0.04], [50, 50], Between(0.12))
    assert effect.error == pytest.approx(0.13)
    assert effect.between == 0.12
    # What was seen between runs holds what is within them.
    seen = one_run_each(0.1, [0.03, 0.04], [50, 50], Between(0.12, 9, whole=True))
    assert (seen.error, seen.freedom) == (pytest.approx(0.12), pytest.approx(9))
    noisy = one_run_each(0.1, [0.3, 0.4], [50, 50], Between(0.12, 9, whole=True))
    assert noisy.error == pytest.approx(0.5)


def test_runs_that_bound_nothing_are_not_helped_by_an_assumption() -> None:
    effect = one_run_each(0.5, [math.inf, 0.01], [1, 50], Between(0.05))
    assert effect.p_differs() == 1
    assert effect.interval(0.05).low is None


def test_without_any_scatter_within_the_assumption_alone_counts() -> None:
    effect = one_run_each(0.1, [0.0, 0.0], [5, 5], Between(0.05))
    low = effect.interval(0.05).low
    assert low == pytest.approx(0.1 - 1.96 * 0.05, abs=1e-4)


def test_no_failure_in_few_requests_shows_nothing() -> None:
    assert Shares(base=(0, 500), new=(0, 500)).p_within(0.001) > 0.05
    assert Shares(base=(0, 50_000), new=(0, 50_000)).p_within(0.001) < 0.05
    assert Shares(base=(0, 50_000), new=(500, 50_000)).p_differs() < 1e-6
    assert Shares(base=(0, 0), new=(0, 10)).interval(0.05).low is None


def test_shares_are_newcombes_example() -> None:
    """56 of 70 against 48 of 80: 0.2, from 0.0524 to 0.3339 (Newcombe 1998, table II)."""
    effect = Shares(base=(48, 80), new=(56, 70))
    interval = effect.interval(0.05)
    assert effect.change == pytest.approx(0.2)
    assert interval.low == pytest.approx(0.0524, abs=5e-5)
    assert interval.high == pytest.approx(0.3339, abs=5e-5)


def test_the_median_of_pairs() -> None:
    assert Signs([0.3, 0.1, 0.2]).change == 0.2
    assert Signs([0.3, 0.1]).change == pytest.approx(0.2)
    assert math.isnan(Signs([]).change)


def test_of_several_kinds_of_evidence_the_weakest_counts() -> None:
    strong = Normal(change=0.2, error=0.01, freedom=9)
    weak = Normal(change=0.2, error=0.2, freedom=9)
    assert Widest([strong, weak]).p_differs() == weak.p_differs()
    assert Widest([strong, weak]).interval(0.05) == weak.interval(0.05)
    assert Widest([strong, weak]).change == 0.2
