"""Whether 95 % intervals hold the truth in 95 % of simulated runs, above all in bursty ones."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import ndtri

from kampyn_perf import stats

Runs = NDArray[np.float64]
"""Latencies: run, second, request of the second."""

RATE = 20
RUNS = 200
QUANTILES = (0.5, 0.95, 0.99)


def independent(rng: np.random.Generator, runs: int, seconds: int) -> Runs:
    return rng.lognormal(0, 1, (runs, seconds, RATE))


def fading(rng: np.random.Generator, runs: int, seconds: int) -> Runs:
    """A common slowness of each second that fades over about two seconds (AR(1), 0.6)."""
    slowness = np.empty((runs, seconds))
    slowness[:, 0] = rng.normal(size=runs)
    for second in range(1, seconds):
        step = rng.normal(size=runs)
        slowness[:, second] = 0.6 * slowness[:, second - 1] + 0.8 * step
    own = rng.normal(size=(runs, seconds, RATE))
    return np.exp(0.7 * slowness[:, :, None] + np.sqrt(0.51) * own)


def bursty(rng: np.random.Generator, runs: int, seconds: int) -> Runs:
    """Pauses of about two seconds, on average every 25 seconds, that make all 20 times slower."""
    values = independent(rng, runs, seconds)
    paused = np.zeros(runs, dtype=bool)
    for second in range(seconds):
        paused = np.where(paused, rng.random(runs) > 0.5, rng.random(runs) < 0.04)
        values[paused, second] *= 20
    return values


@cache
def simulated(process: Callable[..., Runs], seconds: int) -> Runs:
    """Many runs."""
    return process(np.random.default_rng(20251101), RUNS, seconds)


@cache
def truths(process: Callable[..., Runs]) -> dict[float, float]:
    """Of a single request: without pauses its logarithm is standard normal."""
    if process is bursty:
        record = process(np.random.default_rng(20251102), 40, 5_000)
        return dict(zip(QUANTILES, map(float, np.quantile(record, QUANTILES)), strict=True))
    return {q: math.exp(ndtri(q)) for q in QUANTILES}


@cache
def ordered(process: Callable[..., Runs], seconds: int) -> Any:
    """The samples of each run by size."""
    return np.sort(simulated(process, seconds).reshape(RUNS, -1), axis=1)


class Coverage(NamedTuple):
    """How often the truth was held."""

    deflated: float
    as_they_are: float


def coverage(process: Callable[..., Runs], seconds: int, q: float) -> Coverage:
    truth, held = truths(process)[q], np.zeros(2)
    totals = np.full(seconds, RATE)
    runs = simulated(process, seconds)
    for run, samples in zip(runs, ordered(process, seconds), strict=True):
        at = samples[stats.nearest_rank(samples.size, q) - 1]
        worth = stats.deflation(totals, (run <= at).sum(axis=1))
        for place, effective in enumerate((worth.effective, None)):
            held[place] += truth in stats.quantile_interval(samples, q, effective=effective)
    return Coverage(*held / RUNS)


@pytest.mark.parametrize("q", QUANTILES)
@pytest.mark.parametrize(
    ("process", "seconds"),
    [(fading, 60), (fading, 420), (bursty, 420)],
    ids=["60", "420", "pauses"],
)
def test_intervals_of_correlated_runs_hold_the_truth(
    process: Callable[..., Runs], seconds: int, q: float
) -> None:
    found = coverage(process, seconds, q)
    assert found.deflated >= 0.92
    assert found.as_they_are <= 0.65


def test_independent_samples_lose_little() -> None:
    assert coverage(independent, 60, 0.95).deflated >= 0.95
    rng = np.random.default_rng(7)
    hits = rng.binomial(50, 0.95, (100, 420))
    worth = [stats.deflation(np.full(420, 50), run).effective / (420 * 50) for run in hits]
    assert 0.5 < float(np.median(worth)) <= 1


def test_one_pause_makes_the_upper_end_unknown() -> None:
    hits = np.zeros(60)
    hits[20:23] = 50  # the server stood still for three seconds: all 150 slow ones are one event
    worth = stats.deflation(np.full(60, 50), hits)
    assert worth.n == 3_000
    assert worth.effective < 30
    assert worth.unseen == pytest.approx(142.5)  # what the pause had more than three usual seconds


def test_hits_spread_evenly_are_worth_more_than_hits_at_once() -> None:
    even, once = np.zeros(100), np.zeros(100)
    even[::10] = 5
    once[50:55] = 10
    totals = np.full(100, 10)
    assert stats.deflation(totals, even).effective > 5 * stats.deflation(totals, once).effective


def test_a_difference_between_phases_is_no_uncertainty() -> None:
    rng = np.random.default_rng(3)
    hits = np.concatenate([rng.binomial(50, 0.5, 100), rng.binomial(50, 0.9, 100)])
    totals, phases = np.full(200, 50), ["ramp"] * 100 + ["peak"] * 100
    apart = stats.deflation(totals, hits, strata=phases)
    mixed = stats.deflation(totals, hits)
    assert apart.effective > 10 * mixed.effective


def test_a_phase_of_one_second_joins_its_neighbour() -> None:
    totals, hits = np.full(21, 10), np.arange(21) % 3
    lone_last = stats.deflation(totals, hits, strata=[0] * 20 + [1])
    lone_first = stats.deflation(totals, hits, strata=[0] + [1] * 20)
    assert lone_last == lone_first == stats.deflation(totals, hits)
    assert stats.deflation([5], [2], strata=["only"]).effective == 1


def test_without_scatter_the_sample_stands_as_it_is() -> None:
    assert stats.deflation([10, 10], [0, 0]) == stats.Deflation(n=20, effective=20)
    assert stats.deflation([10, 10], [10, 10]).factor == 1
    assert stats.deflation([], []).effective == 0


def test_single_samples_of_a_benchmark() -> None:
    rng = np.random.default_rng(11)
    calm = rng.lognormal(size=1_000)
    assert stats.quantile_deflation(calm, 0.95).effective > 500
    throttled = np.concatenate([calm[:700], calm[700:] * 30])
    assert stats.quantile_deflation(throttled, 0.95).effective < 100
    assert stats.quantile_deflation([], 0.5).effective == 0


@given(
    st.lists(
        st.integers(0, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))),
        min_size=1,
        max_size=80,
    ),
    st.integers(0, 80),
)
def test_the_worth_is_never_more_than_the_number(seconds: list[tuple[int, int]], cut: int) -> None:
    totals, hits = zip(*seconds, strict=True)
    strata = [int(second >= cut) for second in range(len(seconds))]
    worth = stats.deflation(totals, hits, strata=strata)
    assert worth.n == sum(totals)
    assert min(worth.n, 1) <= worth.effective <= worth.n


def test_the_interval_of_a_mean_covers_it() -> None:
    rng = np.random.default_rng(5)
    truth = math.exp(0.5)  # of whose logarithm is standard normal
    batch = [
        stats.mean_interval(run.sum(axis=1), np.full(420, RATE)) for run in fading(rng, RUNS, 420)
    ]
    assert sum(truth in interval for interval in batch) / RUNS >= 0.91


def test_the_interval_of_a_mean_is_students_for_equal_batches() -> None:
    # Ten batches of means 0..9: mean 4.5, standard error sqrt(82.5 / 9 / 10), t(9) = 2.2622.
    interval = stats.mean_interval(np.arange(10))
    half = 2.2621571628 * (82.5 / 9 / 10) ** 0.5
    assert interval.low == pytest.approx(4.5 - half)
    assert interval.high == pytest.approx(4.5 + half)
    assert stats.mean_interval([3.0]) == stats.Interval(None, None)


def test_a_careful_interval_is_that_of_the_batches_that_scatter_most() -> None:
    # So few items are taken as batches of one (t(9) = 2.2622), two (t(4) = 2.7764) and three to
    # four items (t(2) = 4.3027): the widest counts.
    interval = stats.mean_interval([3, 7, 1, 9, 0, 5, 8, 2, 6, 4], careful=True)
    ones = 2.2621571628 * (82.5 / 9 / 10) ** 0.5
    twos = 2.7764451052 * np.std([5, 5, 2.5, 5, 5], ddof=1) / 5**0.5
    sums = np.array([11, 14, 20]) - 4.5 * np.array([3, 3, 4])
    threes = 4.3026527297 * (3 / 2 * (sums**2).sum()) ** 0.5 / 10
    half = 1.2 * max(ones, twos, threes)  # of fewer than forty items nothing is known of waves
    assert interval.low == pytest.approx(4.5 - half)
    assert interval.high == pytest.approx(4.5 + half)


def test_a_run_that_only_drifts_says_nothing_of_its_mean() -> None:
    drifting, mixed = np.arange(60.0), np.random.default_rng(1).permutation(np.arange(60.0))
    wide, narrow = (stats.mean_interval(values, careful=True) for values in (drifting, mixed))
    assert wide.low is not None and wide.high is not None
    assert narrow.low is not None and narrow.high is not None
    # Its thirds are 20 apart: t(2) = 4.3027 times 20 / sqrt(3), and 1.6 times that.
    assert wide.high - wide.low == pytest.approx(2 * 1.6 * 4.302653 * 20 / 3**0.5, rel=1e-4)
    assert narrow.high - narrow.low < 25
    hits = (drifting >= 30).astype(int) * 20
    assert stats.deflation(np.full(60, 40), hits).slow
    assert not stats.deflation(np.full(60, 40), np.random.default_rng(2).permutation(hits)).slow


@pytest.mark.parametrize(
    ("totals", "hits", "strata", "message"),
    [
        ([1, 2], [1], None, "1 values for 2 items"),
        ([-1, 2], [0, 1], None, "fewer than no samples"),
        ([1, 2], [0, 1], ["a"], "1 strata for 2 items"),
    ],
)
def test_what_does_not_fit_is_refused(
    totals: list[int], hits: list[int], strata: list[str] | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        stats.deflation(totals, hits, strata=strata)
