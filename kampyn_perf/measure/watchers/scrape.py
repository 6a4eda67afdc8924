"""A page of Prometheus metrics, asked again and again: the backend's own, or anybody's."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from kampyn_perf import names
from kampyn_perf.measure.http import HttpGetter, NoAnswer
from kampyn_perf.measure.prometheus import goals, intervals
from kampyn_perf.measure.prometheus.text import Kind, Page, PageReader
from kampyn_perf.measure.readings import NotSeen, Reading, Remark, Sample
from kampyn_perf.redact import redact_url
from kampyn_perf.units import MICROSECONDS

TIMEOUT_SECONDS = 5.0
MAX_SERIES = 150
"""Of one page; more would make the result's file grow by more than the load's own numbers."""
_FLAPS = 3
"""Times that a counter shrank, from which on it is no restart any more."""
_NOT_BY_DEFAULT = ("go_", "promhttp_", "python_", "node_")
"""Families of which a page has hundreds that say nothing about the service."""
_OF_A_NODE = frozenset(("node_load1", "node_network_receive_bytes", "node_network_transmit_bytes"))
_CAUSES = frozenset(
    (
        names.METRIC_IN_FLIGHT,
        names.METRIC_DB_WAIT,
        names.METRIC_CACHE,
        names.METRIC_RATE_LIMITED,
        names.METRIC_HASH,
        names.METRIC_HASH_WAIT,
        names.METRIC_HASH_QUEUE,
        names.METRIC_HASH_REFUSED,
        names.METRIC_LOOP_LAG,
        names.METRIC_GC_PAUSE,
        names.METRIC_GC_COLLECTIONS,
    )
)
"""Of the bundled backend's metrics, those that say where time goes."""
_ACCEPT = {"Accept": "text/plain;version=0.0.4, application/openmetrics-text;q=0.5, */*;q=0.1"}


