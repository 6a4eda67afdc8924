"""How far inside its target an objective was."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.capacity import margins


def test_a_share_at_its_limit_has_no_margin():
    known = margins.of_share([5] * 20, [100] * 20, 0.05)
    assert known.value == pytest.approx(0)
    assert known.error == margins._LEAST_ERROR  # every second is like the others
    assert not known.missed


def test_twice_of_what_is_allowed_is_missed():
    known = margins.of_share([10] * 20, [100] * 20, 0.05)
    assert known.value == pytest.approx(-math.log(2))
    assert known.missed


def test_the_error_is_that_of_means_of_blocks():
    rng = np.random.default_rng(1)
    drawn = [
        margins.of_share(rng.poisson(5, 30), np.full(30, 100), 0.05, seed=seed)
        for seed in range(100)
    ]
    scatter = np.std([each.value for each in drawn])
    assert np.mean([each.error for each in drawn]) == pytest.approx(scatter, rel=0.3)


def test_what_hangs_together_is_known_less():
    clumped = [0] * 10 + [20] * 5 + [0] * 10
    spread = [4] * 25
    totals = [100] * 25
    assert (
        margins.of_share(clumped, totals, 0.05).error
        > 3 * margins.of_share(spread, totals, 0.05).error
    )


def test_one_failure_of_few_requests_is_no_miss():
    """1 of 500 is twice the promise of 99.9 %, and says next to nothing."""
    known = margins.of_share([1] + [0] * 9, [50] * 10, 0.001)
    assert known.value < 0
    assert not known.missed
    assert margins.of_share([5] * 10, [50] * 10, 0.001).missed


@given(st.integers(0, 10_000), st.floats(0.001, 0.5))
def test_none_seen_is_inside_but_not_known_by_how_far(n, allowed):
    known = margins.of_share([0], [n], allowed)
    assert 0.5 <= known.value <= margins.FURTHEST
    assert known.error == 1.0


@pytest.mark.parametrize(
    ("observed", "target", "more", "margin"),
    [(50, 100, False, math.log(2)), (200, 100, False, -math.log(2)), (200, 100, True, math.log(2)),
     (0, 100, False, margins.FURTHEST), (0, 100, True, -margins.FURTHEST)],
)  # fmt: skip
def test_of_a_value(observed, target, more, margin):
    assert margins.of_value(observed, target, more_is_better=more) == pytest.approx(margin)
