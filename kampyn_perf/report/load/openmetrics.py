"""A load's result as OpenMetrics, for who keeps figures of runs in a time-series database. Pure.

Times are seconds, as that format wants them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.openmetrics.exposition import generate_latest

from kampyn_perf.results.judgement import Outcome
from kampyn_perf.results.latency import Latency
from kampyn_perf.results.load import LoadResult, Requests
from kampyn_perf.results.verdict import Verdict

_SECOND = 1e6
_EDGES_US = (
    *(1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000),
    *(1_000_000, 2_000_000, 5_000_000, 10_000_000, 30_000_000, 60_000_000),
)
"""The document's thresholds are among them: 100, 200 and 500 ms."""
_QUANTILES = (
    ("0.5", "p50_us"),
    ("0.9", "p90_us"),
    ("0.95", "p95_us"),
    ("0.99", "p99_us"),
    ("0.999", "p999_us"),
)


def openmetrics(result: LoadResult, verdict: Verdict | None = None) -> bytes:
    """The document, UTF-8, with its `# EOF`."""
    return bytes(generate_latest(registry_of(families(result, verdict))))  # type: ignore[no-untyped-call]


def families(result: LoadResult, verdict: Verdict | None = None) -> list[Metric]:
    """The metrics in it."""
    return [*_load(result), *(_outcomes(verdict) if verdict else ())]


def registry_of(metrics: Sequence[Metric]) -> CollectorRegistry:
    """What the library's writers take."""
    registry = CollectorRegistry()
    registry.register(_Families(metrics))
    return registry


class _Families:
    """What a registry collects: these."""

    def __init__(self, families: Sequence[Metric]) -> None:
        self._families = families

    def collect(self) -> Sequence[Metric]:
        return self._families


def _load(result: LoadResult) -> Iterator[Metric]:
    endpoints = [(endpoint.name, endpoint.requests) for endpoint in result.endpoints]
    yield _counts("kampyn_perf_requests", "Requests that ended.", endpoints, "count")
    yield _counts("kampyn_perf_failed_requests", "Requests that failed.", endpoints, "failed")
    yield from _times(
        "kampyn_perf_response_time", "From due to the last byte.", endpoints, "response"
    )
    yield from _times(
        "kampyn_perf_service_time", "From sent to the last byte.", endpoints, "service"
    )
    sessions = CounterMetricFamily("kampyn_perf_sessions", "Sessions.", labels=["state"])
    for state in ("planned", "started", "dropped", "completed", "failed", "cut"):
        sessions.add_metric([state], getattr(result.sessions, state))
    yield sessions
    last = result.seconds[-1] if result.seconds else None
    yield GaugeMetricFamily(
        "kampyn_perf_sessions_in_flight", "At work.", value=last.in_flight if last else 0
    )
    yield GaugeMetricFamily(
        "kampyn_perf_run_valid", "1: the generator was healthy.", value=int(result.validity.valid)
    )


def _counts(
    name: str, words: str, endpoints: Sequence[tuple[str, Requests]], field: str
) -> CounterMetricFamily:
    family = CounterMetricFamily(name, words, labels=["endpoint"])
    for endpoint, requests in endpoints:
        family.add_metric([endpoint], getattr(requests, field))
    return family


def _times(
    name: str, words: str, endpoints: Sequence[tuple[str, Requests]], field: str
) -> Iterator[Metric]:
    """A histogram, from which a database makes quantiles of any stretch; and those of this run."""
    histogram = HistogramMetricFamily(f"{name}_seconds", words, labels=["endpoint"])
    quantiles = GaugeMetricFamily(
        f"{name}_quantile_seconds", f"{words} Of the whole run.", labels=["endpoint", "quantile"]
    )
    for endpoint, requests in endpoints:
        latency: Latency = getattr(requests, field)
        histogram.add_metric([endpoint], _buckets(latency), latency.sum_us / _SECOND)
        for quantile, column in _QUANTILES:
            value = getattr(latency, column)
            if value is not None:
                quantiles.add_metric([endpoint, quantile], value / _SECOND)
    yield histogram
    yield quantiles


def _buckets(latency: Latency) -> list[tuple[str, float]]:
    """How many took so long at most; values of one bucket of ours cannot be told apart."""
    histogram = latency.decode()
    counts = [
        (f"{edge / _SECOND:g}", float(latency.count - histogram.count_above(edge)))
        for edge in _EDGES_US
    ]
    return [*counts, ("+Inf", float(latency.count))]


def _outcomes(verdict: Verdict) -> Iterator[Metric]:
    """Each objective's outcome, as a state that is 1, and what was observed."""
    outcomes = GaugeMetricFamily(
        "kampyn_perf_objective", "Which outcome it has.", labels=["objective", "outcome"]
    )
    observed = GaugeMetricFamily(
        "kampyn_perf_observed", "In the objective's own unit.", labels=["objective", "unit"]
    )
    for judgement in verdict.objectives:
        name = f"{judgement.name} {judgement.scope_text}" if judgement.scope else judgement.name
        for outcome in Outcome:
            outcomes.add_metric([name, outcome.value], int(judgement.outcome is outcome))
        if judgement.observed is not None:
            observed.add_metric([name, judgement.unit.value], judgement.observed)
    yield outcomes
    yield observed
