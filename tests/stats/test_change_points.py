"""Change points: the statistic by hand, the answers of Apache Otava 0.8.0, and false alarms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.stats import change_points
from kampyn_perf.stats.change_points import energy


def _steps(rng: np.random.Generator, levels: list[float], n: int, sd: float) -> list[float]:
    return [float(v) for level in levels for v in level + rng.normal(0, sd, n)]


def series() -> dict[str, list[float]]:
    """Nine series; both programs got the same numbers."""
    rng = np.random.default_rng(7)
    made = {
        "one step": _steps(rng, [100, 110], 30, 2),
        "up and back": _steps(rng, [100, 112, 100], 25, 2),
        "three steps": _steps(rng, [100, 106, 115, 108], 25, 1.5),
        "none": _steps(rng, [100], 80, 3),
        "heavy tails": [float(v) for v in 100 * np.exp(rng.standard_t(2, 80) * 0.03)],
    }
    outlier = _steps(rng, [100], 80, 2)
    outlier[40] = 200
    made["one outlier"] = outlier
    made["small step"] = _steps(rng, [100, 103], 40, 2)
    made["late step"] = _steps(rng, [100], 60, 2) + _steps(rng, [112], 6, 2)
    made["long"] = _steps(rng, [100, 105], 60, 2) + _steps(rng, [98], 80, 2)
    return made


OTAVA = {
    "one step": [30],
    "up and back": [25, 50],
    "three steps": [25, 50, 75],
    "none": [],
    "heavy tails": [],
    "one outlier": [],
    "small step": [40],
    "late step": [60],
    "long": [60, 120],
}
"""What `otava.analysis.compute_change_points_orig(x, max_pvalue=0.05, seed=1)` of apache-otava
0.8.0 says of them, in an environment of its own; its t-test at 0.1 % says the same."""


@pytest.mark.parametrize("name", OTAVA)
def test_they_are_those_of_otava(name: str) -> None:
    assert [point.at for point in change_points(series()[name])] == OTAVA[name]


@given(st.lists(st.sampled_from([0.0, 1.0, 2.5, 7.0]), min_size=2, max_size=12))
def test_the_statistic_is_that_of_the_paper(values: list[float]) -> None:
    levels, places = np.unique(values, return_inverse=True)
    found = energy(places[None, :], levels)[0]
    x = np.array(values)

    def within(part: np.ndarray) -> float:
        n = part.size
        if n < 2:
            return 0.0
        return float(np.abs(part[:, None] - part[None, :]).sum() / (n * (n - 1)))

    for k in range(1, x.size):
        left, right = x[:k], x[k:]
        between = float(np.abs(left[:, None] - right[None, :]).mean())
        expected = k * right.size / x.size * (2 * between - within(left) - within(right))
        assert found[k - 1] == pytest.approx(expected, abs=1e-4)


def test_a_point_tells_both_levels() -> None:
    (point,) = change_points([10.0] * 12 + [20.0] * 12)
    assert (point.at, point.before, point.after) == (12, 10.0, 20.0)
    assert point.p_value == pytest.approx(1 / 200)


def test_nothing_happens_in_what_is_short_or_constant() -> None:
    assert change_points([]) == []
    assert change_points([1.0, 9.0]) == []
    assert change_points([5.0] * 50) == []
    with pytest.raises(ValueError, match="finite"):
        change_points([1.0, float("nan")])


def test_the_same_series_has_the_same_points() -> None:
    assert change_points(series()["one step"]) == change_points(series()["one step"])


def test_many_values_are_put_into_groups_and_the_step_is_found() -> None:
    rng = np.random.default_rng(3)
    values = np.concatenate([rng.normal(100, 3, 300), rng.normal(106, 3, 200)])
    (point,) = change_points(values, permutations=49)
    assert abs(point.at - 300) <= 3


def test_false_alarms_are_as_rare_as_promised() -> None:
    rng = np.random.default_rng(5)
    wrong = sum(bool(change_points(rng.lognormal(0, 0.1, 30), permutations=99)) for _ in range(150))
    assert wrong / 150 < 0.10
