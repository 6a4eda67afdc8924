from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kampyn_perf.bench.summary import summarise
from kampyn_perf.results.bench import Estimate, Summary
from tests.bench.conftest import SHUFFLED


def documents_percentile(times: list[int], p: float) -> int:
    """The document's own code, in its own words."""
    ordered = sorted(times)
    return ordered[math.floor(len(ordered) * p)]


def test_known_samples_have_exactly_these_figures(scipy_stats: Any) -> None:
    found = summarise(SHUFFLED, elapsed_ns=500_500)

    assert found is not None
    # floor(1000 * p), counted from 0: the 501st, 951st and 991st of 1..1000.
    assert (found.p50.value_ns, found.p95.value_ns, found.p99.value_ns) == (501, 951, 991)
    # Ranks of the exact binomial interval for n = 1000 (scipy.stats.binom below, as an oracle).
    assert (found.p50.low_ns, found.p50.high_ns) == (469, 532)
    assert (found.p95.low_ns, found.p95.high_ns) == (936, 964)
    assert (found.p99.low_ns, found.p99.high_ns) == (983, 997)
    assert found.mean.value_ns == 500.5
    assert (found.min_ns, found.max_ns, found.n) == (1, 1000, 1000)
    assert found.stddev_ns == pytest.approx(288.8194360957494)
    half = scipy_stats.t.ppf(0.975, 999) * found.stddev_ns / math.sqrt(1000)
    assert found.mean.low_ns == pytest.approx(500.5 - half)
    assert found.mean.high_ns == pytest.approx(500.5 + half)
    assert found.per_second == pytest.approx(1000 / 500_500e-9)
    assert found.per_second_low == pytest.approx(1e9 / (500.5 + half))
    assert found.per_second_high == pytest.approx(1e9 / (500.5 - half))


@pytest.mark.parametrize("p", [0.5, 0.95, 0.99])
def test_the_bounds_are_those_of_the_binomial(scipy_stats: Any, p: float) -> None:
    found = summarise(SHUFFLED, elapsed_ns=1)
    assert found is not None
    estimate: Estimate = getattr(found, f"p{round(p * 100)}")
    assert estimate.low_ns is not None and estimate.high_ns is not None
    low, high = int(estimate.low_ns), int(estimate.high_ns)  # the sample of rank r is r

    binomial = scipy_stats.binom(1000, p)
    assert binomial.cdf(low - 1) <= 0.025 < binomial.cdf(low)
    assert binomial.sf(high - 1) <= 0.025 < binomial.sf(high - 2)


@given(st.lists(st.integers(0, 10**10), min_size=1, max_size=300))
@settings(max_examples=150)
def test_the_figures_agree_with_the_document_and_with_each_other(times: list[int]) -> None:
    found = summarise(times, elapsed_ns=sum(times))

    assert found is not None
    for name, p in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        estimate: Estimate = getattr(found, name)
        assert estimate.value_ns == documents_percentile(times, p)
        assert estimate.low_ns is None or estimate.low_ns <= estimate.value_ns
        assert estimate.high_ns is None or estimate.value_ns <= estimate.high_ns
        assert (estimate.needs > len(times)) == (None in (estimate.low_ns, estimate.high_ns))
        assert 0 < estimate.effective <= len(times)
    ends = [_interval(part) for part in (found.p50, found.p95, found.p99)]
    assert [end.low for end in ends] == sorted(end.low for end in ends)
    assert [end.high for end in ends] == sorted(end.high for end in ends)
    assert found.min_ns <= found.p50.value_ns <= found.p95.value_ns <= found.max_ns
    assert found.min_ns <= found.mean.value_ns * (1 + 1e-9)


@pytest.mark.parametrize(
    ("n", "p95_ends", "p99_ends"),
    [
        (71, 1, 1),
        (72, 2, 1),
        (367, 2, 1),
        (368, 2, 2),
    ],
)
def test_a_bound_that_the_sample_is_too_small_for_is_left_out(
    n: int, p95_ends: int, p99_ends: int
) -> None:
    found = summarise(SHUFFLED[:n], elapsed_ns=1)
    assert found is not None

    def ends(estimate: Estimate) -> int:
        return 2 - [estimate.low_ns, estimate.high_ns].count(None)

    assert (ends(found.p95), ends(found.p99)) == (p95_ends, p99_ends)
    assert found.p95.needs == (0 if p95_ends == 2 else 72)
    assert found.p99.needs == (0 if p99_ends == 2 else 368)


