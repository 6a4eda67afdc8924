"""Charts of what was watched beside the client, on the run's own axis. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kampyn_perf.report.html.chart import Chart, Line, thinned
from kampyn_perf.report.html.timeline import goals_of
from kampyn_perf.results.load import LoadResult
from kampyn_perf.results.series import Series
from kampyn_perf.results.verdict import Verdict
from kampyn_perf.units import MICROSECONDS, counted

MOST_CHARTS = 24
MOST_LINES = 8
_TOGETHER_US = 250_000
"""Samples nearer than this were one look of the watchers."""


@dataclass(frozen=True)
class _Kind:
    """What stands in one chart."""

    id: str
    title: str
    metrics: tuple[str, ...]


_KINDS = (
    _Kind("server-cpu", "CPU", ("cpu", "process_cpu", "cpu_steal", "cpu_pressure")),
    _Kind("server-memory", "Memory of each instance", ("memory_per_instance", "process_memory")),
    _Kind(
        "server-machine",
        "Memory and disk of the machine",
        ("memory", "disk_io", "memory_pressure", "io_pressure"),
    ),
    _Kind("server-db", "Database queries, mean", ("db_query_time",)),
    _Kind(
        "server-waits",
        "Pools, locks and password hashes, mean",
        ("db_connection_wait_seconds", "password_hash_seconds", "password_hash_wait_seconds"),
    ),
    _Kind("server-loop", "Event-loop lag", ("event_loop_lag_seconds",)),
    _Kind("server-cache", "Cache hit ratio", ("cache_hit_ratio",)),
    _Kind("server-probe", "Health probe, time", ("probe_time",)),
    _Kind("server-available", "Health probe, availability", ("probe_availability",)),
)


_UNITS = {
    "cpu": "share",
    "memory": "share",
    "disk_io": "share",
    "probe_availability": "share",
    "memory_per_instance": "bytes",
    "db_query_time": "us",
}
"""Of series that do not say theirs: what `results.series` says of them."""


@dataclass(frozen=True)
class ServerCharts:
    """The charts, and what there was no room for."""

    charts: Sequence[Chart]
    further: Sequence[Chart]
    """Series that no goal is about, to be unfolded."""
    left_out: str = ""


def charts(result: LoadResult, verdict: Verdict | None) -> ServerCharts:
    """What every goal and every finding rests on first; all else by its metric."""
    named = {metric for kind in _KINDS for metric in kind.metrics}
    first = [
        chart
        for kind in _KINDS
        for chart in _by_unit(
            kind, [s for s in result.measurements if s.metric in kind.metrics], verdict
        )
    ]
    others: dict[str, list[Series]] = {}
    for series in result.measurements:
        if series.metric not in named:
            others.setdefault(series.metric, []).append(series)
    kinds = [_Kind(f"series-{n}", metric, (metric,)) for n, metric in enumerate(others)]
    further = [
        chart for kind in kinds for chart in _by_unit(kind, others[kind.metrics[0]], verdict)
    ]
    room = max(MOST_CHARTS - len(first), 0)
    gone = further[room:]
    titles = ", ".join(chart.title for chart in gone)
    words = f"{counted(len(gone), 'further chart')} left out: {titles}; result.json has them."
    return ServerCharts(first, further[:room], words if gone else "")


def _by_unit(kind: _Kind, series: Sequence[Series], verdict: Verdict | None) -> Iterable[Chart]:
    """One chart for each unit: what has different ones shares no axis."""
    units = dict.fromkeys(_unit(one) for one in series)
    for number, unit in enumerate(units):
        same = [one for one in series if _unit(one) == unit and any(one.values)] or [
            one for one in series if _unit(one) == unit
        ]
        name = f"{kind.id}-{unit}" if number else kind.id
        yield _chart(name, kind, unit, same, verdict)


def _chart(
    name: str, kind: _Kind, unit: str, series: Sequence[Series], verdict: Verdict | None
) -> Chart:
    shown = sorted(series, key=lambda one: -max(one.values, default=0))[:MOST_LINES]
    shown = [one for one in series if one in shown]
    at, columns = aligned(shown)
    at, columns = thinned(at, columns)
    several = len({one.metric for one in shown}) > 1
    names = [_name(one, with_metric=several) for one in shown]
    rest = len(series) - len(shown)
    notes = (
        [f"{counted(rest, 'further line')} left out: the greatest {MOST_LINES} are shown."]
        if rest
        else []
    )
    return Chart(
        name,
        kind.title,
        unit,
        at,
        [Line(name, values) for name, values in zip(names, columns, strict=True)],
        goals=list(goals_of(verdict, kind.metrics)) if unit else (),
        words=f"{kind.title}: {', '.join(names)}, over the time of the run.",
        notes=notes,
    )


def aligned(series: Sequence[Series]) -> tuple[list[float], list[list[float | None]]]:
    """All of them on one axis (seconds): samples of one look stand at one moment."""
    moments: list[int] = []
    for moment in sorted({at for one in series for at in one.at_us}):
        if not moments or moment - moments[-1] > _TOGETHER_US:
            moments.append(moment)
    columns: list[list[float | None]] = []
    for one in series:
        values: list[float | None] = [None] * len(moments)
        place = 0
        for at, value in zip(one.at_us, one.values, strict=True):
            while place + 1 < len(moments) and moments[place + 1] <= at:
                place += 1
            kept = values[place]
            values[place] = value if kept is None else max(kept, value)
        columns.append(values)
    return [moment / MICROSECONDS for moment in moments], columns


def _unit(series: Series) -> str:
    return series.unit or _UNITS.get(series.metric, "count")


def _name(series: Series, *, with_metric: bool) -> str:
    labels = " ".join(f"{key}={value}" for key, value in series.labels.items())
    metric = series.metric.replace("_", " ") if with_metric else ""
    return " ".join(part for part in (series.subject, metric, labels) if part)
