"""The generator's side: an append a sample, a fresh start a second, nothing lost in silence.

Tests `kampyn_perf/outcomes.py` too.
"""

from __future__ import annotations

import pytest

from kampyn_perf.outcomes import ErrorKind
from kampyn_perf.recorder.buffer import Sample, SampleBuffer
from kampyn_perf.recorder.collector import Collector
from kampyn_perf.recorder.generator_health import HealthSample
from kampyn_perf.recorder.grouping import OTHER_ENDPOINTS
from kampyn_perf.recorder.interval import CellKey, Gauges
from tests.recorder.recording import SECOND, request, take


def test_a_sample_that_makes_no_sense_is_a_fault_not_a_number():
    buffer, collector = SampleBuffer(), Collector()
    request(buffer, response=-1)
    buffer.fault()
    collector.take(take(buffer, SECOND))
    assert collector.faults == 2
    assert not collector.endpoints


def test_endpoint_names_are_capped_and_no_sample_is_lost():
    buffer, collector = SampleBuffer(max_endpoints=3), Collector()
    for number in range(10):
        request(buffer, endpoint=f"GET /users/{number}")
    collector.take(take(buffer, SECOND))
    assert sorted(collector.endpoints) == [
        OTHER_ENDPOINTS,
        "GET /users/0",
        "GET /users/1",
        "GET /users/2",
    ]
    assert collector.total.response.count == 10
    assert collector.endpoints_overflowed


def test_what_was_taken_is_not_taken_again():
    buffer = SampleBuffer()
    request(buffer)
    buffer.session_planned(flow="a", phase=0)
    buffer.session_started(flow="a", phase=0, phase_now=0, late_us=7, waited=True)
    buffer.fault()
    health = HealthSample(cpu_us=5)
    first = buffer.take(SECOND, Gauges(in_flight=3), health)
    assert (first.from_us, first.to_us) == (0, SECOND)
    assert first.cells[CellKey("GET /x", "a", 0)].responses_us == [1000]
    assert (first.waited, first.waited_max_us, first.faults) == (1, 7, 1)
    assert first.gauges.in_flight == 3
    assert first.health is health
    second = buffer.take(2 * SECOND, Gauges())
    assert (second.from_us, second.to_us) == (SECOND, 2 * SECOND)
    assert (second.cells, second.sessions, second.started_in) == ({}, {}, {})
    assert (second.waited, second.waited_max_us, second.faults, second.lateness_us) == (0, 0, 0, [])


@pytest.mark.parametrize(
    ("status", "error", "unavailable"),
    [
        (200, None, 0),
        (404, ErrorKind.HTTP_4XX, 0),
        (500, ErrorKind.HTTP_5XX, 1),
        (503, None, 1),  # the scenario expected it, and it is no answer all the same
        (0, ErrorKind.TIMEOUT, 1),
        (200, ErrorKind.CONTENT, 0),
    ],
)
def test_unavailable_is_without_an_answer_or_from_500_on(status, error, unavailable):
    buffer = SampleBuffer()
    request(buffer, status=status, error=error)
    (cell,) = buffer.take(SECOND, Gauges()).cells.values()
    assert cell.unavailable == unavailable
    assert cell.ended == 1
    assert cell.statuses == ({str(status): 1} if status else {})
    assert cell.errors == ({error.value: 1} if error else {})


def test_the_first_of_a_cause_is_asked_for_its_words():
    asked: list[str] = []

    def failed(words: str) -> Sample:
        explain = lambda: asked.append(words) or words  # noqa: E731
        return Sample(1, 1, 500, ErrorKind.HTTP_5XX, explain=explain)

    buffer = SampleBuffer()
    for words in ("first", "second"):
        buffer.request(failed(words), endpoint="GET /x", flow="a", phase=0)
    buffer.request(failed("other"), endpoint="GET /y", flow="a", phase=0)
    cells = buffer.take(SECOND, Gauges()).cells
    assert asked == ["first", "other"]
    assert cells[CellKey("GET /x", "a", 0)].messages == {"500": "first"}
    assert cells[CellKey("GET /x", "a", 0)].failures == {"500": 2}


def test_in_a_warm_up_lateness_is_of_no_account():
    buffer = SampleBuffer(warm_up=True)
    for phase in (0, 1):
        buffer.session_started(flow="a", phase=phase, phase_now=phase, late_us=9, waited=False)
        buffer.session_started(flow="a", phase=phase, phase_now=phase, late_us=8, waited=True)
    interval = buffer.take(SECOND, Gauges())
    assert interval.lateness_us == [9]
    assert (interval.waited, interval.waited_max_us) == (1, 8)
    assert interval.started_in == {0: 2, 1: 2}


def test_what_the_end_cut_keeps_its_age_and_none_is_below_0():
    buffer = SampleBuffer()
    buffer.request_cut(endpoint="GET /x", flow="a", phase=0, age_us=500)
    buffer.session_cut(flow="a", phase=0, age_us=-3)
    buffer.session_dropped(flow="a", phase=0, age_us=70)
    interval = buffer.take(SECOND, Gauges())
    counts = interval.sessions["a", 0]
    assert (counts.cut, counts.dropped, counts.cut_us) == (1, 1, [0, 70])
    assert interval.cells[CellKey("GET /x", "a", 0)].cut_us == [500]
    assert interval.cells[CellKey("", "a", 0)].cut_us == [70]
