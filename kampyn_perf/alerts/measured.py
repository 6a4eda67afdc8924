"""What watchers see (`kampyn_perf.measure`), as samples for the rules.

A backend's request histogram comes as one sample for each method, route and status of a scrape.
Those of one scrape are put together, for all requests and for each endpoint. Times are microseconds
since the start of the run, or of the watch.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from kampyn_perf import names
from kampyn_perf.alerts import metrics
from kampyn_perf.alerts.routes import UNCOUNTED_ROUTES
from kampyn_perf.alerts.sample import Buckets, Sample
from kampyn_perf.measure.readings import Sample as Measured
from kampyn_perf.units import MICROSECONDS

_STATES = (names.CPU, names.MEMORY, names.DISK_IO, names.MEMORY_PER_INSTANCE)
_HTTP_LOOK = f"{names.METRIC_HTTP}_count"
"""Comes with every scrape, whether or not there was a request."""
MAX_WAITING = 100_000


@dataclass
class _Requests:
    """Requests of one group within one scrape."""

    count: int = 0
    total_us: float = 0.0
    failed_4xx: int = 0
    failed_5xx: int = 0
    buckets: list[Buckets] = field(default_factory=list)

    def take(self, measured: Measured, status: str) -> None:
        count = measured.weight or 0
        self.count += count
        self.total_us += measured.value * count
        if status.startswith("4"):
            self.failed_4xx += count
        elif status.startswith("5"):
            self.failed_5xx += count
        if measured.buckets:
            self.buckets.append(_buckets(measured.buckets))


class MeasuredSamples:
    """Takes what watchers hear, from any thread; gives it on in order of time."""

    def __init__(self) -> None:
        self._heard: deque[tuple[int, Measured]] = deque(maxlen=MAX_WAITING)
        self._waiting: list[tuple[int, Measured]] = []
        self._before_us: dict[str, int] = {}
        """When each counted metric was last looked at."""
        self._stand_in = True
        """Whether the database's own times speak for its queries, as nothing better was seen."""

    def hear(self, at_us: int, measured: Measured) -> None:
        """One value of one moment."""
        self._heard.append((at_us, measured))

    def until(self, at_us: int) -> list[Sample]:
        """Everything that came since and is of `at_us` or earlier."""
        while self._heard:
            self._waiting.append(self._heard.popleft())
        self._waiting.sort(key=lambda pair: pair[0])
        ready = [pair for pair in self._waiting if pair[0] <= at_us]
        self._waiting = self._waiting[len(ready) :]
        moments: defaultdict[int, list[Measured]] = defaultdict(list)
        for moment_us, measured in ready:
            moments[moment_us].append(measured)
        return [
            sample for moment_us, part in moments.items() for sample in self._of(moment_us, part)
        ]

    def _of(self, at_us: int, part: Sequence[Measured]) -> Iterator[Sample]:
        """The samples of one moment."""
        for measured in part:
            if measured.quantity.metric in _STATES:
                yield _state(at_us, measured)
        requests = [
            measured
            for measured in part
            if measured.quantity.metric in (names.METRIC_HTTP, _HTTP_LOOK)
        ]
        if requests:
            yield from _http(*self._stretch(names.METRIC_HTTP, at_us), requests)
        yield from self._counted(
            names.PROBE_AVAILABILITY,
            at_us,
            [measured for measured in part if measured.quantity.metric == names.PROBE_AVAILABILITY],
        )
        yield from self._counted(names.DB_QUERY_TIME, at_us, self._queries(part))

    def _queries(self, part: Sequence[Measured]) -> list[Measured]:
        queries = [measured for measured in part if measured.quantity.metric == names.DB_QUERY_TIME]
        self._stand_in = self._stand_in and not queries
        if not self._stand_in:
            return queries
        return [
            measured for measured in part if measured.quantity.metric == names.MONGO_OPERATION_TIME
        ]

    def _counted(self, metric: str, at_us: int, part: Sequence[Measured]) -> Iterator[Sample]:
        """Means and shares of events: those of all subjects belong together."""
        if part:
            weights = [measured.weight or 1 for measured in part]
            from_us, to_us = self._stretch(metric, at_us)
            yield Sample(
                metric=metric,
                from_us=from_us,
                to_us=to_us,
                total=math.fsum(
                    measured.value * n for measured, n in zip(part, weights, strict=True)
                ),
                weight=sum(weights),
            )

    def _stretch(self, metric: str, at_us: int) -> tuple[int, int]:
        """From the look before (the first: from the beginning) to this one. Of two pages that
        have the metric, one may come late: what it has is of no time before the other's."""
        before_us = self._before_us.get(metric, 0)
        self._before_us[metric] = max(before_us, at_us)
        return before_us, self._before_us[metric]


def _state(at_us: int, measured: Measured) -> Sample:
    return Sample(
        metric=measured.quantity.metric,
        subject=measured.quantity.subject,
        from_us=at_us,
        to_us=at_us,
        total=measured.value,
        weight=1,
        most=measured.maximum,
    )


def _http(from_us: int, to_us: int, part: Iterable[Measured]) -> Iterator[Sample]:
    groups: defaultdict[str, _Requests] = defaultdict(_Requests)
    groups[""]  # there was a look, whatever it saw
    for measured in part:
        labels = dict(measured.quantity.labels)
        route = labels.get("route", "")
        if "quantile" in labels or re.fullmatch(UNCOUNTED_ROUTES, route):
            continue
        if measured.quantity.metric == names.METRIC_HTTP:
            endpoint = f"{labels.get('method', '')} {route}".strip()
            for name in ("", endpoint):
                groups[name].take(measured, labels.get("status", ""))
    for endpoint, requests in groups.items():
        yield from _samples(endpoint, requests, from_us, to_us)


def _samples(endpoint: str, requests: _Requests, from_us: int, to_us: int) -> Iterator[Sample]:
    failed = requests.failed_4xx + requests.failed_5xx
    seconds = (to_us - from_us) / MICROSECONDS
    totals: tuple[tuple[str, float, float], ...] = (
        (metrics.RESPONSE_TIME, requests.total_us, requests.count),
        (metrics.ERROR_RATE, failed, requests.count),
        (metrics.ERROR_RATE_4XX, requests.failed_4xx, requests.count),
        (metrics.ERROR_RATE_5XX, requests.failed_5xx, requests.count),
        (metrics.THROUGHPUT, requests.count, seconds),
    )
    for metric, total, weight in totals:
        yield Sample(
            metric=metric,
            endpoint=endpoint,
            from_us=from_us,
            to_us=to_us,
            total=total,
            weight=weight,
            times=_sum(requests.buckets) if metric == metrics.RESPONSE_TIME else None,
        )


def _buckets(cumulated: Sequence[tuple[float, float]]) -> Buckets:
    """Of upper edges and how many were at most so much; the last edge is infinite."""
    held = [0, *(round(count) for _edge, count in cumulated)]
    return Buckets(
        edges_us=tuple(round(edge) for edge, _count in cumulated if math.isfinite(edge)),
        counts=tuple(after - before for before, after in pairwise(held)),
    )


def _sum(parts: Sequence[Buckets]) -> Buckets | None:
    """All in one, as far as their edges are the same."""
    if not parts:
        return None
    edges = parts[0].edges_us
    same = [part.counts for part in parts if part.edges_us == edges]
    return Buckets(edges, tuple(sum(column) for column in zip(*same, strict=True)))
