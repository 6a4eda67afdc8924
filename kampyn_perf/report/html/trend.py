"""The page of one figure over the runs of a store: a plot, and where it changed for good. Pure."""

from __future__ import annotations

from kampyn_perf.report.html import page
from kampyn_perf.report.html.run_plot import Trend, plot
from kampyn_perf.report.html.tables import Cell, Table
from kampyn_perf.units import counted

MOST_ROWS = 300
"""A table shows no more runs: the newest."""


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