class MetricsPage:
    """What is at `url` now, and what was there before. Raises NotSeen where there is nothing."""

    def __init__(
        self,
        url: str,
        *,
        now_us: Callable[[], int],
        wanted: Callable[[str], bool],
        with_buckets: Callable[[str], bool] = lambda _name: True,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.shown = redact_url(url)
        self._now_us = now_us
        self._reader = PageReader(wanted, with_buckets=with_buckets)
        self._http = HttpGetter(url, timeout=TIMEOUT_SECONDS, headers=_ACCEPT | dict(headers or {}))
        self._at_us = 0
        self.before: Page | None = None
        self.after: Page = {}
        self.seconds = 0.0
        """Between the two."""

    def turn(self) -> None:
        """Ask again. After a failure the next look is compared with the last that succeeded."""
        try:
            answer = self._http.get()
        except NoAnswer as failure:
            raise NotSeen(f"{self.shown}: {failure}") from failure
        if answer.status != 200:
            raise NotSeen(f"{self.shown} answers {answer.status}")
        at_us = self._now_us()
        try:
            page = self._reader.read(answer.body, answer.content_type)
        except ValueError as error:
            raise NotSeen(f"{self.shown} is no page of Prometheus metrics: {error}") from error
        self.before, self.after = (self.after or None), page
        self.seconds, self._at_us = (at_us - self._at_us) / MICROSECONDS, at_us

    def close(self) -> None:
        self._http.close()


class BackendMetricsWatcher:
    """The bundled backend's /metrics, or that of one with the same names: queries and cache, and
    what tells causes apart; with `with_requests` also what it counts of its HTTP requests."""

    name = "backend's metrics"
    waits = True
    every_slot = False
    provides = (names.DB_QUERY_TIME,)

    def __init__(
        self,
        url: str,
        *,
        now_us: Callable[[], int],
        with_requests: bool = False,
        interval_us: int = 2 * MICROSECONDS,
    ) -> None:
        self.interval_us = interval_us
        self._source = urlsplit(url).path
        self._as_they_are = _CAUSES | ({names.METRIC_HTTP} if with_requests else frozenset())
        families = {name.removesuffix("_total") for name in self._as_they_are}
        self._page = MetricsPage(
            url,
            now_us=now_us,
            wanted=(goals.BACKEND_FAMILIES | families).__contains__,
            # Those of the queries are most of the page, and say nothing that is asked for here.
            with_buckets=families.__contains__,
        )

    def sample(self, at_us: int) -> Iterator[Reading]:
        page = self._page
        page.turn()
        yield from goals.from_backend(page.before, page.after, source=self._source)
        yield from intervals.samples(
            page.before,
            {key: sample for key, sample in page.after.items() if sample.name in self._as_they_are},
            seconds=page.seconds,
            subject="backend",
            source=self._source,
        )

    def close(self) -> None:
        self._page.close()


@dataclass(frozen=True, kw_only=True)
class SeriesFilter:
    """Which series of a page are kept."""

    metrics: Collection[str] = ()
    """Names, with * and ? as in file names; none: all that may say something."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What a series' labels have to be, likewise."""

    def wants_family(self, name: str) -> bool:
        """Whether a family may have a series that is wanted; `name` without `_total` and so on."""
        if not self.metrics:
            return not name.startswith(_NOT_BY_DEFAULT) or name in _OF_A_NODE
        return any(
            fnmatchcase(name, pattern) or fnmatchcase(f"{name}_total", pattern)
            for pattern in self.metrics
        )

    def wants(self, sample: Sample) -> bool:
        held = dict(sample.quantity.labels)
        return all(fnmatchcase(held.get(name, ""), want) for name, want in self.labels.items())


class ScrapeWatcher:
    """Any page: every series of it that is selected, and what of it the goals are about."""

    waits = True
    every_slot = False

    def __init__(
        self,
        url: str,
        *,
        now_us: Callable[[], int],
        wanted_series: SeriesFilter | None = None,
        headers: Mapping[str, str] | None = None,
        provides: Collection[str] = (),
        instance: bool = False,
        interval_us: int = 5 * MICROSECONDS,
    ) -> None:
        """`provides`: what nothing else measures, so that it is hoped for from here. `instance`:
        whether it is the page of a process of the backend itself."""
        self.interval_us = interval_us
        self.provides = tuple(provides)
        self._host = urlsplit(url).netloc.rpartition("@")[2]
        self.name = f"scrape of {self._host}"
        self._wanted_series = wanted_series or SeriesFilter()
        self._page = MetricsPage(url, now_us=now_us, wanted=self._wants_family, headers=headers)
        self._instance = instance
        self._kept: set[object] = set()
        self._left_out: set[object] = set()
        self._shrinks = 0

    def sample(self, at_us: int) -> Iterator[Reading]:
        page = self._page
        page.turn()
        if not page.after:
            raise NotSeen(f"{page.shown} has none of the metrics that are asked for")
        yield from goals.from_backend(page.before, page.after, source=page.shown)
        yield from goals.from_node(
            page.before, page.after, seconds=page.seconds, subject=f"machine {self._host}"
        )
        if self._instance:
            yield from goals.from_instance(page.after, subject=self._host, source=page.shown)
        for sample in intervals.samples(
            page.before, page.after, seconds=page.seconds, subject=self._host, source=page.shown
        ):
            if self._wanted_series.wants(sample) and self._has_room(sample):
                yield sample
        yield from self._remarks()

    def close(self) -> None:
        self._page.close()

    def _wants_family(self, name: str) -> bool:
        return (
            name in goals.BACKEND_FAMILIES
            or name in goals.NODE_FAMILIES
            or name == goals.RESIDENT_MEMORY
            or self._wanted_series.wants_family(name)
        )

    def _has_room(self, sample: Sample) -> bool:
        quantity = sample.quantity
        if quantity in self._kept:
            return True
        if not self._wanted_series.wants_family(quantity.metric.removesuffix("_count")):
            return False
        if len(self._kept) < MAX_SERIES:
            self._kept.add(quantity)
            return True
        self._left_out.add(quantity)
        return False

    def _remarks(self) -> Iterator[Remark]:
        if self._left_out:
            yield Remark(
                f"more than {MAX_SERIES} series; the rest was left out (name those that count in "
                "watch.scrape[].metrics of the target's file)"
            )
        before = self._page.before
        if before is not None:
            self._shrinks += any(
                intervals.between(before.get(key), sample).reset
                for key, sample in self._page.after.items()
                if sample.kind is not Kind.GAUGE
            )
        if self._shrinks > _FLAPS:
            yield Remark(
                "its counters go back and forth: each worker process seems to count by itself, so "
                "its rates and means are of some of them only"
            )
