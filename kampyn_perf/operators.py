"""How a value is held against a limit, as people write it: `< 200 ms`, `≥ 99.9 %`. Pure."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from enum import StrEnum


class Operator(StrEnum):
    """A comparison of a value with a limit."""

    BELOW = "<"
    AT_MOST = "<="
    ABOVE = ">"
    AT_LEAST = ">="

    @property
    def upwards(self) -> bool:
        """Whether it is greater values that meet it."""
        return self in (Operator.ABOVE, Operator.AT_LEAST)

    @property
    def negated(self) -> Operator:
        """What holds exactly where this does not."""
        return _NEGATED[self]

    @property
    def words(self) -> str:
        """`below`, `at most`, `above`, `at least`."""
        return self.name.lower().replace("_", " ")

    def holds(self, value: float, limit: float) -> bool:
        """Whether `value` meets the limit."""
        return _HOLDS[self](value, limit)


_NEGATED = {
    Operator.BELOW: Operator.AT_LEAST,
    Operator.AT_MOST: Operator.ABOVE,
    Operator.ABOVE: Operator.AT_MOST,
    Operator.AT_LEAST: Operator.BELOW,
}
_HOLDS: dict[Operator, Callable[[float, float], bool]] = {
    Operator.BELOW: operator.lt,
    Operator.AT_MOST: operator.le,
    Operator.ABOVE: operator.gt,
    Operator.AT_LEAST: operator.ge,
}
_WRITTEN = re.compile(r"\s*(<=|>=|<|>|≤|≥)\s*(\S.*?)\s*")


def split(text: object) -> tuple[Operator, str] | None:
    """The operator that a limit begins with, and what stands behind it; None where it is no such
    text."""
    match = _WRITTEN.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    return Operator(match[1].replace("≤", "<=").replace("≥", ">=")), match[2]
