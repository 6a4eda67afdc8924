"""Targets as people write them (`< 200 ms`, `>= 99.9 %`) into numbers, checked by unit. Pure."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from kampyn_perf.operators import Operator, split
from kampyn_perf.results.unit import Unit

_EXAMPLES = {
    Unit.DURATION: "200 ms",
    Unit.SHARE: "99.9 %",
    Unit.RATE: "1000/s",
    Unit.SIZE: "512 MB",
    Unit.COUNT: "10",
    Unit.SIZE_RATE: "1 MB/min",
    Unit.SHARE_RATE: "1 %/min",
    Unit.DURATION_RATE: "1 ms/min",
}


@dataclass(frozen=True)
class Target:
    """A comparison with a value, in the metric's unit."""

    comparison: Operator
    value: float
    unit: Unit
    relative: bool = False
    """Whether the value is a change against a baseline: 0.1 is +10 %."""

    def met_by(self, value: float) -> bool:
        """Whether `value` is on the good side."""
        return self.comparison.holds(value, self.value)

    @property
    def first_bad(self) -> int:
        """Of whole values of which less is better: the smallest one on the bad side."""
        if self.comparison is Operator.AT_MOST:
            return math.floor(self.value) + 1
        return math.ceil(self.value)

    def margin(self, value: float) -> float:
        """How far on the good side `value` is; negative on the other."""
        return value - self.value if self.comparison.upwards else self.value - value

    def __str__(self) -> str:
        return f"{self.comparison.value} {self.unit.text(self.value)}"


def example_of(unit: Unit, *, more_is_better: bool) -> str:
    """A target such as people write for such a metric."""
    if unit is Unit.SHARE and not more_is_better:
        return "< 1 %"
    return f"{'>=' if more_is_better else '<'} {_EXAMPLES[unit]}"


def parse_target(text: object, unit: Unit, *, more_is_better: bool) -> Target:
    """The target that `text` says. Raises ValueError with what is allowed."""
    sides = (">=", ">") if more_is_better else ("<", "<=")
    example = f'"{example_of(unit, more_is_better=more_is_better)}"'
    parts = split(text)
    if parts is None:
        raise ValueError(
            f"expected a comparison with {unit.noun}, such as {example} (got {text!r})"
        )
    comparison, limit = parts
    if comparison.upwards is not more_is_better:
        better = "more" if more_is_better else "less"
        raise ValueError(
            f"{better} is better here, so the target begins with {sides[0]} or {sides[1]}, "
            f"such as {example} (got {text!r})"
        )
    value = unit.parse(limit)
    if value is None:
        others = (other for other in Unit if other is not Unit.COUNT)
        noun = next((other.noun for other in others if other.parse(limit) is not None), "")
        raise ValueError(
            f"expected {unit.noun}, such as {example}"
            + (f", not {noun}" if noun else "")
            + f" (got {text!r})"
        )
    if unit is Unit.SHARE and value > 1:
        raise ValueError(f"a share is at most 100 % (got {text!r})")
    return Target(comparison, value, unit)


LEAST_CHANGE = 0.05
"""Of a target that is a change: no pair of runs can show less."""


def is_relative(text: object) -> bool:
    """Whether it is written as a change: a percentage with its sign."""
    return isinstance(text, str) and re.fullmatch(r"\D*[+-]\s*[\d.]+\s*%\s*", text) is not None


def parse_relative(text: str) -> Target:
    """The target `<= +10 %`, of what less of is better. Raises ValueError."""
    match = re.fullmatch(r"\s*(<=|<|≤)\s*([+-])\s*(\d+(?:\.\d+)?)\s*%\s*", text)
    if match is None:
        raise ValueError(f'expected a change, such as "<= +10 %" (got {text!r})')
    change = float(f"{match[2]}{match[3]}e-2")
    if abs(change) < LEAST_CHANGE or change <= -1:
        raise ValueError(
            "two runs of the same system differ by more than that, so a change is at least +5 % or "
            f"-5 %, and above -100 % (got {text!r})"
        )
    return Target(Operator(match[1].replace("≤", "<=")), change, Unit.SHARE, relative=True)


def parse_any_target(text: object) -> Target:
    """The target that `text` says, in whatever unit and direction it says it. Raises ValueError."""
    if parts := split(text):
        comparison, limit = parts
        for unit in Unit:
            value = unit.parse(limit)
            if value is not None:
                return Target(comparison, value, unit)
    examples = ", ".join(_EXAMPLES.values())
    raise ValueError(f"expected a comparison with one of: {examples} (got {text!r})")
