"""Intervals of shares against scipy, and the arithmetic of having seen no failure."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf import stats

COUNTS = st.integers(1, 100_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts=COUNTS, confidence=st.sampled_from([0.8, 0.95, 0.999]))
@pytest.mark.parametrize(
    ("method", "theirs"),
    [("clopper-pearson", "exact"), ("wilson", "wilson")],
    ids=lambda name: name,
)
def test_scipy_gives_the_same_interval(
    scipy_stats: Any,
    method: stats.Method,
    theirs: str,
    counts: tuple[int, int],
    confidence: float,
) -> None:
    k, n = counts
    expected = scipy_stats.binomtest(k, n).proportion_ci(confidence, method=theirs)
    interval = stats.proportion_interval(k, n, confidence, method=method)
    assert interval.low == pytest.approx(expected.low, rel=1e-6, abs=1e-9)
    assert interval.high == pytest.approx(expected.high, rel=1e-6, abs=1e-9)


@given(counts=COUNTS)
@pytest.mark.parametrize("method", ["clopper-pearson", "wilson"])
def test_the_share_lies_within_and_the_interval_within_0_and_1(
    method: stats.Method, counts: tuple[int, int]
) -> None:
    k, n = counts
    interval = stats.proportion_interval(k, n, method=method)
    assert interval.low is not None
    assert interval.high is not None
    assert 0 <= interval.low <= k / n <= interval.high <= 1
    wider = stats.proportion_interval(k / 2, n / 2, method=method)
    assert wider.low is not None
    assert wider.high is not None
    assert wider.low <= interval.low
    assert interval.high <= wider.high


def test_no_samples_leave_everything_possible() -> None:
    assert stats.proportion_interval(0, 0) == stats.Interval(0.0, 1.0)


def test_no_failure_in_a_thousand_does_not_prove_three_nines() -> None:
    few = stats.proportion_interval(0, 1_000)
    assert few.low == 0
    assert few.high == pytest.approx(0.003682, abs=1e-6)
    documented = stats.proportion_interval(0, 51_840)
    assert documented.high is not None
    assert documented.high < 0.0001


@pytest.mark.parametrize(("share", "needed"), [(0.001, 3_688), (0.01, 368)])
def test_how_many_without_a_failure_prove_it(share: float, needed: int) -> None:
    assert stats.samples_without_failure(share) == needed
    just, short = (stats.proportion_interval(0, n) for n in (needed, needed - 1))
    assert just.high is not None
    assert short.high is not None
    assert just.high < share <= short.high


@pytest.mark.parametrize(("k", "n"), [(-1, 10), (11, 10)])
def test_more_hits_than_samples_are_refused(k: int, n: int) -> None:
    with pytest.raises(ValueError, match=f"{k} hits of {n}"):
        stats.proportion_interval(k, n)
