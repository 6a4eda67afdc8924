"""What the backend counts, in Prometheus's form, added up over all its workers. Seconds.

A metric and the method that counts it stand together here; its name is in `names` where others read
it. Where the counts lie is `metric_files`' affair.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from kampyn_perf import names
from kampyn_perf.backend import metric_files

if TYPE_CHECKING:
    from prometheus_client import Counter, Histogram, Summary

HTTP_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 2.5, 5, 10)
"""The objectives (100, 200, 500 ms) and the slow-request limit (1 s) are edges."""
DB_BUCKETS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
"""The objective (50 ms) and the slow-query limit (100 ms) are edges."""
LAG_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)

_slow = logging.getLogger("kampyn.slow")
_log = logging.getLogger("kampyn.metrics")


class Metrics:
    """All metrics of one worker; also logs what was slow.

    To be made once in a process: prometheus-client decides when it makes the first metric where
    its values lie.
    """

    def __init__(
        self, *, folder: Path, identifier: int, slow_request: float, slow_query: float
    ) -> None:
        """`identifier` tells the worker from the others that live; limits in seconds."""
        self._folder = folder
        self._slow_request = slow_request
        self._slow_query = slow_query
        _choose_values(folder, identifier)
        from prometheus_client import CollectorRegistry

        self._registry = CollectorRegistry()
        self._make_request_metrics()
        self._make_query_metrics()
        self._make_cause_metrics()

    def _make_request_metrics(self) -> None:
        from prometheus_client import Gauge, Histogram

        self._requests = Histogram(
            names.METRIC_HTTP,
            "Seconds from a request's arrival to the last part of its answer.",
            ("method", "route", "status"),
            buckets=HTTP_BUCKETS,
            registry=self._registry,
        )
        self._request_children: dict[tuple[str, str, int], Histogram] = {}
        self._in_flight = Gauge(
            names.METRIC_IN_FLIGHT,
            "Requests that have arrived and are not answered to their end.",
            multiprocess_mode=metric_files.GAUGE_MODE,
            registry=self._registry,
        )
        self._in_flight_now = 0

    def _make_query_metrics(self) -> None:
        from prometheus_client import Histogram, Summary

        self._queries = Histogram(
            names.METRIC_DB,
            "Seconds that a query took, waiting for its turn included.",
            ("collection", "operation"),
            buckets=DB_BUCKETS,
            registry=self._registry,
        )
        self._query_children: dict[tuple[str, str], Histogram] = {}
        self._db_wait = Summary(
            names.METRIC_DB_WAIT,
            "Seconds that a query waited for a connection (mongodb), or a write for its turn "
            "(sqlite-writer).",
            ("pool",),
            registry=self._registry,
        )
        self._wait_children: dict[str, Summary] = {}

    def _make_cause_metrics(self) -> None:
        from prometheus_client import Counter, Gauge, Histogram, Summary

        self._cache = self._counter(
            names.METRIC_CACHE,
            "Looks into the response cache: hit, miss, or error (and then the store is asked).",
            "outcome",
        )
        self._cache_children = {
            outcome: self._cache.labels(outcome) for outcome in ("hit", "miss", "error")
        }
        self._refused = self._counter(
            names.METRIC_RATE_LIMITED, "Requests that the rate limit refused.", "role"
        )
        self._hash = Summary(
            names.METRIC_HASH, "Seconds that hashing a password took.", registry=self._registry
        )
        self._hash_wait = Summary(
            names.METRIC_HASH_WAIT,
            "Seconds that a login waited for a thread that hashes.",
            registry=self._registry,
        )
        self._hash_queue = Gauge(
            names.METRIC_HASH_QUEUE,
            "Logins whose password is being hashed, or waits to be.",
            multiprocess_mode=metric_files.GAUGE_MODE,
            registry=self._registry,
        )
        self._hash_refused = Counter(
            names.METRIC_HASH_REFUSED,
            "Logins refused since they would have waited too long.",
            registry=self._registry,
        )
        self._lag = Histogram(
            names.METRIC_LOOP_LAG,
            "Seconds by which the event loop was late for a timer.",
            buckets=LAG_BUCKETS,
            registry=self._registry,
        )
        self._gc_pause = self._counter(
            names.METRIC_GC_PAUSE, "Seconds that garbage collections took.", "generation"
        )
        self._gc_count = self._counter(
            names.METRIC_GC_COLLECTIONS, "Garbage collections.", "generation"
        )
        # A successor goes on in its predecessor's files; what that one had in hand is gone.
        self._in_flight.set(0)
        self._hash_queue.set(0)

    def _counter(self, name: str, help_text: str, label: str) -> Counter:
        from prometheus_client import Counter

        return Counter(name, help_text, (label,), registry=self._registry)

    def request_begins(self) -> None:
        """One more is in flight; others see it with the next `publish`."""
        self._in_flight_now += 1

    def publish(self) -> None:
        """Write what is in flight where the other workers read it; each time would cost 4 µs a
        request."""
        self._in_flight.set(self._in_flight_now)

    def request(self, method: str, route: str, status: int, seconds: float, path: str) -> None:
        """One answered request. `route` is the template; `path` is for the slow-request log."""
        self._in_flight_now -= 1
        child = self._request_children.get((method, route, status))
        if child is None:
            child = self._requests.labels(method, route, str(status))
            self._request_children[method, route, status] = child
        child.observe(seconds)
        if seconds > self._slow_request:
            _slow.warning("Slow request: %s %s - %.0f ms", method, path, seconds * 1000)

    def query(
        self,
        collection: str,
        operation: str,
        seconds: float,
        detail: Callable[[], Mapping[str, Any]] | None = None,
    ) -> None:
        """One query. A slow one is logged with what `detail` says, as JSON behind the sentence."""
        child = self._query_children.get((collection, operation))
        if child is None:
            child = self._queries.labels(collection, operation)
            self._query_children[collection, operation] = child
        child.observe(seconds)
        if seconds > self._slow_query:
            more = f" {orjson.dumps(detail()).decode()}" if detail else ""
            ms = seconds * 1000
            _slow.warning("Slow query: %s.%s - %.0f ms%s", collection, operation, ms, more)

    def connection_wait(self, pool: str, seconds: float) -> None:
        """One query waited for `pool`."""
        child = self._wait_children.get(pool)
        if child is None:
            child = self._wait_children[pool] = self._db_wait.labels(pool)
        child.observe(seconds)

    def cached(self, outcome: str) -> None:
        """One look into the cache: hit, miss or error."""
        self._cache_children[outcome].inc()

    def rate_limited(self, role: str) -> None:
        """One request refused."""
        self._refused.labels(role).inc()

    def hash_queue(self, length: int) -> None:
        """So many passwords are being hashed or wait."""
        self._hash_queue.set(length)

    def hashed(self, waited: float, seconds: float) -> None:
        """One password."""
        self._hash_wait.observe(waited)
        self._hash.observe(seconds)

    def hash_refused(self) -> None:
        """One login that would have waited too long."""
        self._hash_refused.inc()

    def loop_lag(self, seconds: float) -> None:
        """One timer of the event loop was so late."""
        self._lag.observe(seconds)

    def collected_garbage(self, generation: int, collections: int, seconds: float) -> None:
        """So many collections of one generation since the last call."""
        self._gc_count.labels(str(generation)).inc(collections)
        self._gc_pause.labels(str(generation)).inc(seconds)

    def render(self) -> bytes:
        """All counts of all workers, alive and dead. Takes milliseconds: call it in a thread."""
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        self.publish()
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=str(self._folder))  # type: ignore[no-untyped-call]
        return generate_latest(registry)


def _choose_values(folder: Path, identifier: int) -> None:
    """In the worker's reserved files; in its own memory, unseen by others, where there is no room.

    Better no figures of one worker than one that a full disk ends.
    """
    reserved = metric_files.reserve(folder, identifier)
    os.environ[metric_files.FOLDER_VARIABLE] = str(folder)
    from prometheus_client import values

    if reserved:
        make_class: Any = values.MultiProcessValue
        values.ValueClass = make_class(process_identifier=lambda: identifier)
    else:
        values.ValueClass = values.MutexValue
        _log.error("No room for the metric files in %s: this worker's counts are lost", folder)
