"""Trends, against scipy, by symmetries, and by how often they are seen where there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from kampyn_perf import stats

Floats = NDArray[np.float64]

RUNS = 300
series_of_numbers = st.lists(st.integers(-1000, 1000), min_size=4, max_size=60)


def independent(rng: np.random.Generator, size: int) -> Floats:
    return rng.standard_normal(size)


def fading(rng: np.random.Generator, size: int, over: float = 5) -> Floats:
    """Hangs together over so many items (AR(1))."""
    keep = float(np.exp(-1 / over))
    steps = (rng.standard_normal(size) * np.sqrt(1 - keep**2)).tolist()
    steps[0] = rng.standard_normal()
    for place in range(1, size):
        steps[place] += keep * steps[place - 1]
    return np.array(steps)


def slow(rng: np.random.Generator, size: int) -> Floats:
    return fading(rng, size, over=size / 4)


def wandering(rng: np.random.Generator, size: int) -> Floats:
    return np.cumsum(rng.standard_normal(size))


def collected(rng: np.random.Generator, size: int) -> Floats:
    """Memory that grows and is collected, about seven times."""
    place = np.arange(size) / size * 7 + rng.random()
    return place % 1 + 0.05 * rng.standard_normal(size)


PROCESSES = [independent, fading, slow, wandering, collected]


class TestMannKendall:
    @given(series_of_numbers)
    def test_tau_is_kendalls_of_value_and_moment(self, values: list[int]) -> None:
        n = len(values)
        score = np.sign(np.subtract.outer(values, values))[np.tril_indices(n, -1)].sum()
        found = stats.mann_kendall(values)
        assert found.tau == pytest.approx(score / (n * (n - 1) / 2) if len(set(values)) > 1 else 0)
        assert 0 <= found.p <= 1
        assert found.factor >= 1

    @given(series_of_numbers)
    def test_upside_down_is_the_other_direction(self, values: list[int]) -> None:
        found, turned = stats.mann_kendall(values), stats.mann_kendall([-v for v in values])
        assert turned.tau == pytest.approx(-found.tau)
        assert turned.p == pytest.approx(found.p)

    @given(st.lists(st.integers(0, 9), min_size=64, max_size=64))
    def test_never_more_certain_than_of_independent_values(
        self, scipy_stats: Any, values: list[int]
    ) -> None:
        known = scipy_stats.kendalltau(np.arange(64), values, variant="c", method="asymptotic")
        if len(set(values)) > 1:
            # scipy's has no correction for continuity; ours is a little larger.
            assert stats.mann_kendall(values).p >= known.pvalue - 1e-9

    def test_a_trend_is_seen_whatever_its_form(self) -> None:
        rng = np.random.default_rng(5)
        bent = np.arange(100) ** 1.3 / 30 + rng.standard_normal(100)
        assert stats.mann_kendall(bent).p < 0.01

    @pytest.mark.parametrize("values", [[], [1.0], [1, 2, 3], [7.0] * 50])
    def test_nothing_to_see_is_no_trend(self, values: list[float]) -> None:
        assert stats.mann_kendall(values).p == 1

    @pytest.mark.parametrize("process", PROCESSES)
    def test_false_alarms_are_few(self, process: Callable[..., Floats]) -> None:
        rng = np.random.default_rng(20251128)
        alarms = sum(stats.mann_kendall(process(rng, 120)).p < 0.05 for _ in range(RUNS))
        assert alarms / RUNS <= 0.1  # 5 %, and three standard errors more; a random walk has 6 %

    def test_what_no_number_is_is_refused(self) -> None:
        with pytest.raises(ValueError, match="finite numbers"):
            stats.mann_kendall([1.0, float("nan")])


class TestSlope:
    @given(
        values=st.lists(st.integers(-1000, 1000), min_size=10, max_size=60),
        rise=st.floats(-5, 5),
        scale=st.floats(0.1, 10),
    )
    def test_what_rises_faster_by_so_much_is_found_so_much_steeper(
        self, values: list[int], rise: float, scale: float
    ) -> None:
        at = np.arange(len(values)) * scale
        found = stats.slope(at, values)
        steeper = stats.slope(at, np.asarray(values) + rise * at)
        near = 1e-6 * (1 + abs(found.value) + abs(rise)) * max(1, 1 / scale)
        assert steeper.value == pytest.approx(found.value + rise, abs=near)
        assert found.interval.low is not None
        assert found.interval.high is not None
        assert found.interval.low <= found.value <= found.interval.high

    def test_is_least_squares_through_the_means_of_batches(self, scipy_stats: Any) -> None:
        rng = np.random.default_rng(1)
        values = rng.standard_normal(200).cumsum()
        means = values.reshape(20, 10).mean(axis=1)
        known = scipy_stats.linregress(np.arange(200).reshape(20, 10).mean(axis=1), means)
        assert stats.slope(np.arange(200), values).value == pytest.approx(known.slope)

    def test_the_lower_envelope_goes_through_minima(self, scipy_stats: Any) -> None:
        rng = np.random.default_rng(1)
        values = 3.0 * np.arange(200) + rng.choice([0, 500], 200)
        minima = values.reshape(20, 10).min(axis=1)
        known = scipy_stats.linregress(np.arange(200).reshape(20, 10).mean(axis=1), minima)
        found = stats.slope(np.arange(200), values, lowest=True)
        assert found.value == pytest.approx(known.slope)
        assert 3.0 in found.interval

    @pytest.mark.parametrize("lowest", [False, True])
    @pytest.mark.parametrize("process", PROCESSES)
    def test_false_alarms_are_few(self, process: Callable[..., Floats], *, lowest: bool) -> None:
        rng = np.random.default_rng(20251128)
        at = np.arange(120)
        alarms = sum(
            0 not in stats.slope(at, process(rng, 120), lowest=lowest).interval for _ in range(RUNS)
        )
        assert alarms / RUNS <= 0.1  # 5 %, and three standard errors more; a random walk has 6 %

    @pytest.mark.parametrize("process", [independent, fading, slow, collected])
    def test_the_smallest_slope_that_would_have_been_seen_is_seen(
        self, process: Callable[..., Floats]
    ) -> None:
        rng = np.random.default_rng(20251128)
        at = np.arange(120)
        plain = [stats.slope(at, process(rng, 120)).least for _ in range(RUNS)]
        leak = float(np.median([least for least in plain if least is not None]))
        seen = 0
        for _ in range(RUNS):
            low = stats.slope(at, process(rng, 120) + leak * at).interval.low
            seen += low is not None and low > 0
        assert seen / RUNS >= 0.6

    def test_one_of_many_has_to_rise_more(self) -> None:
        rng = np.random.default_rng(3)
        at, values = np.arange(60), rng.standard_normal(60)
        alone, picked = stats.slope(at, values), stats.slope(at, values, subjects=8)
        assert alone.interval.high is not None
        assert picked.interval.high is not None
        assert picked.interval.high > alone.interval.high
        assert picked.value == alone.value

    @pytest.mark.parametrize("size", [0, 1, 9])
    def test_too_few_say_nothing(self, size: int) -> None:
        found = stats.slope(range(size), range(size))
        assert (found.interval.low, found.interval.high, found.least) == (None, None, None)

    def test_what_never_changes_has_no_slope(self) -> None:
        found = stats.slope(range(50), [3.0] * 50)
        assert (found.value, found.interval.low, found.interval.high) == (0, 0, 0)

    def test_moments_and_values_are_as_many(self) -> None:
        with pytest.raises(ValueError, match="3 values at 2 moments"):
            stats.slope([1, 2], [1, 2, 3])


class TestWarmUp:
    def test_what_differs_at_the_beginning_is_cut(self) -> None:
        rng = np.random.default_rng(2)
        values = np.where(np.arange(100) < 20, 10.0, 1.0) + 0.1 * rng.standard_normal(100)
        assert stats.mser5(values) == 20

    @given(st.lists(st.integers(0, 100), min_size=20, max_size=100))
    def test_no_cut_in_the_first_half_would_leave_less_error(self, values: list[int]) -> None:
        found = stats.mser5(values)
        number = len(values) // 5
        means = np.asarray(values[: number * 5]).reshape(number, 5).mean(axis=1)

        def error(cut: int) -> float:
            rest = means[cut:]
            return float(((rest - rest.mean()) ** 2).sum() / len(rest) ** 2)

        if found is not None:
            assert error(found // 5) <= min(map(error, range(number // 2 + 1))) + 1e-6

    def test_what_never_comes_to_rest_has_no_cut(self) -> None:
        rng = np.random.default_rng(2)
        values = np.where(np.arange(100) < 70, 10.0, 1.0) + 0.1 * rng.standard_normal(100)
        assert stats.mser5(values) is None

    @pytest.mark.parametrize("size", [0, 19])
    def test_too_few_say_nothing(self, size: int) -> None:
        assert stats.mser5([1.0] * size) is None

    def test_what_is_at_rest_is_kept_whole(self) -> None:
        assert stats.mser5([1.0] * 40) == 0
