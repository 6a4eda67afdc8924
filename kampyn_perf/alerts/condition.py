"""Conditions as people write them (`> 1000 ms`, `< 99 %`) into numbers, checked by unit. Pure."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from kampyn_perf.results.unit import Unit

_EXAMPLES = {
    Unit.DURATION: ("a duration", "1000 ms"),
    Unit.SHARE: ("a percentage", "5 %"),
    Unit.RATE: ("a rate", "10/s"),
    Unit.SIZE: ("a size", "512 MB"),
    Unit.COUNT: ("a number", "10"),
}


class Comparison(StrEnum):
    """How a value is held against the limit."""

    ABOVE = ">"
    AT_LEAST = ">="
    BELOW = "<"
    AT_MOST = "<="

    @property
    def upwards(self) -> bool:
        """Whether it is greater values that meet it."""
        return self in (Comparison.ABOVE, Comparison.AT_LEAST)

    @property
    def negated(self) -> Comparison:
        """What holds exactly where this does not."""
        return {
            Comparison.ABOVE: Comparison.AT_MOST,
            Comparison.AT_LEAST: Comparison.BELOW,
            Comparison.BELOW: Comparison.AT_LEAST,
            Comparison.AT_MOST: Comparison.ABOVE,
        }[self]


_HOLDS: dict[Comparison, Callable[[float, float], bool]] = {
    Comparison.ABOVE: operator.gt,
    Comparison.AT_LEAST: operator.ge,
    Comparison.BELOW: operator.lt,
    Comparison.AT_MOST: operator.le,
}


@dataclass(frozen=True)
class Condition:
    """A comparison with a limit, in the metric's unit."""

    comparison: Comparison
    limit: float
    unit: Unit

    def holds(self, value: float) -> bool:
        """Whether `value` meets it."""
        return _HOLDS[self.comparison](value, self.limit)

    @property
    def eased(self) -> Condition:
        """The opposite, with a tenth between: `<= 900 ms` of `> 1000 ms`, `>= 99.1 %` of `< 99 %`
        (a tenth fewer failures)."""
        if self.comparison.upwards:
            limit = 0.9 * self.limit
        elif self.unit is Unit.SHARE:
            limit = 1 - 0.9 * (1 - self.limit)
        else:
            limit = 1.1 * self.limit
        return Condition(self.comparison.negated, float(f"{limit:.9g}"), self.unit)

    def __str__(self) -> str:
        return f"{self.comparison.value} {self.unit.text(self.limit)}"


def parse_condition(text: object, unit: Unit) -> Condition:
    """The condition that `text` says. Raises ValueError with what is allowed."""
    noun, example = _EXAMPLES[unit]
    allowed = f'a comparison with {noun}, such as "> {example}"'
    match = re.fullmatch(r"\s*(<=|>=|<|>|≤|≥)\s*(\S.*?)\s*", str(text))
    if match is None or not isinstance(text, str):
        raise ValueError(f"expected {allowed} (got {text!r})")
    value = unit.parse(match[2])
    if value is None:
        other = next(
            (
                _EXAMPLES[other_unit][0]
                for other_unit in Unit
                if other_unit.parse(match[2]) is not None
            ),
            "",
        )
        raise ValueError(
            f"expected {allowed}" + (f", not {other}" if other else "") + f" (got {text!r})"
        )
    if unit is Unit.SHARE and value > 1:
        raise ValueError(f"a share is at most 100 % (got {text!r})")
    comparison = Comparison(match[1].replace("≤", "<=").replace("≥", ">="))
    return Condition(comparison, value, unit)
