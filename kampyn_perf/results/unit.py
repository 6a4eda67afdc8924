"""The unit of a goal, an alert or a compared figure: as people read and write it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from enum import StrEnum

from kampyn_perf import units


class Unit(StrEnum):
    """What a value counts."""

    DURATION = "us"
    SHARE = "share"
    RATE = "per_s"
    SIZE = "bytes"
    COUNT = "count"
    SIZE_RATE = "bytes_per_s"
    SHARE_RATE = "share_per_s"
    DURATION_RATE = "us_per_s"

    @property
    def noun(self) -> str:
        """`a duration`, `a percentage`."""
        return {
            Unit.DURATION: "a duration",
            Unit.SHARE: "a percentage",
            Unit.RATE: "a rate",
            Unit.SIZE: "a size",
            Unit.COUNT: "a number",
            Unit.SIZE_RATE: "a size by time",
            Unit.SHARE_RATE: "a percentage by time",
            Unit.DURATION_RATE: "a duration by time",
        }[self]

    @property
    def slope(self) -> Unit | None:
        """Of how fast a value of this unit changes; None where nobody asks that."""
        return _SLOPES.get(self)

    def text(self, value: float) -> str:
        """`value` as people read it."""
        changing = _CHANGING.get(self)
        if changing is Unit.SHARE:
            return f"{value * 60 * 100:.3g} %/min"
        if changing is not None:
            return f"{changing.text(value * 60)}/min"
        return _FORMATS[self](value)

    def parse(self, text: str) -> float | None:
        """The number that `text` is; None where it is none. The unit must be written."""
        changing = _CHANGING.get(self)
        if changing is not None:
            number, slash, per = text.rpartition("/")
            seconds = units.RATE_SECONDS.get(per.strip())
            value_of = changing.parse(number.strip()) if slash and seconds else None
            return None if value_of is None or seconds is None else value_of / seconds
        if re.fullmatch(r"[\d.]+", text):
            return float(text) if self is Unit.COUNT and text.count(".") < 2 else None
        try:
            match self:
                case Unit.DURATION:
                    value: float = units.parse_duration(text)
                case Unit.SIZE:
                    value = units.parse_size(text)
                case Unit.RATE:
                    value = float(units.parse_rate(re.sub(r"\s*(requests|req)\s*/", "/", text)))
                case Unit.SHARE:
                    number, sign, rest = text.partition("%")
                    # 99.9 / 100 in decimal: binary division would miss 0.999 by its last digit.
                    value = float(f"{number.strip()}e-2") if sign and not rest else math.nan
                case Unit.COUNT:
                    return None
        except ValueError:
            return None
        return value if math.isfinite(value) and value >= 0 else None


def _format_count(value: float) -> str:
    return f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"


_SLOPES = {
    Unit.SIZE: Unit.SIZE_RATE,
    Unit.SHARE: Unit.SHARE_RATE,
    Unit.DURATION: Unit.DURATION_RATE,
    Unit.COUNT: Unit.RATE,
}
_CHANGING = {_SLOPES[unit]: unit for unit in (Unit.SIZE, Unit.SHARE, Unit.DURATION)}
"""What changes, of a unit that says how fast."""
_FORMATS: Mapping[Unit, Callable[[float], str]] = {
    Unit.DURATION: units.format_duration,
    Unit.SHARE: units.format_percent,
    Unit.RATE: units.format_rate,
    Unit.SIZE: units.format_size,
    Unit.COUNT: _format_count,
}
