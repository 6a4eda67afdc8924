"""A load's result as CSV. Pure; durations are whole microseconds, as in the result."""

from __future__ import annotations

import csv as writing
import io
from collections.abc import Iterator

from kampyn_perf.results.load import LoadResult, Requests

_TIMES = ("min_us", "p50_us", "p90_us", "p95_us", "p99_us", "p999_us", "max_us", "mean_us")
_COLUMNS = [
    *("group", "name", "requests", "failed"),
    *(f"response_{column}" for column in _TIMES),
    *(f"service_{column}" for column in _TIMES),
    *("bytes_received", "bytes_sent"),
]


def csv(result: LoadResult) -> bytes:
    """The document, UTF-8: a line for all requests, each endpoint, flow and phase; what is not
    known is empty."""
    text = io.StringIO()
    writer = writing.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for group, name, requests in _groups(result):
        times = [
            getattr(latency, column)
            for latency in (requests.response, requests.service)
            for column in _TIMES
        ]
        writer.writerow(
            [group, name, requests.count, requests.failed]
            + ["" if value is None else value for value in times]
            + [requests.bytes_received, requests.bytes_sent]
        )
    return text.getvalue().encode()


def _groups(result: LoadResult) -> Iterator[tuple[str, str, Requests]]:
    yield "all", "", result.requests
    for endpoint in result.endpoints:
        yield "endpoint", endpoint.name, endpoint.requests
    for flow in result.flows:
        yield "flow", flow.name, flow.requests
    for phase in result.phases:
        yield "phase", phase.name, phase.requests
