"""What failed: every failed request is in one group, with its time, and the first one's words."""

from __future__ import annotations

import orjson
import pytest
from pydantic import ValidationError

from kampyn_perf.outcomes import ErrorKind
from kampyn_perf.recorder import failures, grouping
from kampyn_perf.recorder.buffer import Sample, SampleBuffer
from kampyn_perf.recorder.collector import Collector
from kampyn_perf.recorder.interval import Gauges, Interval
from kampyn_perf.results.failures import Failure

SECOND = 1_000_000


class Run:
    """A buffer and a collector, second by second, over the wire between them."""

    def __init__(self, **options: int) -> None:
        self.buffer = SampleBuffer()
        self.collector = Collector(**options)
        self.now_us = 0

    def failed(self, error: ErrorKind, words: str = "", *, status: int = 0, **key: object) -> None:
        place = {"endpoint": "GET /x", "flow": "a", "phase": 0} | key
        explain = lambda: words  # noqa: E731
        self.buffer.request(Sample(9, 9, status, error, explain=explain), **place)

    def second(self) -> None:
        self.now_us += SECOND
        sent = orjson.loads(orjson.dumps(self.buffer.take(self.now_us, Gauges()).to_message()))
        self.collector.take(Interval.from_message(sent))

    def figures(self) -> list[Failure]:
        return self.collector.failures.figures()


def test_failures_are_kept_by_endpoint_and_cause_with_first_words_and_times() -> None:
    run = Run()
    run.second()
    run.failed(ErrorKind.HTTP_5XX, "no room", status=503)
    run.failed(ErrorKind.HTTP_5XX, "still none", status=503)
    run.failed(ErrorKind.HTTP_5XX, "broken", status=500)
    run.failed(ErrorKind.TIMEOUT, "30 s passed", endpoint="POST /y")
    run.second()
    run.second()
    run.failed(ErrorKind.HTTP_5XX, "and again", status=503, flow="b", phase=1)
    run.second()
    assert [(one.endpoint, one.cause, one.kind, one.count) for one in run.figures()] == [
        ("GET /x", "503", "http_5xx", 3),
        ("GET /x", "500", "http_5xx", 1),
        ("POST /y", "timeout", "timeout", 1),
    ]
    most = run.figures()[0]
    assert most.message == "no room"
    assert (most.first_us, most.last_us) == (SECOND, 4 * SECOND)
    assert (most.width_us, most.at, most.counts) == (SECOND, [1, 3], [2, 1])


def test_an_answer_that_the_scenario_refused_is_told_from_its_status() -> None:
    """A 200 with the wrong content is no failure of status 200."""
    run = Run()
    run.failed(ErrorKind.CONTENT, "the answer has no token", status=200)
    run.second()
    (only,) = run.figures()
    assert (only.cause, only.kind, only.message) == (
        "content",
        "content",
        "the answer has no token",
    )


def test_words_are_asked_for_once() -> None:
    asked: list[int] = []
    buffer = SampleBuffer()

    def explain() -> str:
        asked.append(1)
        return "refused"

    for _ in range(3):
        sample = Sample(9, 9, 0, ErrorKind.CONNECT, explain=explain)
        buffer.request(sample, endpoint="GET /x", flow="a", phase=0)
        buffer.take(SECOND, Gauges())
    assert asked == [1]


def test_a_success_is_no_failure_and_a_warm_up_is_left_out() -> None:
    run = Run(warm_up_us=SECOND)
    run.failed(ErrorKind.HTTP_4XX, status=404, phase=0)
    run.buffer.request(Sample(9, 9, 200, None), endpoint="GET /x", flow="a", phase=1)
    run.second()
    assert run.figures() == []


def test_a_long_run_keeps_few_stretches_and_loses_no_failure() -> None:
    run = Run()
    seconds = 3 * failures.MAX_STRETCHES
    for _ in range(seconds):
        run.failed(ErrorKind.RESET)
        run.second()
    (only,) = run.figures()
    assert only.count == sum(only.counts) == seconds
    assert len(only.at) <= failures.MAX_STRETCHES
    assert only.width_us * (only.at[-1] + 1) >= only.last_us


def test_causes_beyond_a_number_share_a_name() -> None:
    run = Run()
    for number in range(grouping.MAX_CAUSES + 50):
        run.failed(ErrorKind.RESET, endpoint=f"GET /{number}")
    run.second()
    figures = run.figures()
    assert len(figures) <= grouping.MAX_CAUSES + 1
    assert sum(one.count for one in figures) == grouping.MAX_CAUSES + 50
    assert grouping.OTHER_ENDPOINTS in {one.endpoint for one in figures}


def test_a_damaged_one_is_refused() -> None:
    with pytest.raises(ValidationError, match="do not add up"):
        Failure(
            endpoint="GET /x", cause="503", kind="http_5xx", count=3, first_us=0, last_us=1,
            width_us=SECOND, at=[0], counts=[2],
        )  # fmt: skip
