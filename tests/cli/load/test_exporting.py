"""`load --otlp --push-gateway` as the real program: what receivers get of a run, and what the
target sees of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.cli import program
from tests.cli.docs import pages
from tests.report.telemetry.receiver import Receiver, attributes, receiver

WAYS = ("--otlp", "--push-gateway")
RUN = ("--rate", "20", "--for", "3s", *program.PATIENT, "--set", "config.export.every=1s")


class Target(ThreadingHTTPServer):
    """Answers 503 to every fifth request; remembers what each was sent."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.seen: list[tuple[str, int]] = []
        """`traceparent`, and the status of the answer."""


class _Answer(BaseHTTPRequestHandler):
    server: Target
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        status = 503 if len(self.server.seen) % 5 == 4 else 200
        self.server.seen.append((self.headers.get("traceparent", ""), status))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing."""


@pytest.fixture
def target() -> Iterator[Target]:
    server = Target()
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def url_of(target: Target) -> str:
    return f"http://127.0.0.1:{target.server_address[1]}/items"


def test_failed_sessions_are_told_under_the_ids_that_the_target_saw(
    tmp_path: Path, target: Target
) -> None:
    """Both lines of docs/export.md in one run."""
    to_otlp, to_gateway = (pages.one("docs/export.md", f"load {way} http") for way in WAYS)
    with receiver() as otlp, receiver() as gateway:
        done = program.run(
            tmp_path,
            *pages.typed(to_otlp, {"http://localhost:4318": otlp.url}),
            *pages.typed(to_gateway, {"http://localhost:9091": gateway.url})[1:],
            *(url_of(target), "--out", "run", *RUN),
        )
    assert done.code == 1, done.err
    seen = [(parent, status) for parent, status in target.seen if parent]
    failed = {parent for parent, status in seen if status == 503}
    assert len(seen) == len({parent for parent, _ in seen}) == 60
    assert failed
    requests = [span for span in otlp.spans if span.parent_span_id]
    told = {f"00-{span.trace_id.hex()}-{span.span_id.hex()}-01": span for span in requests}
    assert set(told) == failed
    assert {attributes(span)["http.response.status_code"] for span in requests} == {503}
    sessions = {span.trace_id for span in otlp.spans if not span.parent_span_id}
    assert sessions == {span.trace_id for span in requests}
    result = orjson.loads((tmp_path / "run" / "result.json").read_bytes())
    assert result["requests"]["count"] == 60
    assert len(otlp.metrics) >= 2
    assert counted(otlp) == pushed(gateway) == 60
    assert f"Traces of slow and failed sessions: {len(failed)}" in done.err
    assert f"Told to push gateway {gateway.url}: " in done.err


def counted(otlp: Receiver) -> float:
    """Requests of the last delivery."""
    metrics = {metric.name: metric for metric in otlp.metrics[-1]}
    return sum(point.as_double for point in metrics["kampyn_perf_requests"].sum.data_points)


def pushed(gateway: Receiver) -> float:
    text = gateway.asked[-1][3].decode()
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "kampyn_perf_requests_total"
    )


def test_a_receiver_that_is_gone_changes_nothing_but_a_line(tmp_path: Path, target: Target) -> None:
    with receiver() as gone:
        url = gone.url
    short = ("--rate", "20", "--for", "1s", *program.PATIENT)
    done = program.run(tmp_path, "load", url_of(target), "--push-gateway", url, *short)
    assert done.code in (1, 4), done.err
    assert f"Told to push gateway {url}: 0 of 1 times; " in done.err
    assert "refused" in done.err
    assert all(not parent for parent, _ in target.seen)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--otlp", "http://elsewhere.example:4318"), "elsewhere.example is not this machine"),
        (("--push-gateway", "ftp://localhost"), "not an http or https URL: ftp://localhost"),
        (("--set", "config.export.traces.share=2"), "config.export.traces.share"),
    ],
)
def test_what_cannot_be_told_ends_it_before_anything_is_sent(
    tmp_path: Path, target: Target, flags: tuple[str, ...], words: str
) -> None:
    done = program.run(tmp_path, "load", url_of(target), *flags, "--rate", "1", "--for", "1s")
    assert done.code == 2, done.err
    assert words in done.err
    assert target.seen == []
