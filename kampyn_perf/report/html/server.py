"""Charts of what was watched beside the client, on the run's own axis. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from kampyn_perf import names
from kampyn_perf.report.html.chart import MOST_POINTS, Chart, Goal, Line, thinned
from kampyn_perf.results.series import Series
from kampyn_perf.units import (
    MICROSECONDS,
    counted,
    format_duration,
    format_percent,
    format_rate,
    format_size,
)

MOST_CHARTS = 24
MOST_LINES = 8
_FOLDED_POINTS = 200
"""Of what is folded away at first."""
_GAP, _LEAST_GAP_US = 3, 2_000_000
"""So many times the usual pause between two samples, and so long, is a gap."""
_TOGETHER_US = 250_000
"""Samples nearer than this were one look of the watchers."""


@dataclass(frozen=True)
class _Kind:
    """What stands in one chart."""

    id: str
    title: str
    metrics: tuple[str, ...]
    folded: bool = False


_KINDS = (
    _Kind("server-http", "Response time as the backend counts it", (names.METRIC_HTTP,)),
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


_BACKEND = "backend"
"""The subject of what all processes of a backend count together."""
_WORDS = {
    names.CPU: "",
    names.PROCESS_CPU: "",
    names.CPU_STEAL: "steal",
    names.CPU_PRESSURE: "pressure",
    names.MEMORY_PER_INSTANCE: "",
    names.PROCESS_MEMORY: "",
    names.METRIC_DB_WAIT: "wait for a connection",
    names.METRIC_HASH: "password hash",
    names.METRIC_HASH_WAIT: "wait for a hash",
}
"""What a line is called in a chart of several metrics, where its metric's name is not it."""
_UNITS = {
    "cpu": "share",
    "memory": "share",
    "disk_io": "share",
    "probe_availability": "share",
    "memory_per_instance": "bytes",
    "db_query_time": "us",
}
"""Of series that do not say theirs: what `results.series` says of them."""


_TEXTS: Mapping[str, Callable[[float], str]] = {
    "us": format_duration,
    "share": format_percent,
    "bytes": format_size,
    "bytes_per_s": lambda value: f"{format_size(value)}/s",
    "per_s": format_rate,
}


@dataclass(frozen=True)
class ServerCharts:
    """The charts, and what there was no room for."""

    charts: Sequence[Chart]
    further: Sequence[Chart]
    """Series that no goal is about, to be unfolded."""
    left_out: str = ""
    unchanged: Sequence[str] = ()
    """Of those the ones that had one value all the time, and nothing to draw."""


def charts(
    measurements: Sequence[Series], goals: Mapping[str, Sequence[Goal]], *, prefix: str = ""
) -> ServerCharts:
    """What every goal and every finding rests on first; all else by its metric. `goals` are by
    metric; `prefix` tells the charts of several backends apart."""
    named = {metric for kind in _KINDS for metric in kind.metrics}
    first = [
        chart
        for kind in _KINDS
        for chart in _by_unit(
            kind, [s for s in measurements if s.metric in kind.metrics], goals, prefix
        )
    ]
    others: dict[str, list[Series]] = {}
    for series in measurements:
        if series.metric not in named:
            others.setdefault(series.metric, []).append(series)
    kinds = [
        _Kind(f"series-{n}", metric, (metric,), folded=True) for n, metric in enumerate(others)
    ]
    further = [
        chart for kind in kinds for chart in _by_unit(kind, others[kind.metrics[0]], goals, prefix)
    ]
    flat = {chart.id: value for chart in further if (value := _only_value(chart)) is not None}
    unchanged = [
        f"{chart.title} {_text(chart.unit, flat[chart.id])}"
        for chart in further
        if chart.id in flat
    ]
    further = [chart for chart in further if chart.id not in flat]
    room = max(MOST_CHARTS - len(first), 0)
    gone = further[room:]
    titles = ", ".join(chart.title for chart in gone)
    words = f"{counted(len(gone), 'further chart')} left out: {titles}; result.json has them."
    return ServerCharts(first, further[:room], words if gone else "", unchanged)


def _only_value(chart: Chart) -> float | None:
    """The value that all lines had all the time, where no goal is drawn in beside it."""
    values = {value for line in chart.lines for value in line.values if value is not None}
    return values.pop() if len(values) == 1 and not chart.goals else None


def _text(unit: str, value: float) -> str:
    return _TEXTS[unit](value) if unit in _TEXTS else f"{value:,g}"


