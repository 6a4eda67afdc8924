"""A figure over runs, in words and as a page."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kampyn_perf.cli.reports.view import value_text

if TYPE_CHECKING:
    from kampyn_perf.compare.history import History
    from kampyn_perf.report.html.history import Past
    from kampyn_perf.report.html.run_plot import Trend
    from kampyn_perf.results.load import LoadResult
    from kampyn_perf.results.store import Run
    from kampyn_perf.stats import ChangePoint

_MOST_RUNS = 20
"""On the page of a load: `trend` shows more of them."""
_SHOWN = {
    "p95": "P95 of successful requests",
    "throughput": "Requests per second",
    "error_rate": "Failed requests",
}
"""The figures of it, by their names in summaries."""


def sentence(past: History, point: ChangePoint) -> str:
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
    from kampyn_perf.report.html.trend import trend_page

    return trend_page(_trend(past))


def past_of_run(result: LoadResult, folder: Path) -> list[Past]:
    """What the page of the load in `folder` shows of comparable runs before it in the same store;
    empty where there are none, or where the run itself can be compared with nothing."""
    from kampyn_perf.compare.history import history
    from kampyn_perf.report.html.history import past_of
    from kampyn_perf.results import store, summary, tags

    try:
        own = store.Run(folder, summary.read(folder), tags.read(folder))
        earlier = [
            run for run in store.like(folder) if run.summary.started_at < own.summary.started_at
        ]
    except OSError:  # a folder above it that cannot be read
        return []
    if not earlier or not own.summary.valid or own.summary.status != "complete":
        return []
    if own.summary.started_at != result.started_at:  # the result is not the folder's own
        return []
    told_of = [
        (history([*earlier, own], metric, like=own, last=_MOST_RUNS), title)
        for metric, title in _SHOWN.items()
        if metric in own.summary.metrics
    ]
    return [past_of(_trend(past), title) for past, title in told_of if len(past.runs) > 1]


def _trend(past: History) -> Trend:
    from kampyn_perf.report.html.run_plot import Point, Trend, Turn

    return Trend(
        metric=past.metric,
        points=[
            Point(run=run.name, started_at=run.summary.started_at, value=value, words=_about(run))
            for run, value in zip(past.runs, past.values, strict=True)
        ],
        turns=[Turn(at=point.at, words=sentence(past, point)) for point in past.points],
        left_out=past.left_out,
        text=partial(value_text, past.metric),
    )


def _about(run: Run) -> str:
    """Commit, tags and note."""
    commit = f"commit {run.summary.commit}" if run.summary.commit else ""
    return ", ".join(part for part in (commit, *run.tags.tags, run.tags.note) if part)
