"""Holm's procedure: known cases, and the chance of any false rejection."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.stats import holm


def test_steps_down_until_the_first_that_stands() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005], 0.05) == [True, False, False, True]
    assert holm([0.01, 0.02, 0.03, 0.005], 0.05) == [True, True, True, True]
    assert holm([], 0.05) == []


def test_a_weight_is_a_share_of_the_level() -> None:
    assert holm([0.03, 0.03], 0.05) == [False, False]
    assert holm([0.03, 0.03], 0.05, [0.7, 0.3]) == [True, True]
    assert holm([0.03, 0.9], 0.05, [0.5, 0.5]) == [False, False]
    with pytest.raises(ValueError, match="weight above 0"):
        holm([0.1, 0.2], 0.05, [1, 0])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_between_bonferroni_and_no_correction(p: list[float]) -> None:
    rejected = holm(p, 0.05)
    for value, one in zip(p, rejected, strict=True):
        assert one or value > 0.05 / len(p)
        assert not one or value <= 0.05
    if any(rejected):
        assert max(v for v, r in zip(p, rejected, strict=True) if r) <= min(
            [v for v, r in zip(p, rejected, strict=True) if not r], default=1
        )


def test_any_false_rejection_is_as_rare_as_promised() -> None:
    rng = np.random.default_rng(1)
    wrong = sum(any(holm(rng.random(12).tolist(), 0.05)) for _ in range(4_000))
    assert wrong / 4_000 < 0.062
