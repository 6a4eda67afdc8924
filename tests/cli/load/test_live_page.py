"""`load --live-report` as the real program: the page and the metrics of a run that goes on."""

from __future__ import annotations

import time
import urllib.request
from pathlib import Path

from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.cli import program
from tests.cli.docs import pages
from tests.load.conftest import start_server
from tests.report import prometheus


def fetched(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        text: str = answer.read().decode()
    return text


def requests_in(text: str) -> float:
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "kampyn_perf_requests_total"
    )


def test_page_and_metrics_while_it_runs(tmp_path: Path) -> None:
    server = start_server()
    target = f"http://127.0.0.1:{server.port}/health"
    running = program.start(
        tmp_path,
        *pages.typed(pages.one("docs/export.md", "--live-report"), {"8089": "0"}),
        *(target, "--rate", "20", "--for", "60s", *program.PATIENT),
        childless=True,
    )
    try:
        assert running.stderr is not None
        url = next(line for line in running.stderr if line.startswith("Live report: ")).split()[-1]
        give_up = time.monotonic() + 60
        while not requests_in(fetched(f"{url}/metrics")):
            assert time.monotonic() < give_up
            time.sleep(0.2)
        assert "GET /health" in fetched(url)
        if prometheus.available():
            scraped_by_the_documented_file(tmp_path, url)
        running.send_signal(2)
        _out, _err = running.communicate(timeout=60)
    finally:
        running.kill()
        server.process.kill()
        server.process.communicate()
    assert running.returncode == 130


def scraped_by_the_documented_file(folder: Path, url: str) -> None:
    """`prometheus.yml` of docs/export.md, with the port that is free here."""
    text = (program.ROOT / "docs" / "export.md").read_text()
    config = text.partition("`prometheus.yml`:\n\n```yaml\n")[2].partition("```")[0]
    assert "127.0.0.1:8089" in config
    there = config.replace("127.0.0.1:8089", url.removeprefix("http://")).replace("5s", "1s")
    with prometheus.started_by(folder, there) as server:
        server.until('kampyn_perf_requests_total{job="run",endpoint="GET /health"} > 0')


def test_a_port_that_is_taken_ends_it_before_anything_is_sent(tmp_path: Path) -> None:
    server = start_server()
    try:
        target = f"http://127.0.0.1:{server.port}/health"
        done = program.run(tmp_path, "load", target, "--live-report", str(server.port))
        assert done.code == 2
        assert f"cannot serve the live report on port {server.port}" in done.err
        assert list(server.seen) == []
    finally:
        server.process.kill()
        server.process.communicate()
