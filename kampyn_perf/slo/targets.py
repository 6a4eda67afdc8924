"""Targets as people write them (`< 200 ms`, `>= 99.9 %`) into numbers, checked by unit. Pure."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum

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
_NAMES = {
    Unit.DURATION: "a duration",
    Unit.SHARE: "a percentage",
    Unit.RATE: "a rate",
    Unit.SIZE: "a size",
    Unit.COUNT: "a number",
    Unit.SIZE_RATE: "a size by time",
    Unit.SHARE_RATE: "a percentage by time",
    Unit.DURATION_RATE: "a duration by time",
}


class Comparison(StrEnum):
    """On which side of its target a value is good."""

    BELOW = "<"
    AT_MOST = "<="
    ABOVE = ">"
    AT_LEAST = ">="

    @property
    def more_is_better(self) -> bool:
        """Whether greater values are the good ones."""
        return self in (Comparison.ABOVE, Comparison.AT_LEAST)

    @property
    def words(self) -> str:
        """`below`, `at most`, `above`, `at least`."""
        return self.name.lower().replace("_", " ")


@dataclass(frozen=True)
class Target:
    """A comparison with a value, in the metric's unit."""

    comparison: Comparison
    value: float
    unit: Unit
    relative: bool = False
    """Whether the value is a change against a baseline: 0.1 is +10 %."""

    def met_by(self, value: float) -> bool:
        """Whether `value` is on the good side."""
        return {
            Comparison.BELOW: value < self.value,
            Comparison.AT_MOST: value <= self.value,
            Comparison.ABOVE: value > self.value,
            Comparison.AT_LEAST: value >= self.value,
        }[self.comparison]

    @property
    def first_bad(self) -> int:
        """Of whole values of which less is better: the smallest one on the bad side."""
        if self.comparison is Comparison.AT_MOST:
            return math.floor(self.value) + 1
        return math.ceil(self.value)

    def margin(self, value: float) -> float:
        """How far on the good side `value` is; negative on the other."""
        return value - self.value if self.comparison.more_is_better else self.value - value

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
    match = re.fullmatch(r"\s*(<=|>=|<|>|≤|≥)\s*(\S.*?)\s*", str(text))
    if match is None or not isinstance(text, str):
        raise ValueError(
            f"expected a comparison with {_NAMES[unit]}, such as {example} (got {text!r})"
        )
    comparison = Comparison(match[1].replace("≤", "<=").replace("≥", ">="))
    if comparison.more_is_better is not more_is_better:
        better = "more" if more_is_better else "less"
        raise ValueError(
            f"{better} is better here, so the target begins with {sides[0]} or {sides[1]}, "
            f"such as {example} (got {text!r})"
        )
    value = unit.parse(match[2])
    if value is None:
        others = (other for other in Unit if other is not Unit.COUNT)
        other_unit = next(
            (_NAMES[other] for other in others if other.parse(match[2]) is not None), ""
        )
        raise ValueError(
            f"expected {_NAMES[unit]}, such as {example}"
            + (f", not {other_unit}" if other_unit else "")
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
    comparison = Comparison(match[1].replace("≤", "<="))
    return Target(comparison, change, Unit.SHARE, relative=True)


def parse_any_target(text: object) -> Target:
    """The target that `text` says, in whatever unit and direction it says it. Raises ValueError."""
    match = re.fullmatch(r"\s*(<=|>=|<|>|≤|≥)\s*(\S.*?)\s*", str(text))
    known = [(unit, unit.parse(match[2])) for unit in Unit] if match else []
    for unit, value in known:
        if match and value is not None:
            comparison = match[1].replace("≤", "<=").replace("≥", ">=")
            return Target(Comparison(comparison), value, unit)
    examples = ", ".join(_EXAMPLES.values())
    raise ValueError(f"expected a comparison with one of: {examples} (got {text!r})")
