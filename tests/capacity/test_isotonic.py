"""A rising function through points, and where it crosses one.

Tests `kampyn_perf/capacity/local.py` too.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.capacity.isotonic import crossing, pools
from kampyn_perf.capacity.local import Power

POINTS = st.lists(st.tuples(st.floats(0, 10), st.floats(0.01, 20)), min_size=1, max_size=30)


def fitted(points: list[tuple[float, float]]):
    x, loads = [x for x, _ in points], [y for _, y in points]
    return pools(x, loads, [1.0] * len(points))


@given(POINTS)
def test_it_rises_and_keeps_the_mean(points):
    steps = fitted(points)
    levels = [step.y for step in steps]
    assert levels == sorted(levels)
    mean = sum(step.y * step.weight for step in steps) / len(points)
    assert mean == pytest.approx(np.mean([y for _, y in points]))


def test_a_step_knows_its_points():
    steps = fitted([(1, 1.0), (4, 5.0), (3, 2.0), (2, 3.0), (4, 4.0)])
    assert [(step.first, step.last, step.x, step.y, step.weight) for step in steps] == [
        (1, 1, 1, 1.0, 1.0),
        (2, 3, 2.5, 2.5, 2.0),
        (4, 4, 4, 4.5, 2.0),  # the same rate twice
    ]


@given(POINTS)
def test_it_is_the_nearest_rising_one(points):
    """No level moved a little, up or down, comes nearer."""
    steps = fitted(points)
    place = 0
    ordered = sorted(points, key=lambda point: point[0])
    for step in steps:
        part = [y for _, y in ordered[place : place + round(step.weight)]]
        assert step.y == pytest.approx(np.mean(part))
        place += round(step.weight)


@given(POINTS)
def test_the_crossing_lies_between_the_points(points):
    x, loads = [x for x, _ in points], [y for _, y in points]
    at = crossing(x, loads, [1.0] * len(points)).at
    assert at in (math.inf, -math.inf) or min(x) <= at <= max(x)


@pytest.mark.parametrize(
    ("loads", "at"),
    [
        ([0.5, 2.0], 0.5),  # logarithms on both sides alike
        ([0.1, 0.2], math.inf),
        ([3.0, 4.0], -math.inf),
    ],
)
def test_where_it_crosses(loads, at):
    assert crossing([0.0, 1.0], loads, [1.0, 1.0]).at == pytest.approx(at)


def test_a_cliff_is_halved_and_no_line_is_drawn_through_it():
    found = crossing([0.0, 1.0, 2.0], [0.05, 0.06, 20.0], [1.0] * 3)
    assert found.cliff
    assert (found.at, found.below, found.above) == (1.5, 1.0, 2.0)


def power_of(x, loads, around, errors=None):
    """Near a rate; of steps that say little by themselves, as shares of late requests do."""
    errors = np.full(x.size, 0.3) if errors is None else errors
    return Power.of(x, loads, errors, math.log(around), None)


def test_a_power_is_found_again():
    rng = np.random.default_rng(1)
    x = np.log(np.linspace(90, 110, 11))
    truth = np.log(101.0)
    rows = np.exp(12 * (x - truth))[None, :] * rng.gamma(16, 1 / 16, (400, 11))
    power = power_of(x, rows[0], 100)
    assert power is not None
    found = np.exp(power.crossing(rows))
    assert np.nanmean(found) == pytest.approx(101, rel=0.003)
    assert np.nanstd(found) < 1.5


def test_steps_at_one_rate_tell_no_power():
    x = np.log(np.linspace(99, 100, 9))
    assert power_of(x, np.ones(9), 100) is None


def test_what_begins_all_at_once_is_none():
    x = np.log(np.linspace(90, 110, 9))
    loads = np.where(x > np.log(101), 3.0, 0.05)
    assert power_of(x, loads, 101) is None


def test_no_limit_is_said_to_lie_far_beyond_what_was_tried():
    x = np.log(np.linspace(90, 99, 9))
    power = power_of(x, np.full(9, 0.5), 99)
    assert power is not None
    assert np.isnan(power.crossing(0.2 * np.exp(2 * (x - x[0]))[None, :]))[0]


def test_what_grows_as_the_rate_does_is_fitted_far_and_near():
    """CPU: 0.65 times as fast as the rate, one step of which was disturbed, and shows it."""
    x = np.log(np.array([80, 88, 95, 97, 99, 101, 103, 105, 112, 120.0]))
    errors = np.full(10, 0.04)
    errors[3] = 0.3
    rng = np.random.default_rng(1)
    rows = np.exp(0.65 * (x - math.log(100))) * np.exp(rng.normal(0, 0.02, (200, 10)))
    rows[:, 3] *= 1.2
    power = power_of(x, rows[0], 100, errors)
    assert power is not None
    found = np.exp(power.crossing(rows))
    assert np.isfinite(found).all()
    assert found.mean() == pytest.approx(100, rel=0.015)
    assert found.std() < 2


def test_what_is_hardly_known_is_never_taken_for_gentle():
    x = np.log(np.linspace(90, 110, 9))
    rows = np.exp(0.65 * (x - math.log(100)))[None, :]
    power = power_of(x, rows[0], 100)
    assert power is not None
    assert np.isnan(power.crossing(rows))[0]


def test_rates_far_below_put_the_limit_no_nearer_to_them():
    """All of them held alike: only that the highest did tells where it breaks."""
    near = crossing([math.log(320), math.log(449)], [0.5, 1.5], [1, 1])
    far = crossing([math.log(rate) for rate in (4, 20, 80, 320, 449)], [0.5] * 4 + [1.5], [1] * 5)
    assert 320 * 0.95 < math.exp(far.at) < 449
    assert far.at == pytest.approx(near.at, abs=math.log(1.12))
