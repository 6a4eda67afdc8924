"""A result for people: one table per endpoint, one per phase, and how healthy the run was."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kampyn_perf.cli import console
from kampyn_perf.results.load import LoadResult, PhaseResult, Requests, RunStatus
from kampyn_perf.units import counted, format_duration, format_percent, format_rate

if TYPE_CHECKING:
    from rich.table import Table

_Row = tuple[str, Mapping[str, str]]
"""A name, and its figures by the heads of their columns."""
_GAP = 2
_NAME_WIDTH = 20
"""Columns that a name has at least: in fewer, rows cannot be told apart."""
_WORD, _PART = re.compile(r"\S+ ?"), re.compile(r"[^/ ]*[/ ]|[^/ ]+")
"""Of a name: up to a space; up to a slash or a space."""
_ROOM_FOR_ALL = 100
"""Columns of a terminal from which on an endpoint's row holds all figures."""
_LEAST_FIRST = ("service P95", "max", "sessions", "requests", "P50", "offered", "P99", "failed")
"""What goes from a narrow terminal, in this order; `achieved` and P95 stay."""


def show(result: LoadResult) -> None:
    """All of it."""
    for table in (_endpoints(result), _phases(result)):
        console.say("")
        console.show(table)
    console.say("")
    _accounts(result)
    _apdex(result)
    _apart(result)
    _health(result)


def _endpoints(result: LoadResult) -> Table:
    rows = [(endpoint.name, _figures(endpoint.requests)) for endpoint in result.endpoints]
    return _table("endpoint", rows, total=_figures(result.requests))


def _phases(result: LoadResult) -> Table:
    return _table("phase", [(phase.name, _of_phase(phase)) for phase in result.phases])


def _of_phase(phase: PhaseResult) -> dict[str, str]:
    response = phase.requests.response
    return {
        "sessions": f"{phase.sessions.started:,}",
        "offered": format_rate(phase.offered_rate),
        "achieved": format_rate(round(phase.achieved_rate, 2)),
        "failed": _share(phase.requests),
        "P50": _time(response.p50_us),
        "P95": _time(response.p95_us),
        "P99": _time(response.p99_us),
    }


def _figures(requests: Requests) -> dict[str, str]:
    response = requests.response
    figures = {
        "requests": f"{requests.count:,}",
        "failed": _share(requests),
        "P50": _time(response.p50_us),
        "P95": _time(response.p95_us),
        "P99": _time(response.p99_us),
    }
    if console.width() < _ROOM_FOR_ALL:
        return figures
    return figures | {
        "max": _time(response.max_us),
        "service P95": _time(requests.service.p95_us),
    }


def _accounts(result: LoadResult) -> None:
    cut = result.sessions.cut
    sessions = result.sessions
    console.say_wrapped(
        f"{sessions.planned:,} sessions planned = {sessions.started:,} started "
        f"+ {sessions.dropped:,} dropped; {sessions.completed:,} completed, "
        f"{sessions.failed:,} failed" + (f", {cut:,} cut by the end" if cut else "")
    )


def _apdex(result: LoadResult) -> None:
    apdex = result.apdex
    if apdex is None or apdex.score is None:
        return
    console.say_wrapped(f"Apdex {apdex.score:.2f} ({apdex.rating}): {apdex.parts_text}")


def _apart(result: LoadResult) -> None:
    if result.apart:
        counts = (f"{endpoint.count:,} {endpoint.name}" for endpoint in result.apart)
        console.say_wrapped(
            f"Beside the load, and in no number above: {', '.join(counts)}", style="dim"
        )


def _health(result: LoadResult) -> None:
    validity = result.validity
    lateness = validity.lateness
    if lateness.count:
        console.say_wrapped(
            f"Generator: late by {_time(lateness.p50_us)} P50, {_time(lateness.p99_us)} P99, "
            f"{_time(lateness.max_us)} at most; "
            f"{format_percent(validity.cpu_share or 0)} of a core",
            style="dim",
        )
    if result.watching and result.watching.watchers:
        console.say_wrapped(
            f"Watching: {len(result.measurements)} series by "
            f"{counted(len(result.watching.watchers), 'watcher')}; "
            f"{format_percent(result.watching.cpu_share)} of a core",
            style="dim",
        )
    for warning in validity.warnings:
        console.say_wrapped(f"warning: {warning}", style="yellow")
    if result.status is RunStatus.PARTIAL:
        console.say_wrapped(f"PARTIAL: {result.reason}", style="yellow")


def _table(first: str, rows: Sequence[_Row], *, total: Mapping[str, str] | None = None) -> Table:
    from rich.table import Table
    from rich.text import Text

    every = [*rows, *([("all", total)] if total else [])]
    columns = _fitting(every)
    room = max(console.width() - sum(_width(every, column) for column in columns), _NAME_WIDTH)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(first, overflow="fold")  # figures are never cut
    for name in columns:
        table.add_column(name, justify="right", no_wrap=True)
    for name, figures in rows:
        table.add_row(Text(broken_name(name, room)), *(figures[column] for column in columns))
    if total:
        table.add_section()
        table.add_row("all", *(total[column] for column in columns), style="bold")
    return table


def _fitting(rows: Sequence[_Row]) -> list[str]:
    """The columns of figures that leave the names their room."""
    if not rows:
        return []
    widths = {column: _width(rows, column) for column in rows[0][1]}
    room = console.width() - min(_NAME_WIDTH, max(len(name) for name, _ in rows))
    for column in _LEAST_FIRST:
        if sum(widths.values()) <= room:
            break
        widths.pop(column, None)
    return list(widths)


def _width(rows: Sequence[_Row], column: str) -> int:
    """Of a column of figures, with the gap before it."""
    return _GAP + max(len(column), *(len(figures[column]) for _, figures in rows))


def broken_name(name: str, width: int) -> str:
    """A name that has no room goes on below: after the method, or else from one of its path's
    parts on."""
    whole = all(len(word) <= width for word in name.split(" "))
    lines = [""]
    for part in (_WORD if whole else _PART).findall(name):
        if lines[-1] and len((lines[-1] + part).rstrip()) > width:
            lines.append("")
        lines[-1] += part
    return "\n".join(line.rstrip() for line in lines)


def _time(value: int | None) -> str:
    return "-" if value is None else format_duration(value)


def _share(requests: Requests) -> str:
    return format_percent(requests.failed / requests.count) if requests.failed else "0"
