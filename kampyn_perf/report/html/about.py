"""What a page says of the run beside its figures over time: the key figures, the generator's
health, the machine and the configuration. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from kampyn_perf.results.load import LoadResult
from kampyn_perf.units import (
    counted,
    format_duration,
    format_moment,
    format_percent,
    format_rate,
    format_size,
)

MOST_CONFIGURATION = 64 * 1024
"""Characters; the run's folder has all of it."""


@dataclass(frozen=True)
class KeyFigure:
    """One of the few that are read first, and what stands beside it."""

    name: str
    text: str
    more: str = ""
    value: float | int | None = None
    """In the result."""


def key_of(result: LoadResult) -> list[KeyFigure]:
    """Response time, requests, failures, sessions, and the Apdex where one was asked for."""
    sessions, requests = result.sessions, result.requests
    response, failed = requests.response, requests.failed
    share = f"{format_percent(failed / requests.count)} of the requests" if failed else ""
    planned = f"of {sessions.planned:,} planned" if sessions.started < sessions.planned else ""
    figures = [
        KeyFigure(
            "Response time P95",
            _time(response.p95_us),
            f"P50 {_time(response.p50_us)}, P99 {_time(response.p99_us)}"
            + (", the failed included" if failed else ""),
            response.p95_us,
        ),
        KeyFigure(
            "Requests",
            f"{requests.count:,}",
            format_rate(round(result.requests_per_second, 1)),
            requests.count,
        ),
        KeyFigure("Failed", f"{failed:,}", share, failed),
        KeyFigure("Sessions", f"{sessions.started:,}", planned, sessions.started),
    ]
    if (apdex := result.apdex) and apdex.score is not None:
        figures.append(KeyFigure("Apdex", f"{apdex.score:.2f}", apdex.rating, apdex.score))
    return figures


def of_run(result: LoadResult) -> list[str]:
    """What was run, of what, when."""
    return [
        f"profile {result.profile}, seed {result.seed}",
        f"{result.target.name}, {result.target.url}",
        format_moment(result.started_at),
        format_duration(result.elapsed_us),
    ]


def _time(value: int | None) -> str:
    return "–" if value is None else format_duration(value)


def health_of(result: LoadResult) -> list[tuple[str, str]]:
    """How the generator was, and the watchers."""
    validity = result.validity
    late = validity.lateness
    rows = []
    if late.count:
        figures = (late.p50_us, late.p99_us, late.max_us)
        told = ", ".join(
            f"{format_duration(value)} {what}"
            for value, what in zip(figures, ("P50", "P99", "at most"), strict=True)
            if value is not None
        )
        rows.append(("Sessions started late by", told))
    if validity.cpu_share is not None:
        rows.append(("CPU of the generators", f"{format_percent(validity.cpu_share)} of a core"))
    if validity.cpu_steal_share is not None:
        rows.append(("CPU taken by the hypervisor", format_percent(validity.cpu_steal_share)))
    rows.append(("Event loop stood for at most", format_duration(validity.loop_lag_max_us)))
    rows.append(
        (
            "Garbage collection",
            f"{counted(validity.gc_pauses, 'pause')}, "
            f"{format_duration(validity.gc_pause_max_us)} at most",
        )
    )
    for what, room in (("Descriptors", validity.file_descriptors), ("Ports", validity.ports)):
        if room:
            rows.append((what, f"{room.used:,} of {room.limit:,}"))
    if result.watching:
        rows.append(
            ("CPU of the watchers", f"{format_percent(result.watching.cpu_share)} of a core")
        )
    return rows


def machine_of(result: LoadResult) -> list[tuple[str, str]]:
    memory = format_size(result.machine.memory_bytes)
    return [
        ("memory", memory) if name == "memory_bytes" else (name, value)
        for name, value in pairs(result.machine.model_dump(mode="json"))
    ]


def pairs(values: Mapping[str, Any], before: str = "") -> list[tuple[str, str]]:
    """What is nested as a path: `versions.locust`; what is empty says nothing and is left out."""
    lines: list[tuple[str, str]] = []
    for key, value in values.items():
        if isinstance(value, Mapping):
            lines += pairs(value, f"{before}{key}.")
        elif value not in ("", None, []):
            lines.append((f"{before}{key}", _plain(value)))
    return lines


def _plain(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value, default=str).decode()


def indented(config: Mapping[str, Any]) -> str:
    """As JSON for the eye, or its beginning."""
    text = orjson.dumps(config, option=orjson.OPT_INDENT_2, default=str).decode()
    return text[:MOST_CONFIGURATION]
