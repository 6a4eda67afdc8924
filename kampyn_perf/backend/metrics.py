"""What the backend counts, in Prometheus's form, added up over all its workers.

Each worker counts in memory-mapped files of its own (prometheus-client's multi-process mode), which
outlive it: a worker that is killed takes no count with it. Seconds, as Prometheus wants.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

from kampyn_perf.names import METRIC_DB, METRIC_HTTP

HTTP_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 2.5, 5, 10)
"""Seconds. The objectives (100, 200, 500 ms) and the slow-request limit (1 s) are edges."""
DB_BUCKETS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
"""Seconds. The objective (50 ms) and the slow-query limit (100 ms) are edges."""
FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"

_slow = logging.getLogger("kampyn.slow")


class Metrics:
    """Histograms of requests and queries; also logs what was slow.

    To be made once in a process, after `FOLDER_VARIABLE` is set: prometheus-client reads it when
    it is imported.
    """

    def __init__(self, *, folder: Path, slow_request: float, slow_query: float) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        os.environ[FOLDER_VARIABLE] = str(folder)
        from prometheus_client import CollectorRegistry, Counter, Histogram

        registry = CollectorRegistry()
        self._folder = folder
        self._slow_request = slow_request
        self._slow_query = slow_query
        self._requests = Histogram(
            METRIC_HTTP,
            "Seconds from a request's arrival to the last part of its answer.",
            ("method", "route", "status"),
            buckets=HTTP_BUCKETS,
            registry=registry,
        )
        self._queries = Histogram(
            METRIC_DB,
            "Seconds that a query took, waiting for its turn included.",
            ("collection", "operation"),
            buckets=DB_BUCKETS,
            registry=registry,
        )
        self._cache = Counter(
            "cache_requests_total",
            "Looks into the response cache: hit, miss, or error (and then the store is asked).",
            ("outcome",),
            registry=registry,
        )
        self._request_children: dict[tuple[str, str, int], Histogram] = {}
        self._query_children: dict[tuple[str, str], Histogram] = {}
        self._cache_children = {
            outcome: self._cache.labels(outcome) for outcome in ("hit", "miss", "error")
        }

    def request(self, method: str, route: str, status: int, seconds: float, path: str) -> None:
        """One answered request. `route` is the template; `path` is for the slow-request log."""
        child = self._request_children.get((method, route, status))
        if child is None:
            child = self._requests.labels(method, route, str(status))
            self._request_children[method, route, status] = child
        child.observe(seconds)
        if seconds > self._slow_request:
            _slow.warning("Slow request: %s %s - %.0f ms", method, path, seconds * 1000)

    def query(self, collection: str, operation: str, seconds: float) -> None:
        """One query."""
        child = self._query_children.get((collection, operation))
        if child is None:
            child = self._queries.labels(collection, operation)
            self._query_children[collection, operation] = child
        child.observe(seconds)
        if seconds > self._slow_query:
            _slow.warning("Slow query: %s.%s - %.0f ms", collection, operation, seconds * 1000)

    def cached(self, outcome: str) -> None:
        """One look into the cache: hit, miss or error."""
        self._cache_children[outcome].inc()

    def render(self) -> bytes:
        """All counts of all workers, alive and dead. Takes milliseconds: call it in a thread."""
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=str(self._folder))  # type: ignore[no-untyped-call]
        return generate_latest(registry)


def clear(folder: Path) -> None:
    """Forget the counts of an earlier backend on the same folder."""
    if folder.is_dir():
        for file in folder.glob("*.db"):
            file.unlink(missing_ok=True)
