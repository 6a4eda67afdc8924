"""A figure over runs as a drawing (SVG without styles or script): on a page of its own, and small
in the report of a load. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.sax.saxutils import escape

from markupsafe import Markup

from kampyn_perf.units import counted

_RIGHT, _TOP, _BOTTOM = 12, 14, 30
_ROOM = 0.08
"""Above the greatest and below the least value, as a share of what lies between."""
_FEW = 120
"""Runs up to which there is room for larger dots."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """How large a drawing is, in its own units."""

    style: str
    """Its class."""
    width: int
    height: int
    left: int
    """Room for the words of the scale."""
    lines: int
    """Of the scale, about."""
    from_zero: bool = False
    """Whether the scale begins at 0 always, so that what hardly differs looks so."""


WIDE = Frame(style="trend", width=960, height=260, left=84, lines=4)
SMALL = Frame(style="trend small", width=380, height=130, left=72, lines=3, from_zero=True)
"""Of which three stand beside each other; its words can be read on a phone."""


@dataclass(frozen=True, kw_only=True)
class Point:
    """One run."""

    run: str
    started_at: str
    value: float
    words: str = ""
    """Its commit, tags and note."""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """From this run on the level was another one."""

    at: int
    words: str
    """Run, commit and chance, in a sentence."""


@dataclass(frozen=True, kw_only=True)
class Trend:
    """A figure over runs, the oldest first."""

    metric: str
    points: Sequence[Point]
    turns: Sequence[Turn]
    left_out: Sequence[str]
    text: Callable[[float], str]
    """A value in its unit."""


def plot(
    trend: Trend,
    frame: Frame = WIDE,
    *,
    marked: int | None = None,
    words: str = "the table below has all",
) -> Markup:
    """Every run as a dot (with a ring around the `marked` one), the level before and after each
    change as a line; `words` are for who does not see it."""
    drawing = _Drawing(trend, frame)
    label = f"{trend.metric} over {counted(len(trend.points), 'run')}; {words}"
    parts = [
        f'<svg class="{frame.style}" viewBox="0 0 {frame.width} {frame.height}" role="img" '
        f'aria-label="{_attribute(label)}">',
        *drawing.scale(),
        *drawing.levels(),
        *drawing.turns(),
        *drawing.dots(marked),
        *drawing.ends(),
        "</svg>",
    ]
    return Markup("".join(parts))  # noqa: S704 - every text in it is escaped


class _Drawing:
    """The parts of a drawing, on the scale of its values."""

    def __init__(self, trend: Trend, frame: Frame) -> None:
        self._trend, self._frame = trend, frame
        values = [point.value for point in trend.points]
        self._low, self._high = _reach(values, from_zero=frame.from_zero)
        self._right = frame.width - _RIGHT
        self._bottom = frame.height - _BOTTOM

    def scale(self) -> Iterator[str]:
        """Lines across, with their values."""
        left = self._frame.left
        for value in _round_values(self._low, self._high, self._frame.lines):
            at = self._y(value)
            yield f'<path class="line" d="M{left} {at:.1f}H{self._right}"/>'
            yield (
                f'<text x="{left - 6}" y="{at + 4:.1f}" text-anchor="end">'
                f"{escape(self._trend.text(value))}</text>"
            )

    def levels(self) -> Iterator[str]:
        """The level of each stretch between changes."""
        points = self._trend.points
        edges = [0, *(turn.at for turn in self._trend.turns), len(points)]
        for start, end in pairwise(edges):
            held = sorted(point.value for point in points[start:end])
            if held and self._trend.turns:
                middle = self._y(held[len(held) // 2])
                line = f"M{self._x(start - 0.5):.1f} {middle:.1f}H{self._x(end - 0.5):.1f}"
                yield f'<path class="level" d="{line}"/>'

    def turns(self) -> Iterator[str]:
        """A line down at each change."""
        for turn in self._trend.turns:
            at = self._x(turn.at - 0.5)
            yield (
                f'<path class="turn" d="M{at:.1f} {_TOP}V{self._bottom}">'
                f"<title>{escape(turn.words)}</title></path>"
            )

    def dots(self, marked: int | None) -> Iterator[str]:
        """The runs, each with its words."""
        radius = 3.5 if len(self._trend.points) <= _FEW else 2
        for place, point in enumerate(self._trend.points):
            told = (point.run, self._trend.text(point.value), point.words)
            words = escape(", ".join(part for part in told if part))
            at = f'cx="{self._x(place):.1f}" cy="{self._y(point.value):.1f}"'
            if place == marked:
                yield f'<circle class="ring" {at} r="{radius + 3.5}"/>'
            yield f'<circle {at} r="{radius}"><title>{words}</title></circle>'

    def ends(self) -> Iterator[str]:
        """The days of the first and the last run, below."""
        points, y = self._trend.points, self._frame.height - 8
        first, last = (point.started_at[:10] for point in (points[0], points[-1]))
        yield f'<text x="{self._frame.left}" y="{y}">{escape(first)}</text>'
        yield f'<text x="{self._right}" y="{y}" text-anchor="end">{escape(last)}</text>'

    def _x(self, place: float) -> float:
        left = self._frame.left
        return left + (self._right - left) * (place + 0.5) / len(self._trend.points)

    def _y(self, value: float) -> float:
        height = self._bottom - _TOP
        return _TOP + height * (self._high - value) / (self._high - self._low)


def _reach(values: Sequence[float], *, from_zero: bool) -> tuple[float, float]:
    """The scale: never empty, and from 0 where the values come near it."""
    low, high = min(values), max(values)
    span = (high - low) or abs(high) * 0.1 or 1.0
    bottom = low - _ROOM * span
    near = from_zero or bottom < 0.3 * high
    return (0.0 if low >= 0 and near else bottom), high + _ROOM * span


def _round_values(low: float, high: float, lines: int) -> list[float]:
    """A few values on the scale: 1, 2 or 5 times a power of ten apart."""
    rough = (high - low) / lines
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    first = math.ceil(low / step)
    return [step * n for n in range(first, math.floor(high / step) + 1)]


def _attribute(text: str) -> str:
    return escape(text, {'"': "&quot;"})