def test_one_sample_has_a_value_and_no_interval() -> None:
    found = summarise([5], elapsed_ns=5)
    assert found is not None
    assert found.mean == Estimate(value_ns=5, low_ns=None, high_ns=None, effective=1, needs=2)
    assert found.stddev_ns == 0
    assert (found.per_second_low, found.per_second_high) == (None, None)


def test_a_handful_of_samples_is_not_judged_for_dependence() -> None:
    found = summarise([1, 2, 3, 8, 9], elapsed_ns=23)
    assert found is not None
    assert {part.effective for part in (found.mean, found.p50, found.p95, found.p99)} == {5}


def test_no_samples_have_no_figures() -> None:
    assert summarise([], elapsed_ns=0) is None


class _Span(NamedTuple):
    low: float
    high: float

    def __contains__(self, value: object) -> bool:
        return isinstance(value, float) and self.low <= value <= self.high


def _interval(estimate: Estimate) -> _Span:
    """An end that is missing (once in sixty runs chance looks like dependence) bounds nothing."""
    return _Span(
        0 if estimate.low_ns is None else estimate.low_ns,
        math.inf if estimate.high_ns is None else estimate.high_ns,
    )


SPREAD = 0.6
PAIRS = 600


@pytest.fixture(scope="module")
def runs() -> list[Summary]:
    """Of the same thing, again and again: log-normal latencies, 500 a run, seeded."""
    rng = np.random.default_rng(20251005)
    times = np.exp(rng.normal(0, SPREAD, (2 * PAIRS, 500))) * 1e6
    found = [summarise(each, elapsed_ns=1) for each in times.astype(np.int64)]
    return [one for one in found if one is not None]


def test_the_intervals_hold_the_truth_as_often_as_they_say(runs: list[Summary]) -> None:
    """95 % of 1200 runs less 3.2 standard errors: 93 %."""
    truth = {
        "mean": math.exp(0.5 * SPREAD**2) * 1e6,
        "p50": 1e6,
        "p95": math.exp(SPREAD * 1.6448536269514722) * 1e6,
        "p99": math.exp(SPREAD * 2.3263478740408408) * 1e6,
    }
    held = dict.fromkeys(truth, 0)
    for found in runs:
        for name, value in truth.items():
            held[name] += value in _interval(getattr(found, name))
    assert len(runs) == 2 * PAIRS
    assert all(0.93 <= count / len(runs) <= 0.99 for count in held.values()), held


def test_two_runs_of_the_same_thing_agree_as_often_as_they_should(runs: list[Summary]) -> None:
    """Intervals of two runs that do not meet would be a difference. For a mean it is known how
    often that happens by chance: where |a - b| > 2 half-widths, which for two independent runs is
    1.96 * sqrt(2) standard errors of the difference, in 0.56 % of pairs. Exact order statistics
    are never less sure. 600 pairs: 3.4 are expected, more than 9 once in 500 seeds.
    """
    apart = {"mean": 0, "p50": 0, "p95": 0, "p99": 0}
    for first, second in zip(runs[:PAIRS], runs[PAIRS:], strict=True):
        for name in apart:
            a, b = _interval(getattr(first, name)), _interval(getattr(second, name))
            apart[name] += a.high < b.low or b.high < a.low
    assert all(count <= 9 for count in apart.values()), apart


def test_a_burst_that_hides_p95_hides_p99_too() -> None:
    """45 slow calls in a row: worth a handful for P95. P99 is not better known than that."""
    times = np.full(1000, 2_500)
    times[100:145] = 4_000_000
    found = summarise(times, elapsed_ns=1)
    assert found is not None
    assert found.p95.effective < 100
    assert _interval(found.p99).high >= _interval(found.p95).high


def test_dependent_samples_get_wider_intervals() -> None:
    """A slow drift with noise: neighbours are alike, so a thousand are worth far fewer."""
    rng = np.random.default_rng(3)
    level = np.zeros(1000)
    for i in range(1, 1000):
        level[i] = 0.99 * level[i - 1] + rng.normal()
    times = ((100 + level) * 1e5).astype(np.int64)
    shuffled = rng.permutation(times)

    together, apart = summarise(times, elapsed_ns=1), summarise(shuffled, elapsed_ns=1)

    assert together is not None and apart is not None
    assert together.p50.value_ns == apart.p50.value_ns
    assert (apart.p50.effective, apart.mean.effective) == (1000, 1000)
    assert together.p50.effective < 100
    assert together.mean.effective < 100
    assert together.p50.low_ns is not None and apart.p50.low_ns is not None
    assert together.p50.low_ns < apart.p50.low_ns
