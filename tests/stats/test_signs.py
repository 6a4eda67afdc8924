"""The test of a median that may be looked at after every sample: its level by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.stats import median_interval, p_above, p_below, pairs_needed
from kampyn_perf.stats.signs import log_capital


@pytest.mark.parametrize(("heads", "tosses"), [(0, 0), (3, 3), (7, 10), (2, 9), (30, 40)])
def test_the_capital_is_the_mixture_of_bets(heads: int, tosses: int) -> None:
    from scipy import integrate  # takes a while, which other workers save

    def bet(p: float) -> float:
        prior = 2 / (math.pi * math.sqrt(p * (1 - p)))  # Beta(1/2, 1/2), folded onto 1/2 to 1
        return float((2 * p) ** heads * (2 * (1 - p)) ** (tosses - heads) * prior)

    expected, _ = integrate.quad(bet, 0.5, 1, points=[0.9999])
    assert math.exp(log_capital(heads, tosses)) == pytest.approx(expected, rel=1e-4)


def test_a_fair_coin_neither_wins_nor_loses() -> None:
    for tosses in (1, 5, 20):
        mean = sum(
            math.comb(tosses, k) * 0.5**tosses * math.exp(log_capital(k, tosses))
            for k in range(tosses + 1)
        )
        assert mean == pytest.approx(1)


def test_looking_after_every_sample_keeps_the_level() -> None:
    """The chance that a test at 5 % ever refuses the true median, over 200 looks."""
    rng = np.random.default_rng(1)
    heads = np.cumsum(rng.random((4_000, 200)) < 0.5, axis=1)
    least = [
        next((k for k in range(n + 1) if log_capital(k, n) >= math.log(20)), n + 1)
        for n in range(1, 201)
    ]
    ever = (heads >= np.array(least)).any(axis=1).mean()
    assert ever < 0.05
    # A test for a single look, looked at again and again, would be wrong in every third run.
    single = (heads > np.arange(1, 201) / 2 + 1.645 * np.sqrt(np.arange(1, 201)) / 2).any(axis=1)
    assert single.mean() > 0.25


def test_ties_are_no_evidence() -> None:
    assert p_above([0.0] * 50, 0.0) == 1
    assert p_below([0.0] * 50, 0.0) == 1
    assert p_below([0.0] * 50, 0.01) < 1e-9


@given(
    st.lists(st.floats(-1, 1), min_size=1, max_size=60, unique=True),
    st.sampled_from([0.3, 0.1, 0.05, 0.01]),
)
def test_the_interval_holds_just_what_is_not_refused(samples: list[float], alpha: float) -> None:
    interval = median_interval(samples, alpha)
    if interval.low is None or interval.high is None:
        assert p_above(samples, min(samples) - 1) > alpha / 2
        return
    assert p_above(samples, interval.low) > alpha / 2
    assert p_below(samples, interval.high) > alpha / 2
    assert p_above(samples, np.nextafter(interval.low, -2)) <= alpha / 2
    assert p_below(samples, np.nextafter(interval.high, 2)) <= alpha / 2


def test_nothing_is_known_of_nothing() -> None:
    assert median_interval([], 0.05).low is None
    assert median_interval([0.1, 0.2], 0.05).high is None


def test_pairs_until_a_share_is_told_from_a_half() -> None:
    assert pairs_needed(1.0, 0.025) == 7
    assert p_above([1.0] * 7, 0) <= 0.025 < p_above([1.0] * 6, 0)
    assert pairs_needed(0.5, 0.05) is None
    more = pairs_needed(0.8, 0.025)
    assert more is not None
    assert more > 7
