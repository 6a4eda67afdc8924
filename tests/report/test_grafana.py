"""Dashboards: every expression is answered by a real Prometheus that scrapes the real thing."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

import pytest

from kampyn_perf.report.grafana import Board, dashboard, panels
from kampyn_perf.report.load import Format, export
from kampyn_perf.report.serving import LivePage
from tests.backend.conftest import start
from tests.cli.conftest import SETTINGS
from tests.report import prometheus
from tests.report.html.samples import failing_run, judged

NODE = ("node_cpu_seconds_total", "node_memory_MemAvailable_bytes")
UNITS = {"reqps", "percentunit", "s", "short", "bytes"}


@pytest.mark.parametrize("board", Board)
def test_it_is_what_grafana_imports(board: Board) -> None:
    document = json.loads(dashboard(board))
    shown = document["panels"]
    assert [panel["title"] for panel in shown] == [panel.title for panel in panels(board)]
    assert len({panel["id"] for panel in shown}) == len(shown)
    places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in shown}
    assert len(places) == len(shown)
    for panel in shown:
        assert panel["datasource"] == {"type": "prometheus", "uid": "${DS_PROMETHEUS}"}
        assert panel["fieldConfig"]["defaults"]["unit"] in UNITS
        references = [target["refId"] for target in panel["targets"]]
        assert references == ["A", "B", "C"][: len(references)]


@pytest.mark.promtool
def test_prometheus_answers_every_panel(tmp_path: Path) -> None:
    """Of a run as it is served, and of the bundled backend. There is no node_exporter, so that its
    two panels are taken and empty."""
    page = LivePage(0)
    runs = [failing_run(seconds=n) for n in (10, 15, 20)]
    try:
        with start(SETTINGS, state_dir=tmp_path / "backend") as backend:
            scraped = {
                "run": f"{page.url.removeprefix('http://')}/metrics",
                "backend": f"{backend.url.removeprefix('http://')}/metrics",
            }
            with prometheus.started(tmp_path, scraped) as server:
                for run in runs:
                    text = export(run, Format.OPENMETRICS, verdict=judged(run))
                    page.show(lambda: b"", lambda text=text: text)
                    for _ in range(3):
                        urllib.request.urlopen(f"{backend.url}/api/item/retail/uni/123").read()
                        login(backend.url)
                    server.until(f"kampyn_perf_requests_total == {run.endpoints[0].requests.count}")
                server.until("count_over_time(cache_requests_total[1m]) > 2")
                empty = [
                    (board.value, panel.title)
                    for board in Board
                    for panel in panels(board)
                    for expression, _legend in panel.lines
                    if not server.query(expression.replace("$__rate_interval", "1m"))
                    and not any(metric in expression for metric in NODE)
                ]
    finally:
        page.close()
    assert empty == []


def login(url: str) -> None:
    body = json.dumps({"email": "test@example.com", "password": "password"}).encode()
    asked = urllib.request.Request(
        f"{url}/api/user/auth/login", data=body, headers={"Content-Type": "application/json"}
    )
    urllib.request.urlopen(asked).read()
