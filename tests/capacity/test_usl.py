"""The scalability law through capacities."""

from __future__ import annotations

import pytest

from kampyn_perf.capacity.usl import fit_usl
from kampyn_perf.results.capacity import UslPoint
from kampyn_perf.results.verdict import Bounds


def point(workers: int, rate: float, share: float = 0.02) -> UslPoint:
    bounds = Bounds(low=rate * (1 - share), high=rate * (1 + share), confidence=0.95)
    return UslPoint(workers=workers, rate=rate, interval=bounds)


def law(workers: int, gamma: float = 100, alpha: float = 0.05, beta: float = 0.01) -> float:
    slower = 1 + alpha * (workers - 1) + beta * workers * (workers - 1)
    return gamma * workers / slower


def test_a_law_is_found_again():
    found = fit_usl([point(n, law(n)) for n in (1, 2, 3, 4, 6, 8)])
    assert found.gamma and found.alpha and found.beta
    assert found.gamma.value == pytest.approx(100)
    assert found.alpha.value == pytest.approx(0.05)
    assert found.beta.value == pytest.approx(0.01)
    for parameter in (found.gamma, found.alpha, found.beta):
        assert parameter.interval.low <= parameter.value <= parameter.interval.high
    assert {each.workers for each in found.predictions} >= {5, 7, 9}
    for each in found.predictions:
        assert each.interval.low <= law(each.workers) <= each.interval.high


def test_two_points_do_not_tell_three_parameters():
    found = fit_usl([point(1, 100), point(2, 160)])
    assert found.beta is None
    assert found.predictions == []
    assert found.alpha.value == pytest.approx(0.25)
    assert "cannot tell three parameters apart" in found.trust[0]


def test_three_fit_exactly_and_that_is_said():
    found = fit_usl([point(n, law(n)) for n in (1, 2, 4)])
    assert any("exactly" in words for words in found.trust)


def test_points_that_are_of_no_such_law_are_told():
    found = fit_usl(
        [point(n, rate) for n, rate in ((1, 100), (2, 90), (3, 250), (4, 200), (5, 400))]
    )
    assert any("does not describe" in words for words in found.trust)


@pytest.mark.parametrize("points", [[], [point(2, 100)]])
def test_one_number_of_workers_says_nothing(points):
    found = fit_usl(points)
    assert found.gamma is None
    assert "nothing" in found.trust[0]


def test_growth_beyond_the_number_of_workers_is_no_negative_contention():
    found = fit_usl([point(1, 100), point(2, 230)])
    assert found.alpha.value == 0
