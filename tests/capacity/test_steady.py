"""Whether a step came to rest."""

from __future__ import annotations

import numpy as np
import pytest

from kampyn_perf.capacity.steady import hopeless, rest_of
from kampyn_perf.results.capacity import Steadiness


def noisy(level: float, seconds: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).poisson(level, seconds).astype(float)


@pytest.mark.parametrize("seconds", [10, 25, 60])
def test_what_grows_by_what_is_not_served_is_overloaded(seconds):
    for seed in range(20):
        series = noisy(10, seconds, seed) + 0.15 * 100 * np.arange(seconds)
        assert rest_of(series.tolist(), rate=100).steadiness is Steadiness.OVERLOADED


@pytest.mark.parametrize("seconds", [10, 25, 60])
def test_chance_makes_no_overload(seconds):
    verdicts = [
        rest_of(noisy(10, seconds, seed).tolist(), rate=100).steadiness for seed in range(200)
    ]
    assert verdicts.count(Steadiness.OVERLOADED) == 0
    assert verdicts.count(Steadiness.STABLE) >= 194


def test_what_still_drains_is_backlogged():
    series = 200 * np.exp(-np.arange(25) / 8.0) + noisy(5, 25, 1)
    assert rest_of(series.tolist(), rate=100).steadiness is Steadiness.BACKLOGGED


def test_too_few_seconds_tell_nothing():
    assert rest_of([], rate=10).steadiness is Steadiness.STABLE
    assert rest_of([1, 2, 3], rate=10).growth == 0


def test_a_hopeless_step_need_not_be_waited_for():
    assert hopeless([100.0 * n for n in range(10)], rate=100)
    assert not hopeless([5, 6, 4, 5, 7, 5, 6, 5], rate=100)
    assert not hopeless([400, 350, 320, 300, 290, 280, 270, 260], rate=100)
