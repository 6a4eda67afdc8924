"""Holm's procedure: known cases, and the chance of any false rejection."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.stats import holm, stepwise


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


def test_an_heir_has_the_whole_share_of_what_was_rejected_before_it() -> None:
    """0.02 is more than a third of 5 %, and less than the first one's half."""
    p, weights = [0.001, 0.02, 0.9, 0.02], [0.5, 0.0, 0.25, 0.25]
    found = stepwise(p, 0.05, weights, {0: 1})
    assert [step.rejected for step in found] == [True, True, False, True]
    # The last of a line leaves its share to all.
    assert found[2].level == pytest.approx(0.05)
    stands = stepwise([0.03, 0.001, 0.03], 0.05, [0.5, 0.0, 0.5], {0: 1})
    assert [step.rejected for step in stands] == [False, False, False]
    assert stands[1].level == 0
    with pytest.raises(ValueError, match="heirs, which need none"):
        stepwise([0.1, 0.2], 0.05, [0.5, 0.5], {0: 1})


def test_heirs_keep_the_promise_where_some_have_changed() -> None:
    """Two real changes before two true hypotheses: in a line, and beside it."""
    rng = np.random.default_rng(2)
    wrong = 0
    for _ in range(4_000):
        p = [1e-9, *rng.random(2), 1e-9, *rng.random(3)]
        found = stepwise(p, 0.05, [0.5, 0, 0, 0.2, 0.1, 0.1, 0.1], {0: 1, 1: 2})
        wrong += any(found[place].rejected for place in (1, 2, 4, 5, 6))
    assert wrong / 4_000 < 0.062
