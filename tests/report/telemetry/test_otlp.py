"""What an OpenTelemetry receiver gets of a run: its figures to the digit, and its traces.

Tests `kampyn_perf/report/telemetry/otlp_data.py` too.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from kampyn_perf.errors import KampynError
from kampyn_perf.recorder.traces import RequestTrace, SessionTrace
from kampyn_perf.report.telemetry.otlp import Otlp, attributes_of
from kampyn_perf.report.telemetry.snapshot import DeliveryError, Snapshot
from tests.report.html.samples import failing_run, judged
from tests.report.telemetry.receiver import Receiver, attributes, receiver

RESULT = failing_run()
FAILED = RequestTrace(
    span="00000000000000b1",
    name="POST /order/{userId}",
    due_us=1_000_000,
    start_us=1_200_000,
    end_us=1_500_000,
    status=503,
    error="http_5xx",
    words="503: no stock",
)
FINE = RequestTrace(
    span="00000000000000b2", name="GET /items", due_us=0, start_us=0, end_us=9_000, status=200
)
TRACE = SessionTrace(
    trace="000000000000000000000000000000ff",
    span="00000000000000a0",
    flow="Order",
    phase=1,
    number=7,
    due_us=0,
    end_us=1_500_000,
    why="failed",
    requests=(FINE, FAILED),
)


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


def otlp(url: str) -> Otlp:
    attributes = attributes_of(instance="here", target="reference", profile="quick")
    return Otlp(url, attributes=attributes, phases=["calm", "busy"])


def test_figures_are_those_of_the_result(server: Receiver) -> None:
    otlp(server.url).send(Snapshot(RESULT, judged))
    (told,) = server.metrics
    metrics = {metric.name: metric for metric in told}
    for endpoint in RESULT.endpoints:
        mine = {"endpoint": endpoint.name}
        (count,) = [
            point
            for point in metrics["kampyn_perf_requests"].sum.data_points
            if attributes(point) == mine
        ]
        assert count.as_double == endpoint.requests.count
        (times,) = [
            point
            for point in metrics["kampyn_perf_response_time_seconds"].histogram.data_points
            if attributes(point) == mine
        ]
        assert times.count == sum(times.bucket_counts) == endpoint.requests.count
        assert len(times.bucket_counts) == len(times.explicit_bounds) + 1
        assert times.sum == endpoint.requests.response.sum_us / 1e6
        assert not times.HasField("min")
    assert metrics["kampyn_perf_requests"].sum.is_monotonic
    assert metrics["kampyn_perf_requests"].sum.aggregation_temporality == 2  # cumulative
    outcomes = {
        (attributes(point)["objective"], attributes(point)["outcome"])
        for point in metrics["kampyn_perf_objective"].gauge.data_points
        if point.as_double
    }
    assert outcomes == {
        (f"{one.name} {one.scope_text}" if one.scope else one.name, one.outcome.value)
        for one in judged(RESULT).objectives
    }
    assert server.resource["service.name"] == "kampyn-perf"
    assert server.resource["service.instance.id"] == "here"


def test_a_session_is_a_span_with_its_requests_below(server: Receiver) -> None:
    otlp(server.url).send(Snapshot(RESULT, judged, (TRACE,)))
    session, fine, failed = server.spans
    assert {span.trace_id.hex() for span in server.spans} == {TRACE.trace}
    assert (session.name, session.span_id.hex(), session.parent_span_id) == (
        "Order",
        TRACE.span,
        b"",
    )
    assert attributes(session)["kampyn_perf.phase"] == "busy"
    assert attributes(session)["kampyn_perf.why"] == "failed"
    assert [span.parent_span_id.hex() for span in (fine, failed)] == [TRACE.span] * 2
    assert [span.span_id.hex() for span in (fine, failed)] == [FINE.span, FAILED.span]
    assert (failed.start_time_unix_nano, failed.end_time_unix_nano) == (
        1_200_000_000,
        1_500_000_000,
    )
    assert (failed.kind, failed.status.code, failed.status.message) == (3, 2, "503: no stock")
    assert attributes(failed) == {
        "http.request.method": "POST",
        "kampyn_perf.response_time": 0.5,
        "kampyn_perf.waited": 0.2,
        "http.response.status_code": 503,
        "error.type": "http_5xx",
    }
    assert fine.status.code == 0


def test_without_traces_none_are_sent(server: Receiver) -> None:
    otlp(server.url).send(Snapshot(RESULT, judged))
    assert server.bodies("/v1/traces") == []


def test_what_is_refused_is_told_and_nothing_printed(
    server: Receiver, capfd: pytest.CaptureFixture[str]
) -> None:
    server.status = 403
    with pytest.raises(DeliveryError, match=r"traces: .*403.*; metrics: .*403"):
        otlp(server.url).send(Snapshot(RESULT, judged, (TRACE,)))
    assert capfd.readouterr() == ("", "")


def test_the_extra_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "kampyn_perf.report.telemetry.otlp_data", None)
    monkeypatch.delattr("kampyn_perf.report.telemetry.otlp_data", raising=False)
    with pytest.raises(KampynError, match="not installed") as caught:
        otlp("http://127.0.0.1:1")
    assert caught.value.hint == "pip install 'kampyn-perf[otel]'"
