"""The figures of a load: times, failures and throughput by scope, and what was watched. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from kampyn_perf import names, stats
from kampyn_perf.compare.figures import (
    ERROR_RATE,
    RESPONSE_TIME,
    THROUGHPUT,
    Durations,
    Figure,
    Figures,
    Key,
    blocks_of,
    percentiles_of,
    rate_of,
    share_of,
)
from kampyn_perf.results.breakdown import BreakdownGroup
from kampyn_perf.results.load import LoadResult, Requests
from kampyn_perf.results.series import Series
from kampyn_perf.results.unit import Unit
from kampyn_perf.schedule import numbered
from kampyn_perf.slo.evidence import earlier
from kampyn_perf.slo.evidence.counted import Counted, Table, Times

_GOALS = frozenset(
    {
        *(names.CPU, names.MEMORY, names.DISK_IO, names.MEMORY_PER_INSTANCE),
        *(names.DB_QUERY_TIME, names.PROBE_AVAILABILITY),
    }
)
"""Series that goals are about; the others explain, and make no exit code."""
_INSTANCES = names.MEMORY_PER_INSTANCE
"""Of a series for each process, all of which do the same."""
_MORE_IS_BETTER = frozenset({names.PROBE_AVAILABILITY, names.CACHE_HIT_RATIO})
_UNITS = {
    **dict.fromkeys((names.CPU, names.MEMORY, names.DISK_IO, names.PROBE_AVAILABILITY), Unit.SHARE),
    names.MEMORY_PER_INSTANCE: Unit.SIZE,
    names.DB_QUERY_TIME: Unit.DURATION,
    "us": Unit.DURATION,
    "share": Unit.SHARE,
    "bytes": Unit.SIZE,
    "bytes_per_s": Unit.SIZE,
    "per_s": Unit.RATE,
}


def figures_of(result: LoadResult, *, scatter: bool = True) -> Figures:
    """Everything that is compared; without `scatter` no standard errors (pairs need none)."""
    figures: Figures = {}
    blocks = None
    for scope in _scopes(result):
        counted = scope.counted()
        durations = _durations(counted.response, counted.strata)
        if scatter and blocks is None and durations is not None:
            blocks = blocks_of(durations)  # the whole comes first; its blocks serve all
        times = Key(scope=scope.name, metric=RESPONSE_TIME, unit=Unit.DURATION)
        if durations is not None:
            figures |= percentiles_of(durations, blocks, times)
        failed = Key(scope=scope.name, metric=ERROR_RATE, unit=Unit.SHARE)
        figures[failed] = share_of(counted.totals, counted.failed, counted.strata, scatter=scatter)
        if not scope.name:
            rate = Key(metric=THROUGHPUT, unit=Unit.RATE, more_is_better=True)
            every = result.requests
            figures[rate] = rate_of(
                every.count - every.failed, every.failed, result.measured_us / 1e6
            )
    return figures | _watched(result, scatter=scatter)


@dataclass(frozen=True)
class _Scope:
    name: str
    counted: Callable[[], Counted]


def _scopes(result: LoadResult) -> Iterator[_Scope]:
    """The whole, then its endpoints, flows and phases."""
    phases = numbered([phase.name for phase in result.phases])
    if result.breakdown is None:
        groups: list[tuple[str, Requests]] = [("", result.requests)]
        groups += [
            (f"endpoint {endpoint.name}", endpoint.requests) for endpoint in result.endpoints
        ]
        groups += [(f"flow {flow.name}", flow.requests) for flow in result.flows]
        groups += [
            (f"phase {name}", phase.requests)
            for name, phase in zip(phases, result.phases, strict=True)
        ]
        for name, requests in groups:
            yield _Scope(name, lambda of=requests: earlier.counted(result, of))  # type: ignore[misc]
        return
    kept = result.breakdown
    table = Table(kept.requests, [], splits_us=kept.splits_us, width_us=kept.width_us)

    def select(wanted: Callable[[BreakdownGroup], bool]) -> Callable[[], Counted]:
        return lambda: table.select(wanted)

    yield _Scope("", select(lambda _: True))
    for endpoint in result.endpoints:
        name = endpoint.name
        yield _Scope(f"endpoint {name}", select(lambda g, n=name: g.endpoint == n))  # type: ignore[misc]
    for flow in result.flows:
        yield _Scope(f"flow {flow.name}", select(lambda g, n=flow.name: g.flow == n))  # type: ignore[misc]
    for number, name in enumerate(phases):
        yield _Scope(f"phase {name}", select(lambda g, n=number: g.phase == n))  # type: ignore[misc]


def _durations(times: Times, strata: object) -> Durations | None:
    if not times.items.size:
        return None
    values, places = np.unique(times.last_us, return_inverse=True)
    counts = np.zeros((times.size, values.size), dtype=np.float32)
    np.add.at(counts, (times.items, places), times.counts)
    return Durations(counts=counts, values=values.astype(np.float64), strata=list(strata))  # type: ignore[call-overload]


def _watched(result: LoadResult, *, scatter: bool) -> Figures:
    """The mean of each series."""
    figures: Figures = {}
    starts = [phase.start_us for phase in result.phases]
    for series in result.measurements:
        unit = _UNITS.get(series.metric) or _UNITS.get(series.unit) or Unit.COUNT
        key = Key(
            scope=_subject(series),
            metric=series.metric,
            statistic="mean",
            unit=unit,
            more_is_better=series.metric in _MORE_IS_BETTER,
            gates=series.metric in _GOALS,
        )
        if any(series.values) and key not in figures and "quantile" not in series.labels:
            figures[key] = _mean_of(series, starts, scatter=scatter)
    return _with_the_largest(figures)


def _with_the_largest(watched: Figures) -> Figures:
    """Which process is which is chance, and a goal is about the largest: that one is compared, and
    each of several only explains."""
    sizes = {
        key: figure.value
        for key, figure in watched.items()
        if key.metric == _INSTANCES and figure.value is not None
    }
    if len(sizes) < 2:
        return watched
    largest = max(sizes, key=lambda key: sizes[key])
    kept = {
        replace(key, gates=key.gates and key.metric != _INSTANCES): figure
        for key, figure in watched.items()
    }
    return {**kept, replace(largest, scope="the largest"): watched[largest]}


def _mean_of(series: Series, starts: list[int], *, scatter: bool) -> Figure:
    values = np.asarray(series.values, dtype=np.float64)
    weights = np.ones_like(values) if series.weights is None else np.asarray(series.weights, float)
    total = float(weights.sum())
    if not total:
        return Figure(value=None, why="nothing happened that it counts")
    mean = float((values * weights).sum() / total)
    if not scatter:
        return Figure(value=mean, samples=values.size)
    strata = np.searchsorted(starts, series.at_us, side="right").tolist()
    held = stats.Series(weights, values * weights, strata)
    half = float(stats.half_width(held))
    error = half / 1.96 / abs(mean) if mean else math.inf
    return Figure(value=mean, error=error, freedom=1e6, samples=values.size)


def _subject(series: Series) -> str:
    labels = ", ".join(f"{name} {value}" for name, value in sorted(series.labels.items()))
    return ", ".join(part for part in (series.subject, labels) if part)
