"""Pushing, to Debian's gateway and to one that refuses."""

from __future__ import annotations

import base64
import shutil
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from kampyn_perf.report.telemetry.push_gateway import PushGateway
from kampyn_perf.report.telemetry.snapshot import DeliveryError, Snapshot
from tests.cli import program
from tests.report.html.samples import failing_run, judged
from tests.report.telemetry.receiver import receiver

PROGRAM = shutil.which("prometheus-pushgateway")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[str]:
    if PROGRAM is None:
        pytest.skip("needs Debian's prometheus-pushgateway")
    port = free_port()
    log = (tmp_path / "gateway.log").open("w")
    process = subprocess.Popen(
        # Debian's keeps what was pushed for the next start, unless told where.
        [
            PROGRAM,
            f"--web.listen-address=127.0.0.1:{port}",
            f"--persistence.file={tmp_path / 'pushed'}",
        ],
        stdout=log,
        stderr=subprocess.STDOUT,
        cwd=tmp_path,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        program.wait_for(lambda: answers(port), seconds=30, what="the gateway")
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)
        log.close()


def answers(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


def requests_of(url: str) -> dict[tuple[str, str, str], float]:
    """By endpoint, job and instance, as Prometheus would scrape them."""
    with urllib.request.urlopen(f"{url}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    return {
        (sample.labels["endpoint"], sample.labels["job"], sample.labels["instance"]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "kampyn_perf_requests_total"
    }


def test_a_real_gateway_has_the_newest_of_each_machine(gateway: str) -> None:
    for seconds in (10, 20):
        result = failing_run(seconds=seconds)
        PushGateway(gateway, instance="one / two").send(Snapshot(result, judged))
    newest = {
        (each.name, "kampyn-perf", "one / two"): each.requests.count for each in result.endpoints
    }
    # A gateway may answer a push before a scrape shows it.
    program.wait_for(lambda: requests_of(gateway) == newest, seconds=30, what="the newest push")


def test_user_and_password_go_along_and_are_not_named() -> None:
    with receiver() as server:
        url = server.url.replace("//", "//me:secret@")
        gateway = PushGateway(url, instance="here")
        gateway.send(Snapshot(failing_run(), judged))
        ((method, path, headers, body),) = server.asked
    assert (method, path) == ("PUT", "/metrics/job/kampyn-perf/instance/here")
    assert headers["Authorization"] == "Basic " + base64.b64encode(b"me:secret").decode()
    assert b"kampyn_perf_requests_total{" in body
    assert "secret" not in gateway.name


def test_what_is_refused_is_told() -> None:
    with receiver() as server:
        server.status = 401
        with pytest.raises(DeliveryError, match="it answered 401"):
            PushGateway(server.url, instance="here").send(Snapshot(failing_run(), judged))
    with pytest.raises(DeliveryError, match="refused"):
        PushGateway(f"http://127.0.0.1:{free_port()}", instance="x").send(
            Snapshot(failing_run(), judged)
        )
