"""Block bootstrap: what weights are, how long blocks are, and whether intervals hold."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import stdtrit

from kampyn_perf.stats import block_length, quantiles, resample, standard_error


@given(
    st.lists(st.integers(1, 12), min_size=1, max_size=4),
    st.integers(1, 10),
)
def test_each_stratum_keeps_its_weight(sizes: list[int], length: int) -> None:
    strata = [number for number, size in enumerate(sizes) for _ in range(size)]
    drawn = resample(strata, length, replicates=5)
    assert drawn.weights.shape == (5, len(strata))
    at = 0
    for size in sizes:
        part = drawn.weights[:, at : at + size].sum(axis=1)
        assert part == pytest.approx([size] * 5)
        at += size
    assert drawn.freedom >= 1


def test_blocks_are_of_neighbours() -> None:
    drawn = resample([0] * 12, 4, replicates=50, seed=3)
    for row in drawn.weights:
        changes = int((np.diff(np.append(row, row[0])) != 0).sum())
        assert changes <= 2 * 2  # two blocks, each with a beginning and an end on the ring


def test_an_item_is_drawn_once_on_the_average() -> None:
    drawn = resample([0] * 30, 3, replicates=4_000)
    assert drawn.weights.mean(axis=0) == pytest.approx(1, abs=0.1)


def test_quantiles_are_those_of_the_weighted_items() -> None:
    counts = [[2, 0, 0], [0, 1, 1]]
    weights = np.array([[1.0, 1.0], [2.0, 0.0], [0.0, 2.0], [0.0, 0.0]])
    found = quantiles(counts, [10, 20, 30], weights, [0.5, 0.95])
    assert found[0].tolist() == [10, 30]
    assert found[1].tolist() == [10, 10]
    assert found[2].tolist() == [20, 30]
    assert np.isnan(found[3]).all()


def test_dependence_makes_blocks_longer() -> None:
    rng = np.random.default_rng(1)
    white = rng.normal(size=400)
    slow = np.zeros(400)
    for at in range(1, 400):
        slow[at] = 0.9 * slow[at - 1] + white[at]
    assert math.cbrt(400) <= block_length(white) < 20
    assert block_length(slow) > 2 * block_length(white)
    assert block_length(slow) <= 400 // 6
    assert block_length([1.0] * 60) == 4
    assert block_length([1.0, 2.0]) == 1


def test_what_strata_differ_by_is_no_dependence() -> None:
    rng = np.random.default_rng(2)
    values = np.repeat([0.0, 100.0], 100) + rng.normal(size=200)
    assert block_length(values, [0] * 100 + [1] * 100) <= 12
    assert block_length(values) > 20


def test_a_standard_error_reaches_as_far_as_its_tails() -> None:
    rng = np.random.default_rng(3)
    normal = rng.normal(size=4_000)
    assert standard_error(normal) == pytest.approx(1, rel=0.05)
    assert standard_error([1.0]) == math.inf
    assert standard_error([*normal, math.nan]) == pytest.approx(standard_error(normal))


def test_an_interval_of_dependent_seconds_holds_the_truth() -> None:
    """120 runs of 100 seconds, whose level hangs together from second to second."""
    rng = np.random.default_rng(5)
    missed, naive = 0, 0
    for _ in range(120):
        level = np.zeros(100)
        for second in range(1, 100):
            level[second] = 0.7 * level[second - 1] + rng.normal()
        counts, values = np.ones((100, 1)), np.array([1.0])
        assert quantiles(counts, values, np.ones((1, 100)), [0.5])[0, 0] == 1
        for length, alone in ((block_length(level), False), (1, True)):
            drawn = resample([0] * 100, length, replicates=200)
            error = standard_error(drawn.weights @ level / 100)
            wrong = abs(level.mean()) > stdtrit(drawn.freedom, 0.975) * error
            naive, missed = naive + (wrong and alone), missed + (wrong and not alone)
    assert missed / 120 < 0.12
    assert naive / 120 > 0.25
