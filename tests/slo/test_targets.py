"""Targets: what people write, what it comes to, and what is refused in which words.

Tests `kampyn_perf/results/unit.py` too.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.operators import Operator
from kampyn_perf.results.unit import Unit
from kampyn_perf.slo.targets import Target, parse_target


@pytest.mark.parametrize(
    ("text", "unit", "comparison", "value"),
    [
        ("< 200 ms", Unit.DURATION, "<", 200_000),
        ("<200ms", Unit.DURATION, "<", 200_000),
        ("<= 1.5 s", Unit.DURATION, "<=", 1_500_000),
        ("≤ 1m30s", Unit.DURATION, "<=", 90_000_000),
        (">= 99.9 %", Unit.SHARE, ">=", 0.999),
        ("≥ 99.95%", Unit.SHARE, ">=", 0.9995),
        ("< 0.1 %", Unit.SHARE, "<", 0.001),
        (">= 1000/s", Unit.RATE, ">=", 1000),
        ("> 60000 requests/min", Unit.RATE, ">", 1000),
        (">= 1000 req/s", Unit.RATE, ">=", 1000),
        ("< 512 MB", Unit.SIZE, "<", 512 * 1024**2),
    ],
)
def test_what_people_write(text: str, unit: Unit, comparison: str, value: float) -> None:
    more = comparison.startswith(">")
    assert parse_target(text, unit, more_is_better=more) == Target(
        Operator(comparison), value, unit
    )


@pytest.mark.parametrize(
    ("text", "unit", "message"),
    [
        ("200 ms", Unit.DURATION, 'expected a comparison with a duration, such as "< 200 ms"'),
        (200, Unit.DURATION, 'expected a comparison with a duration, such as "< 200 ms" (got 200)'),
        (None, Unit.SHARE, 'expected a comparison with a percentage, such as "< 1 %" (got None)'),
        ("< 200", Unit.DURATION, "expected a duration, such as \"< 200 ms\" (got '< 200')"),
        ("< 5 %", Unit.DURATION, 'such as "< 200 ms", not a percentage'),
        ("< 5 ms", Unit.SHARE, 'expected a percentage, such as "< 1 %", not a duration'),
        ("< 5 MB", Unit.RATE, 'expected a rate, such as "< 1000/s", not a size'),
        ("< 5/s", Unit.SIZE, 'expected a size, such as "< 512 MB", not a rate'),
        ("< 101 %", Unit.SHARE, "a share is at most 100 %"),
        ("< -5 ms", Unit.DURATION, "expected a duration"),
        ("< 5 % %", Unit.SHARE, "expected a percentage"),
        ("> 200 ms", Unit.DURATION, "less is better here, so the target begins with < or <="),
        ("== 200 ms", Unit.DURATION, "expected a comparison"),
    ],
)
def test_what_is_refused(text: object, unit: Unit, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        parse_target(text, unit, more_is_better=False)


def test_more_is_better_wants_the_other_sign() -> None:
    with pytest.raises(ValueError, match="more is better here, so the target begins with >= or >"):
        parse_target("< 99 %", Unit.SHARE, more_is_better=True)


@pytest.mark.parametrize(
    ("comparison", "on_it", "margin"),
    [("<", False, 10), ("<=", True, 10), (">", False, -10), (">=", True, -10)],
)
def test_the_edge_belongs_to_the_side_with_the_equals_sign(
    comparison: str, on_it: bool, margin: float
) -> None:
    target = Target(Operator(comparison), 100, Unit.RATE)
    assert target.met_by(100) is on_it
    assert target.met_by(90) is comparison.startswith("<")
    assert target.met_by(110) is comparison.startswith(">")
    assert target.margin(90) == margin


@given(value=st.floats(0, 1e9), comparison=st.sampled_from(Operator))
def test_a_positive_margin_is_a_met_target(value: float, comparison: Operator) -> None:
    target = Target(comparison, 1_000, Unit.DURATION)
    if target.margin(value) != 0:
        assert target.met_by(value) is (target.margin(value) > 0)
