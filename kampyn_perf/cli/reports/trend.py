"""A figure over runs, in words and as a page."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from kampyn_perf.cli.reports.view import value_text

if TYPE_CHECKING:
    from kampyn_perf.compare.history import History
    from kampyn_perf.results.store import Run
    from kampyn_perf.stats import ChangePoint


def told(past: History, point: ChangePoint) -> str:
    """One change: the run from which on, by how much, and how sure."""
    run = past.runs[point.at]
    change = f"{(point.after / point.before - 1) * 100:+.3g} %" if point.before else "from 0"
    commit = f", commit {run.summary.commit}" if run.summary.commit else ""
    note = f" ({run.tags.note})" if run.tags.note else ""
    return (
        f"changed at {run.name}{commit}{note}: {value_text(past.metric, point.before)} to "
        f"{value_text(past.metric, point.after)}, {change} (p = {point.p_value:.3g})"
    )


def page_of(past: History) -> bytes:
    """The page with the plot."""
    from kampyn_perf.report.html.trend import Point, Trend, Turn, trend_page

    return trend_page(
        Trend(
            metric=past.metric,
            points=[
                Point(
                    run=run.name,
                    started_at=run.summary.started_at,
                    value=value,
                    words=_about(run),
                )
                for run, value in zip(past.runs, past.values, strict=True)
            ],
            turns=[Turn(at=point.at, words=told(past, point)) for point in past.points],
            left_out=past.left_out,
            text=partial(value_text, past.metric),
        )
    )


def _about(run: Run) -> str:
    """Commit, tags and note."""
    commit = f"commit {run.summary.commit}" if run.summary.commit else ""
    return ", ".join(part for part in (commit, *run.tags.tags, run.tags.note) if part)
