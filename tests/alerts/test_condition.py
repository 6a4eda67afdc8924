"""Conditions as people write them."""

from __future__ import annotations

import pytest

from kampyn_perf.alerts.condition import parse_condition
from kampyn_perf.results.unit import Unit


@pytest.mark.parametrize(
    ("text", "unit", "met", "unmet"),
    [
        ("> 1000 ms", Unit.DURATION, 1_000_001, 1_000_000),
        (">=1s", Unit.DURATION, 1_000_000, 999_999),
        ("≥ 1s", Unit.DURATION, 1_000_000, 999_999),
        ("< 99.9 %", Unit.SHARE, 0.9989, 0.999),
        ("<= 10 requests/s", Unit.RATE, 10, 10.1),
        ("> 512 MB", Unit.SIZE, 512 * 2**20 + 1, 512 * 2**20),
    ],
)
def test_it_holds_on_one_side(text: str, unit: Unit, met: float, unmet: float) -> None:
    condition = parse_condition(text, unit)
    assert condition.holds(met)
    assert not condition.holds(unmet)


@pytest.mark.parametrize("text", ["1000 ms", "> ", "> 1000", "> -1 ms", 1000, None, "> fast"])
def test_what_is_none(text: object) -> None:
    with pytest.raises(ValueError, match='such as "> 1000 ms"'):
        parse_condition(text, Unit.DURATION)