def _by_unit(
    kind: _Kind, series: Sequence[Series], goals: Mapping[str, Sequence[Goal]], prefix: str
) -> Iterable[Chart]:
    """One chart for each unit: what has different ones shares no axis."""
    units = dict.fromkeys(_unit(measurement) for measurement in series)
    for number, unit in enumerate(units):
        same = [
            measurement
            for measurement in series
            if _unit(measurement) == unit and any(measurement.values)
        ] or [measurement for measurement in series if _unit(measurement) == unit]
        name = prefix + (f"{kind.id}-{unit}" if number else kind.id)
        yield _chart(name, kind, unit, same, goals)


def _chart(
    name: str,
    kind: _Kind,
    unit: str,
    series: Sequence[Series],
    goals: Mapping[str, Sequence[Goal]],
) -> Chart:
    peaks = [-max(measurement.values, default=0) for measurement in series]
    greatest = sorted(range(len(series)), key=peaks.__getitem__)[:MOST_LINES]
    shown = [series[place] for place in sorted(greatest)]
    at, columns = aligned(shown)
    at, columns = thinned(at, columns, _FOLDED_POINTS if kind.folded else MOST_POINTS)
    called = _names(shown)
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
        [
            Line(name, values, gaps=_gaps(measurement.at_us))
            for name, values, measurement in zip(called, columns, shown, strict=True)
        ],
        goals=[goal for metric in kind.metrics for goal in goals.get(metric, ())] if unit else (),
        metrics=kind.metrics,
        words=f"{kind.title}: {', '.join(called)}, over the time of the run.",
        notes=notes,
    )


def aligned(series: Sequence[Series]) -> tuple[list[float], list[list[float | None]]]:
    """All of them on one axis (seconds): samples of one look stand at one moment."""
    moments: list[int] = []
    for moment in sorted({at for measurement in series for at in measurement.at_us}):
        if not moments or moment - moments[-1] > _TOGETHER_US:
            moments.append(moment)
    columns: list[list[float | None]] = []
    for measurement in series:
        if measurement.at_us == moments:
            columns.append(list(measurement.values))
            continue
        values: list[float | None] = [None] * len(moments)
        place = 0
        for at, value in zip(measurement.at_us, measurement.values, strict=True):
            while place + 1 < len(moments) and moments[place + 1] <= at:
                place += 1
            kept = values[place]
            values[place] = value if kept is None else max(kept, value)
        columns.append(values)
    return [moment / MICROSECONDS for moment in moments], columns


def _gaps(at_us: Sequence[int]) -> list[tuple[float, float]]:
    """Where far longer than usual nothing was seen: a probe that nobody answered has no time."""
    pauses = [after - before for before, after in pairwise(at_us)]
    most = max(_GAP * median(pauses), _LEAST_GAP_US) if pauses else 0
    return [
        (round(at_us[place] / MICROSECONDS, 3), round(at_us[place + 1] / MICROSECONDS, 3))
        for place, pause in enumerate(pauses)
        if pause > most
    ]


def _unit(series: Series) -> str:
    return series.unit or _UNITS.get(series.metric, "count")


def _names(series: Sequence[Series]) -> list[str]:
    """Each as short as tells it from the others."""
    subjects = {measurement.subject for measurement in series}
    if len(series) > 1 and len(subjects) == 1 and ":" in subjects.pop():
        # All of one page of metrics: its address tells nothing apart.
        series = [measurement.model_copy(update={"subject": _BACKEND}) for measurement in series]
    several = len({measurement.metric for measurement in series}) > 1
    short = [
        _name(measurement, _WORDS.get(measurement.metric, _spelt(measurement)) if several else "")
        for measurement in series
    ]
    if len(set(short)) == len(short):
        return short
    return [_name(measurement, _spelt(measurement)) for measurement in series]


def _name(series: Series, words: str) -> str:
    subject = "" if series.subject == _BACKEND and (words or series.labels) else series.subject
    if series.metric == names.METRIC_HTTP:
        labels = " ".join(value for key, value in series.labels.items() if key != "quantile")
        if "quantile" in series.labels:
            labels += f", {_label('quantile', series.labels['quantile'])}"
    else:
        labels = " ".join(_label(key, value) for key, value in series.labels.items())
    told = " ".join(part for part in (subject, words, labels) if part)
    return "mean" if told == _BACKEND else told


def _label(key: str, value: str) -> str:
    """`P95` of an estimated quantile."""
    return f"P{100 * float(value):g}" if key == "quantile" else f"{key}={value}"


def _spelt(series: Series) -> str:
    return series.metric.replace("_", " ")
