"""What a chart of a page is made of, and its form for the page's script. Pure.

Times are seconds since the start of the run. A value that is no whole number keeps six significant
digits: a chart has a thousand pixels, and the tables beside it have every figure whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

MOST_POINTS = 480
"""A line has no more of them: two for each pixel of a small screen."""

Values = Sequence[float | None]


@dataclass(frozen=True)
class Line:
    """One line: a value, or None, for each moment of its chart."""

    name: str
    values: Values
    dashed: bool = False
    base: bool = False
    """Whether it is of another run, that this one is compared with."""
    gaps: Sequence[tuple[float, float]] = ()
    """Stretches without a sample, where it was looked for: nothing is drawn there."""


@dataclass(frozen=True)
class Goal:
    """A threshold, drawn across."""

    name: str
    value: float


@dataclass(frozen=True)
class Span:
    """A stretch of the run that every chart shows: a phase, an alert that fired, a fault."""

    kind: str
    """`phase`, `alert` or `fault`: how it is drawn."""
    name: str
    start: float
    end: float


@dataclass(frozen=True)
class Chart:
    """Lines over the time of the run."""

    id: str
    title: str
    unit: str
    """`us`, `share`, `per_s`, `bytes`, `bytes_per_s`, `count`."""
    at: Sequence[float]
    lines: Sequence[Line]
    goals: Sequence[Goal] = ()
    metrics: Sequence[str] = ()
    """Those that it shows, by their names in objectives and findings."""
    words: str = ""
    """What it shows, for who does not see it."""
    notes: Sequence[str] = field(default=())
    """What was left out."""

    def for_script(self, at: int) -> dict[str, Any]:
        """As the page's script wants it; `at` is the number of its moments."""
        return {
            "id": self.id,
            "title": self.title,
            "unit": self.unit,
            "at": at,
            "lines": [
                {
                    "name": line.name,
                    "dashed": line.dashed,
                    "base": line.base,
                    "values": [shortened(v) for v in line.values],
                    **({"gaps": line.gaps} if line.gaps else {}),
                }
                for line in self.lines
            ],
            "goals": [{"name": goal.name, "value": goal.value} for goal in self.goals],
        }


def for_script(charts: Iterable[Chart]) -> dict[str, Any]:
    """All of them, and their moments (to the millisecond), which many have in common: once each."""
    moments: dict[tuple[float | int | None, ...], int] = {}
    shown = []
    for chart in charts:
        at = tuple(shortened(round(moment, 3)) for moment in chart.at)
        shown.append(chart.for_script(moments.setdefault(at, len(moments))))
    return {"moments": list(moments), "charts": shown}


def shortened(value: float | None) -> float | int | None:
    """A whole number as it is; of another six significant digits."""
    if value is None or isinstance(value, int):
        return value
    return int(value) if value.is_integer() else float(f"{value:.6g}")


def thinned(
    at: Sequence[float], columns: Iterable[Values], most: int = MOST_POINTS
) -> tuple[list[float], list[list[float | None]]]:
    """Not more than `most` moments: neighbours are put together, and of each line the greatest
    value of them is kept, so that no peak is lost."""
    step = -(-len(at) // most) or 1
    starts = range(0, len(at), step)
    return [at[start] for start in starts], [
        [_greatest(values[start : start + step]) for start in starts] for values in columns
    ]


def _greatest(values: Values) -> float | None:
    return max([value for value in values if value is not None], default=None)
