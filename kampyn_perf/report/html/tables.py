"""Tables of a page: what a cell shows, and the figure behind it, whole. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from kampyn_perf.results.load import FlowResult, LoadResult, PhaseResult, Requests, most_telling
from kampyn_perf.units import format_duration, format_percent, format_rate, format_size

MOST_ROWS = 120
"""A table shows no more of them; the result has all."""


@dataclass(frozen=True)
class Cell:
    """What is shown; `value` is the figure in the result, which sorts it."""

    text: str
    value: float | int | None = None


@dataclass(frozen=True)
class Table:
    """Rows of cells; the first column names the row."""

    id: str
    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell] = ()
    left_out: str = ""
    words: Collection[int] = ()
    """Columns of words, which may take several lines; all others are figures."""


_TIMES = ("P50", "P90", "P95", "P99", "P99.9", "Max", "Mean", "Service P95")


def of_load(result: LoadResult) -> list[Table]:
    """Requests by endpoint, by flow and by phase."""
    return [_endpoints(result), _flows(result.flows), _phases(result.phases)]


def _endpoints(result: LoadResult) -> Table:
    shown = most_telling(result.endpoints, MOST_ROWS)
    words = ""
    if len(shown) < len(result.endpoints):
        words = (
            f"{len(result.endpoints) - MOST_ROWS} of {len(result.endpoints)} endpoints left out: "
            "those that failed most and were slowest at P95 are shown; result.json has all."
        )
    return Table(
        "endpoints",
        "Endpoints",
        ("Endpoint", "Requests", "Failed", "Failed, share", *_TIMES, "Received"),
        [[Cell(endpoint.name), *_requests(endpoint.requests)] for endpoint in shown],
        total=[Cell("all"), *_requests(result.requests)],
        left_out=words,
    )


def _flows(flows: Sequence[FlowResult]) -> Table:
    return Table(
        "flows",
        "Flows",
        (
            "Flow",
            "Weight",
            "Sessions",
            "Completed",
            "Failed",
            "Cut",
            "Dropped",
            "Session P50",
            "Session P95",
            "Session P99",
            "Requests",
            "Response P95",
        ),
        [
            [
                Cell(flow.name),
                _count(flow.weight),
                _count(flow.sessions.started),
                _count(flow.sessions.completed),
                _count(flow.sessions.failed),
                _count(flow.sessions.cut),
                _count(flow.sessions.dropped),
                _time(flow.session_time.p50_us),
                _time(flow.session_time.p95_us),
                _time(flow.session_time.p99_us),
                _count(flow.requests.count),
                _time(flow.requests.response.p95_us),
            ]
            for flow in flows[:MOST_ROWS]
        ],
        left_out=_beyond(len(flows), "flows"),
    )


def _phases(phases: Sequence[PhaseResult]) -> Table:
    return Table(
        "phases",
        "Phases",
        (
            "Phase",
            "Start",
            "Length",
            "Sessions",
            "Offered",
            "Achieved",
            "Requests",
            "Failed",
            "P50",
            "P95",
            "P99",
            "Max",
        ),
        [
            [
                Cell(phase.name),
                _time(phase.start_us),
                _time(phase.duration_us),
                _count(phase.sessions.started),
                Cell(format_rate(phase.offered_rate), phase.offered_rate),
                Cell(format_rate(round(phase.achieved_rate, 2)), phase.achieved_rate),
                _count(phase.requests.count),
                _count(phase.requests.failed),
                *(
                    _time(value)
                    for value in (
                        phase.requests.response.p50_us,
                        phase.requests.response.p95_us,
                        phase.requests.response.p99_us,
                        phase.requests.response.max_us,
                    )
                ),
            ]
            for phase in phases[:MOST_ROWS]
        ],
        left_out=_beyond(len(phases), "phases"),
    )


def _beyond(count: int, noun: str) -> str:
    rest = count - MOST_ROWS
    return (
        f"{rest} of {count} {noun} left out: the first are shown; result.json has all."
        if rest > 0
        else ""
    )


def _requests(requests: Requests) -> list[Cell]:
    response = requests.response
    share = requests.failed / requests.count if requests.count else 0.0
    times = (
        response.p50_us,
        response.p90_us,
        response.p95_us,
        response.p99_us,
        response.p999_us,
        response.max_us,
        response.mean_us,
        requests.service.p95_us,
    )
    return [
        _count(requests.count),
        _count(requests.failed),
        Cell(format_percent(share) if share else "0", share),
        *(_time(value) for value in times),
        Cell(format_size(requests.bytes_received), requests.bytes_received),
    ]


def _count(value: int) -> Cell:
    return Cell(f"{value:,}", value)


def _time(value: float | None) -> Cell:
    return Cell("–" if value is None else format_duration(value), value)
