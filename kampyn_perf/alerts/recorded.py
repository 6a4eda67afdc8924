"""A load's own numbers as samples: a second of its timeline, a series of its watchers. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from kampyn_perf import names
from kampyn_perf.alerts import metrics
from kampyn_perf.alerts.engine import Engine, Event
from kampyn_perf.alerts.sample import Sample
from kampyn_perf.histogram import Packed
from kampyn_perf.results.load import LoadResult, Second
from kampyn_perf.results.series import Series
from kampyn_perf.units import MICROSECONDS

_STATES = (names.CPU, names.MEMORY, names.DISK_IO, names.MEMORY_PER_INSTANCE)
_COUNTED = (names.DB_QUERY_TIME, names.PROBE_AVAILABILITY)
"""Means and shares of events: those of all subjects belong together."""


def of_second(second: Second) -> list[Sample]:
    """What one stretch of the timeline says of requests."""
    latency = second.response
    packed: Packed | None = latency.decode().pack() if latency else None
    ends_us = second.at_us + second.width_us
    totals: tuple[tuple[str, float, float], ...] = (
        (metrics.RESPONSE_TIME, latency.sum_us if latency else 0, second.requests),
        (metrics.ERROR_RATE, second.failed, second.requests),
        (metrics.THROUGHPUT, second.requests, second.width_us / MICROSECONDS),
    )
    return [
        Sample(
            metric=metric,
            from_us=second.at_us,
            to_us=ends_us,
            total=total,
            weight=weight,
            times=packed if metric == metrics.RESPONSE_TIME else None,
            most=latency.max_us if latency and metric == metrics.RESPONSE_TIME else None,
        )
        for metric, total, weight in totals
    ]


def of_series(series: Iterable[Series]) -> list[Sample]:
    """What was watched, in order of time."""
    every = list(series)
    states = (each for each in every if each.metric in _STATES)
    samples = [sample for each in states for sample in _states(each)]
    for metric in _COUNTED:
        samples += _counted(metric, [each for each in every if each.metric == metric])
    return sorted(samples, key=lambda sample: sample.to_us)


def _states(series: Series) -> Iterator[Sample]:
    for index, (at_us, value) in enumerate(zip(series.at_us, series.values, strict=True)):
        yield Sample(
            metric=series.metric,
            subject=series.subject,
            from_us=at_us,
            to_us=at_us,
            total=value,
            weight=1,
            most=series.maxima[index] if series.maxima else None,
        )


def _counted(metric: str, series: Sequence[Series]) -> Iterator[Sample]:
    """All subjects together: the mean of all queries is no mean of the collections' means."""
    totals: defaultdict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for each in series:
        weights = each.weights or [1] * len(each.values)
        for at_us, value, count in zip(each.at_us, each.values, weights, strict=True):
            totals[at_us][0] += value * count
            totals[at_us][1] += count
    before_us: int | None = None
    for at_us, (total, weight) in sorted(totals.items()):
        from_us = at_us if before_us is None else before_us
        yield Sample(metric=metric, from_us=from_us, to_us=at_us, total=total, weight=weight)
        before_us = at_us


def replay(result: LoadResult, engine: Engine) -> list[Event]:
    """Everything that `result` recorded, judged at the end of each of its seconds."""
    watched = iter([*of_series(result.measurements), None])
    waiting = next(watched)
    events: list[Event] = []
    for second in result.seconds:
        engine.take(of_second(second))
        at_us = second.at_us + second.width_us
        while waiting is not None and waiting.to_us <= at_us:
            engine.take([waiting])
            waiting = next(watched)
        events += engine.evaluate(at_us)
    return events
