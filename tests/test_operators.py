"""Operators of limits, against Python's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.operators import Operator, split

NUMBERS = st.floats(allow_nan=False)


@pytest.mark.parametrize(
    ("written", "operator", "rest"),
    [
        ("< 200 ms", Operator.BELOW, "200 ms"),
        ("  >=99.9 %  ", Operator.AT_LEAST, "99.9 %"),
        ("≤ 5", Operator.AT_MOST, "5"),
        ("≥ 5", Operator.AT_LEAST, "5"),
        (">x", Operator.ABOVE, "x"),
    ],
)
def test_what_a_limit_begins_with(written, operator, rest):
    assert split(written) == (operator, rest)


@pytest.mark.parametrize("written", ["200 ms", "<", "< ", "", "= 5", 5, None, ["< 5"]])
def test_what_is_no_limit(written):
    assert split(written) is None


@given(operator=st.sampled_from(Operator), value=NUMBERS, limit=NUMBERS)
def test_what_holds(operator, value, limit):
    by_hand = {
        "<": value < limit,
        "<=": value <= limit,
        ">": value > limit,
        ">=": value >= limit,
    }[operator.value]
    assert operator.holds(value, limit) is by_hand
    assert operator.negated.holds(value, limit) is not by_hand
    if value > limit:
        assert operator.upwards is by_hand


def test_in_words():
    assert [operator.words for operator in Operator] == ["below", "at most", "above", "at least"]
