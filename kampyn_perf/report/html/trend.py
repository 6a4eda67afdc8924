"""The page of one figure over the runs of a store: a plot, and where it changed for good. Pure.

The plot is a drawing of its own (SVG without styles or script), so that other pages can hold it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.sax.saxutils import escape

from markupsafe import Markup

from kampyn_perf.report.html import page
from kampyn_perf.report.html.tables import Cell, Table
from kampyn_perf.units import counted

WIDTH, HEIGHT = 960, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 84, 12, 14, 30
_ROOM = 0.08
"""Above the greatest and below the least value, as a share of what lies between."""
_LINES = 4
MOST_ROWS = 300
"""A table shows no more runs: the newest."""


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


def trend_page(trend: Trend) -> bytes:
    """The document, UTF-8."""
    values = [point.value for point in trend.points]
    changes = counted(len(trend.turns), "change") if trend.turns else "no change"
    headline = f"{trend.metric}: {changes} in {counted(len(values), 'run')}"
    context = {
        "title": headline,
        "headline": headline,
        "trend": trend,
        "picture": plot(trend),
        "facts": [
            ("Newest", trend.text(values[-1])),
            ("Least", trend.text(min(values))),
            ("Greatest", trend.text(max(values))),
            ("From", trend.points[0].started_at),
            ("To", trend.points[-1].started_at),
        ],
        "runs": _table(trend),
        "live": False,
    }
    return page.render("trend.html", context, data={"spans": [], "charts": [], "curves": []})


def plot(trend: Trend) -> Markup:
    """Every run as a dot, the level before and after each change as a line."""
    low, high = _reach([point.value for point in trend.points])

    def x(place: float) -> float:
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * (place + 0.5) / len(trend.points)

    def y(value: float) -> float:
        return _TOP + (HEIGHT - _TOP - _BOTTOM) * (high - value) / (high - low)

    words = f"{trend.metric} over {counted(len(trend.points), 'run')}; the table below has all"
    parts = [
        f'<svg class="trend" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{_attribute(words)}">',
        *_scale(low, high, y, trend.text),
        *_levels(trend, x, y),
        *_turns(trend, x),
        *_dots(trend, x, y),
        *_ends(trend),
        "</svg>",
    ]
    return Markup("".join(parts))  # noqa: S704 - every text in it is escaped


def _reach(values: Sequence[float]) -> tuple[float, float]:
    """The scale: never empty, and from 0 where the values come near it."""
    low, high = min(values), max(values)
    span = (high - low) or abs(high) * 0.1 or 1.0
    bottom = low - _ROOM * span
    return (0.0 if low >= 0 and bottom < 0.3 * high else bottom), high + _ROOM * span


def _scale(
    low: float, high: float, y: Callable[[float], float], text: Callable[[float], str]
) -> Iterator[str]:
    for value in _round_values(low, high):
        at = y(value)
        yield f'<path class="line" d="M{_LEFT} {at:.1f}H{WIDTH - _RIGHT}"/>'
        yield (
            f'<text x="{_LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{escape(text(value))}</text>'
        )


def _round_values(low: float, high: float) -> list[float]:
    """A few values on the scale: 1, 2 or 5 times a power of ten apart."""
    rough = (high - low) / _LINES
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * each for each in (1, 2, 5, 10) if power * each >= rough)
    first = math.ceil(low / step)
    return [step * n for n in range(first, math.floor(high / step) + 1)]


def _levels(
    trend: Trend, x: Callable[[float], float], y: Callable[[float], float]
) -> Iterator[str]:
    """The level of each stretch between changes."""
    edges = [0, *(turn.at for turn in trend.turns), len(trend.points)]
    for start, end in pairwise(edges):
        held = sorted(point.value for point in trend.points[start:end])
        if held and trend.turns:
            middle = held[len(held) // 2]
            line = f"M{x(start - 0.5):.1f} {y(middle):.1f}H{x(end - 0.5):.1f}"
            yield f'<path class="level" d="{line}"/>'


def _turns(trend: Trend, x: Callable[[float], float]) -> Iterator[str]:
    for turn in trend.turns:
        at = x(turn.at - 0.5)
        yield (
            f'<path class="turn" d="M{at:.1f} {_TOP}V{HEIGHT - _BOTTOM}">'
            f"<title>{escape(turn.words)}</title></path>"
        )


def _dots(trend: Trend, x: Callable[[float], float], y: Callable[[float], float]) -> Iterator[str]:
    radius = 3.5 if len(trend.points) <= 120 else 2
    for place, point in enumerate(trend.points):
        words = ", ".join(
            part for part in (point.run, trend.text(point.value), point.words) if part
        )
        yield (
            f'<circle cx="{x(place):.1f}" cy="{y(point.value):.1f}" r="{radius}">'
            f"<title>{escape(words)}</title></circle>"
        )


def _ends(trend: Trend) -> Iterator[str]:
    """The first and the last run below the plot."""
    first, last = (point.started_at[:10] for point in (trend.points[0], trend.points[-1]))
    yield f'<text x="{_LEFT}" y="{HEIGHT - 8}">{escape(first)}</text>'
    yield f'<text x="{WIDTH - _RIGHT}" y="{HEIGHT - 8}" text-anchor="end">{escape(last)}</text>'


def _table(trend: Trend) -> Table:
    numbered = list(enumerate(trend.points))[-MOST_ROWS:][::-1]
    turns = {turn.at: turn.words for turn in trend.turns}
    left = len(trend.points) - len(numbered)
    return Table(
        "runs",
        "Every run, the newest first",
        ("Run", "Started (UTC)", "Value", "What", "Changed"),
        [
            [
                Cell(point.run),
                Cell(point.started_at[:19].replace("T", " ")),
                Cell(trend.text(point.value), point.value),
                Cell(point.words),
                Cell(turns.get(place, "")),
            ]
            for place, point in numbered
        ],
        left_out=f"{counted(left, 'older run')} left out; --json has all." if left else "",
        words=(1, 3, 4),
    )


def _attribute(text: str) -> str:
    return escape(text, {'"': "&quot;"})
