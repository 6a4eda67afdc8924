"""Conditions as people write them (`> 1000 ms`, `< 99 %`) into numbers, checked by unit. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from kampyn_perf.operators import Operator, split
from kampyn_perf.results.unit import Unit

_EXAMPLES = {
    Unit.DURATION: "1000 ms",
    Unit.SHARE: "5 %",
    Unit.RATE: "10/s",
    Unit.SIZE: "512 MB",
    Unit.COUNT: "10",
}


@dataclass(frozen=True)
class Condition:
    """A comparison with a limit, in the metric's unit."""

    comparison: Operator
    limit: float
    unit: Unit

    def holds(self, value: float) -> bool:
        """Whether `value` meets it."""
        return self.comparison.holds(value, self.limit)

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
    allowed = f'a comparison with {unit.noun}, such as "> {_EXAMPLES[unit]}"'
    parts = split(text)
    if parts is None:
        raise ValueError(f"expected {allowed} (got {text!r})")
    comparison, limit = parts
    value = unit.parse(limit)
    if value is None:
        noun = next((other.noun for other in Unit if other.parse(limit) is not None), "")
        raise ValueError(
            f"expected {allowed}" + (f", not {noun}" if noun else "") + f" (got {text!r})"
        )
    if unit is Unit.SHARE and value > 1:
        raise ValueError(f"a share is at most 100 % (got {text!r})")
    return Condition(comparison, value, unit)
