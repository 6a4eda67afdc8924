"""A load's own numbers as samples: a second of its timeline, a series of its watchers. Pure.

What a result has by endpoint are the times of successful requests; failed ones are in the error
rates. Of all endpoints together response times are of all requests.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from kampyn_perf import names
from kampyn_perf.alerts import metrics
from kampyn_perf.alerts.engine import Engine, Event
from kampyn_perf.alerts.sample import Sample
from kampyn_perf.histogram import Histogram, Layout, Packed
from kampyn_perf.results.breakdown import Breakdown, Row, Sparse
from kampyn_perf.results.load import LoadResult, Second
from kampyn_perf.results.series import Series
from kampyn_perf.units import MICROSECONDS

_STATES = (names.CPU, names.MEMORY, names.DISK_IO, names.MEMORY_PER_INSTANCE)
_COUNTED = (names.DB_QUERY_TIME, names.PROBE_AVAILABILITY)
"""Means and shares of events: those of all subjects belong together."""


class _Stretch:
    """A stretch of time, and samples of it."""

    def __init__(self, at_us: int, width_us: int, endpoint: str = "") -> None:
        self._from_us, self._to_us = at_us, at_us + width_us
        self._endpoint = endpoint

    def sample(self, metric: str, total: float, weight: float) -> Sample:
        return Sample(
            metric=metric,
            endpoint=self._endpoint,
            from_us=self._from_us,
            to_us=self._to_us,
            total=total,
            weight=weight,
        )

    def times(self, packed: Packed) -> Sample:
        return Sample(
            metric=metrics.RESPONSE_TIME,
            endpoint=self._endpoint,
            from_us=self._from_us,
            to_us=self._to_us,
            total=packed.sum_us,
            weight=packed.count,
            times=packed,
            most=packed.max_us,
        )

    def throughput(self, requests: int) -> Sample:
        seconds = (self._to_us - self._from_us) / MICROSECONDS
        return self.sample(metrics.THROUGHPUT, requests, seconds)


def of_stretch(
    *, at_us: int, width_us: int, requests: int, failed: int, response: Histogram
) -> list[Sample]:
    """What one stretch of a run's timeline says of all requests."""
    stretch = _Stretch(at_us, width_us)
    return [
        stretch.times(response.pack()),
        stretch.sample(metrics.ERROR_RATE, failed, requests),
        stretch.throughput(requests),
    ]


def of_second(second: Second) -> list[Sample]:
    """The same of a recorded one."""
    return of_stretch(
        at_us=second.at_us,
        width_us=second.width_us,
        requests=second.requests,
        failed=second.failed,
        response=second.response.decode() if second.response else Histogram(),
    )


def of_rows(rows: Iterable[tuple[str, Row]], *, width_us: int, layout: Layout) -> list[Sample]:
    """What is known of a stretch by endpoint: one row for each, flow and phase; and of all
    together by status."""
    by_endpoint: defaultdict[str, list[Row]] = defaultdict(list)
    for endpoint, row in rows:
        by_endpoint[endpoint].append(row)
    every = [row for own in by_endpoint.values() for row in own]
    if not every:
        return []
    at_us = every[0].at * width_us
    samples = _by_status(_Stretch(at_us, width_us), every)
    for endpoint, own in sorted(by_endpoint.items()):
        stretch = _Stretch(at_us, width_us, endpoint)
        requests = sum(row.total for row in own)
        samples += [
            stretch.times(_together([row.response for row in own], layout)),
            stretch.sample(metrics.ERROR_RATE, sum(row.failed for row in own), requests),
            stretch.throughput(requests),
            *_by_status(stretch, own),
        ]
    return samples


def _by_status(stretch: _Stretch, rows: Sequence[Row]) -> list[Sample]:
    requests = sum(row.total for row in rows)
    return [
        stretch.sample(metrics.ERROR_RATE_4XX, sum(row.status_4xx for row in rows), requests),
        stretch.sample(metrics.ERROR_RATE_5XX, sum(row.status_5xx for row in rows), requests),
    ]


def _together(parts: Iterable[Sparse], layout: Layout) -> Packed:
    total = Sparse.empty()
    for part in parts:
        total = total.plus(part)
    return layout.pack(*total)


def of_breakdown(breakdown: Breakdown) -> Iterator[list[Sample]]:
    """Stretch by stretch."""
    layout = Layout(breakdown.splits_us)
    stretches: defaultdict[int, list[tuple[str, Row]]] = defaultdict(list)
    for group in breakdown.requests:
        for row in group.rows():
            stretches[row.at].append((group.endpoint, row))
    for at in sorted(stretches):
        yield of_rows(stretches[at], width_us=breakdown.width_us, layout=layout)


def of_series(series: Iterable[Series]) -> list[Sample]:
    """What was watched, in order of time."""
    every = list(series)
    states = (watched for watched in every if watched.metric in _STATES)
    samples = [sample for watched in states for sample in _states(watched)]
    for metric in _COUNTED:
        samples += _counted(metric, [watched for watched in every if watched.metric == metric])
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
    for watched in series:
        weights = watched.weights or [1] * len(watched.values)
        for at_us, value, count in zip(watched.at_us, watched.values, weights, strict=True):
            totals[at_us][0] += value * count
            totals[at_us][1] += count
    before_us: int | None = None
    for at_us, (total, weight) in sorted(totals.items()):
        from_us = at_us if before_us is None else before_us
        yield Sample(metric=metric, from_us=from_us, to_us=at_us, total=total, weight=weight)
        before_us = at_us


def replay(result: LoadResult, engine: Engine) -> list[Event]:
    """Everything that `result` recorded, judged at the end of each of its seconds."""
    watched = of_series(result.measurements)
    if result.breakdown:
        watched += [sample for part in of_breakdown(result.breakdown) for sample in part]
        watched.sort(key=lambda sample: sample.to_us)
    waiting = 0
    events: list[Event] = []
    for second in result.seconds:
        at_us = second.at_us + second.width_us
        engine.take(of_second(second))
        until = waiting
        while until < len(watched) and watched[until].to_us <= at_us:
            until += 1
        engine.take(watched[waiting:until])
        waiting = until
        events += engine.evaluate(at_us)
    return events
