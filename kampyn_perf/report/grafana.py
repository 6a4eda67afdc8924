"""Dashboards for Grafana, of a run and of a backend in production. Pure.

Grafana's own model of a dashboard, as it imports it: the data source is asked for at the import,
and the window of rates is what Grafana takes for the scrape interval at hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from kampyn_perf import names

_WINDOW = "$__rate_interval"
_SCHEMA = 39
"""Of Grafana 10 and 11."""
_WIDTH, _HEIGHT, _COLUMNS = 12, 8, 24
_NO_HEALTH = 'route!~"/metrics|/health|/api/health"'


class Board(StrEnum):
    """What there is a dashboard of."""

    RUN = "run"
    """A load that goes on, from `load --live-report`."""
    PRODUCTION = "production"
    """A backend with the bundled one's metrics, and its machine's node_exporter."""


@dataclass(frozen=True)
class Panel:
    """One chart: expressions with the names of their lines, and a threshold."""

    title: str
    unit: str
    """Grafana's: `s`, `reqps`, `percentunit`, `bytes`, `short`."""
    lines: Sequence[tuple[str, str]]
    goal: float | None = None
    about: str = ""


def _rate(series: str, *, by: str = "") -> str:
    return f"sum{f' by ({by}) ' if by else ''}(rate({series}[{_WINDOW}]))"


def _share(part: str, whole: str, *, by: str = "") -> str:
    return f"{_rate(part, by=by)} / {_rate(whole, by=by)}"


def _mean(histogram: str, *, by: str = "") -> str:
    return _share(f"{histogram}_sum", f"{histogram}_count", by=by)


def _quantiles(histogram: str, labels: str = "") -> list[tuple[str, str]]:
    buckets = _rate(f"{histogram}_bucket{labels}", by="le")
    return [(f"histogram_quantile({q / 100}, {buckets})", f"P{q}") for q in (50, 95, 99)]


def _run() -> Sequence[Panel]:
    requests, failed = "kampyn_perf_requests_total", "kampyn_perf_failed_requests_total"
    missed = 'kampyn_perf_objective{outcome="fail"}'
    return (
        Panel("Requests", "reqps", [(_rate(requests, by="endpoint"), "{{endpoint}}")]),
        Panel(
            "Failed requests",
            "percentunit",
            [(_share(failed, requests, by="endpoint"), "{{endpoint}}")],
            goal=0.011,
        ),
        Panel(
            "Response time",
            "s",
            _quantiles("kampyn_perf_response_time_seconds"),
            goal=0.5,
            about="From when a request was due to its last byte.",
        ),
        Panel(
            "Service time",
            "s",
            _quantiles("kampyn_perf_service_time_seconds"),
            about="From when a request was sent to its last byte.",
        ),
        Panel("Sessions in flight", "short", [("kampyn_perf_sessions_in_flight", "in flight")]),
        Panel(
            "Sessions", "reqps", [(_rate("kampyn_perf_sessions_total", by="state"), "{{state}}")]
        ),
        Panel("Objectives missed so far", "short", [(missed, "{{objective}}")]),
        Panel(
            "Whether the run is valid",
            "short",
            [("kampyn_perf_run_valid", "valid")],
            about="0: the generator was not healthy, and the numbers may be its own.",
        ),
    )


def _production() -> Sequence[Panel]:
    counted = f"{names.METRIC_HTTP}_count"
    requests = f"{counted}{{{_NO_HEALTH}}}"
    client_errors = f'{counted}{{{_NO_HEALTH}, status=~"4.."}}'
    server_errors = f'{counted}{{{_NO_HEALTH}, status=~"5.."}}'
    hits = f'{names.METRIC_CACHE}{{outcome="hit"}}'
    idle = f'avg by (instance) (rate(node_cpu_seconds_total{{mode="idle"}}[{_WINDOW}]))'
    return (
        Panel("Requests", "reqps", [(_rate(requests, by="method, route"), "{{method}} {{route}}")]),
        Panel(
            "Response time",
            "s",
            _quantiles(names.METRIC_HTTP, f"{{{_NO_HEALTH}}}"),
            goal=0.5,
            about="As the backend sees it: without the network, and without the wait for a worker.",
        ),
        Panel(
            "Errors",
            "percentunit",
            [
                (f"({_rate(errors)} or vector(0)) / {_rate(requests)}", name)
                for errors, name in ((client_errors, "4xx"), (server_errors, "5xx"))
            ],
            goal=0.01,
        ),
        Panel(
            "Database queries, mean",
            "s",
            [
                (
                    _mean(names.METRIC_DB, by="collection, operation"),
                    "{{collection}} {{operation}}",
                )
            ],
            goal=0.05,
        ),
        Panel("Cache hits", "percentunit", [(_share(hits, names.METRIC_CACHE), "hits")]),
        Panel("Event-loop lag", "s", _quantiles(names.METRIC_LOOP_LAG)[1:]),
        Panel(
            "Password hashing, mean",
            "s",
            [
                (_mean(names.METRIC_HASH), "a hash"),
                (_mean(names.METRIC_HASH_WAIT), "its wait for a thread"),
            ],
        ),
        Panel("Requests in flight", "short", [(f"sum({names.METRIC_IN_FLIGHT})", "in flight")]),
        Panel("CPU of the machine", "percentunit", [(f"1 - {idle}", "{{instance}}")], goal=0.7),
        Panel(
            "Memory of the machine",
            "percentunit",
            [("1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes", "{{instance}}")],
            goal=0.8,
        ),
    )


_PANELS = {Board.RUN: _run, Board.PRODUCTION: _production}
_TITLES = {
    Board.RUN: ("kampyn-perf: a run", "5s", "now-15m"),
    Board.PRODUCTION: ("KAMPYN: production", "30s", "now-6h"),
}


def panels(board: Board) -> Sequence[Panel]:
    """What it shows."""
    return _PANELS[board]()


def dashboard(board: Board) -> bytes:
    """The JSON that Grafana imports, ending in a newline."""
    title, refresh, start = _TITLES[board]
    source = {
        "name": "DS_PROMETHEUS",
        "label": "Prometheus",
        "type": "datasource",
        "pluginId": "prometheus",
        "pluginName": "Prometheus",
    }
    document = {
        "__inputs": [source],
        "title": title,
        "uid": f"kampyn-perf-{board.value}",
        "schemaVersion": _SCHEMA,
        "tags": ["kampyn-perf"],
        "time": {"from": start, "to": "now"},
        "refresh": refresh,
        "editable": True,
        "panels": [_panel(number, panel) for number, panel in enumerate(panels(board))],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    across = _COLUMNS // _WIDTH
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if panel.goal is not None:
        steps.append({"color": "red", "value": panel.goal})
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": panel.title,
        "description": panel.about,
        "datasource": {"type": "prometheus", "uid": "${DS_PROMETHEUS}"},
        "gridPos": {
            "x": number % across * _WIDTH,
            "y": number // across * _HEIGHT,
            "w": _WIDTH,
            "h": _HEIGHT,
        },
        "fieldConfig": {
            "defaults": {
                "unit": panel.unit,
                "min": 0,
                "thresholds": {"mode": "absolute", "steps": steps},
                "custom": {"thresholdsStyle": {"mode": "off" if panel.goal is None else "line"}},
            },
            "overrides": [],
        },
        "targets": [
            {"refId": chr(ord("A") + place), "expr": expression, "legendFormat": legend}
            for place, (expression, legend) in enumerate(panel.lines)
        ],
    }
