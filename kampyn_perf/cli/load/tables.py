"""A result for people: one table per endpoint, one per phase, and how healthy the run was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kampyn_perf.cli import console
from kampyn_perf.results.load import LoadResult, Requests, RunStatus
from kampyn_perf.units import format_duration, format_percent, format_rate

if TYPE_CHECKING:
    from rich.table import Table


_FIGURES = ("requests", "failed", "P50", "P95", "P99", "max", "service P95")
_ROOM_FOR_ALL = 100
"""Columns of a terminal from which on an endpoint's row holds all figures."""


def show(result: LoadResult) -> None:
    """All of it."""
    console.show(_endpoints(result))
    console.show(_phases(result))
    _errors(result)
    _health(result)


def _endpoints(result: LoadResult) -> Table:
    from rich.text import Text

    table = _table("endpoint", *_FIGURES[: _columns()])
    for endpoint in result.endpoints:
        table.add_row(Text(endpoint.name), *_figures(endpoint.requests)[: _columns()])
    table.add_section()
    table.add_row("all", *_figures(result.requests)[: _columns()], style="bold")
    return table


def _phases(result: LoadResult) -> Table:
    from rich.text import Text

    table = _table("phase", "sessions", "offered", "achieved", "failed", "P50", "P95", "P99")
    for phase in result.phases:
        response = phase.requests.response
        table.add_row(
            Text(phase.name),
            f"{phase.sessions.started:,}",
            format_rate(phase.offered_rate),
            format_rate(round(phase.achieved_rate, 2)),
            _share(phase.requests),
            *(_time(each) for each in (response.p50_us, response.p95_us, response.p99_us)),
        )
    return table


def _columns() -> int:
    """How many columns of figures fit beside an endpoint's name."""
    return len(_FIGURES) if console.stderr().width >= _ROOM_FOR_ALL else len(_FIGURES) - 2


def _figures(requests: Requests) -> list[str]:
    response = requests.response
    times = (response.p50_us, response.p95_us, response.p99_us, response.max_us)
    return [
        f"{requests.count:,}",
        _share(requests),
        *(_time(each) for each in times),
        _time(requests.service.p95_us),
    ]


def _errors(result: LoadResult) -> None:
    if result.requests.errors:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in result.requests.errors.items())
        console.say(f"Failed requests: {kinds}", style="red")
    cut = result.sessions.cut
    sessions = result.sessions
    console.say(
        f"{sessions.planned:,} sessions planned = {sessions.started:,} started "
        f"+ {sessions.dropped:,} dropped; {sessions.completed:,} completed, "
        f"{sessions.failed:,} failed" + (f", {cut:,} cut by the end" if cut else "")
    )
    console.say(
        f"{result.requests.count:,} requests in {format_duration(result.elapsed_us)}: "
        f"{format_rate(round(result.requests_per_second, 1))}"
    )


def _health(result: LoadResult) -> None:
    certificate = result.certificate
    lateness = certificate.lateness
    if lateness.count:
        console.say(
            f"Generator: late by {_time(lateness.p50_us)} P50, {_time(lateness.p99_us)} P99, "
            f"{_time(lateness.max_us)} at most; "
            f"{format_percent(certificate.cpu_share or 0)} of a core",
            style="dim",
        )
    for warning in certificate.warnings:
        console.say(f"warning: {warning}", style="yellow")
    for reason in certificate.reasons:
        console.say(f"INVALID: {reason}", style="bold magenta")
    if result.status is RunStatus.PARTIAL:
        console.say(f"PARTIAL: {result.reason}", style="yellow")


def _table(first: str, *others: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(first, overflow="fold")  # names go on below; figures are never cut
    for name in others:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _time(value: int | None) -> str:
    return "-" if value is None else format_duration(value)


def _share(requests: Requests) -> str:
    return format_percent(requests.failed / requests.count) if requests.failed else "0"
