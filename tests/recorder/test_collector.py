"""Buffer to collector to result: nothing lost, nothing counted twice, in any order."""

from __future__ import annotations

import random
from fractions import Fraction

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.outcomes import ErrorKind
from kampyn_perf.recorder.buffer import Sample, SampleBuffer
from kampyn_perf.recorder.build import build
from kampyn_perf.recorder.collector import Collector
from kampyn_perf.recorder.grouping import OTHER_ENDPOINTS
from kampyn_perf.recorder.interval import Gauges, Interval
from kampyn_perf.recorder.timeline import MAX_STRETCHES, Timeline
from kampyn_perf.schedule import Phase, Schedule

SECOND = 1_000_000


def sent_over(interval: Interval) -> Interval:
    """What arrives on the other side of the pipe."""
    return Interval.from_message(orjson.loads(orjson.dumps(interval.to_message())))


def take(buffer: SampleBuffer, to_us: int, **gauges: int) -> Interval:
    return sent_over(buffer.take(to_us, Gauges(**gauges)))


def request(
    buffer: SampleBuffer, response=1000, service=900, status=200, error=None, **key
) -> None:
    key = {"endpoint": "GET /x", "flow": "a", "phase": 0} | key
    buffer.request(Sample(response, service, status, error, 10, 5), **key)


def test_a_sample_is_in_every_group_that_it_belongs_to():
    buffer, collector = SampleBuffer(), Collector()
    request(buffer, 1000, 900, endpoint="GET /x", flow="a", phase=0)
    request(buffer, 2000, 1900, endpoint="POST /y", flow="b", phase=1)
    request(buffer, 3000, 10, status=503, error=ErrorKind.HTTP_5XX, flow="a", phase=1)
    request(buffer, 4000, 20, status=0, error=ErrorKind.TIMEOUT, flow="a", phase=1)
    collector.take(take(buffer, SECOND))

    schedule = Schedule(
        [Phase(name=name, duration_us=SECOND // 2, rate=Fraction(2)) for name in ("p", "q")]
    )
    figures = build(collector, schedule=schedule, weights={"a": 1, "b": 1})
    assert figures.requests.count == 4
    assert figures.requests.failed == 2
    assert figures.requests.statuses == {"200": 2, "503": 1}
    assert figures.requests.errors == {"http_5xx": 1, "timeout": 1}
    assert (figures.requests.bytes_received, figures.requests.bytes_sent) == (40, 20)
    assert (figures.requests.response.min_us, figures.requests.response.max_us) == (1000, 4000)
    assert (figures.requests.service.min_us, figures.requests.service.max_us) == (10, 1900)
    assert {each.name: each.requests.count for each in figures.endpoints} == {
        "GET /x": 3,
        "POST /y": 1,
    }
    assert {each.name: each.requests.count for each in figures.flows} == {"a": 3, "b": 1}
    assert {each.name: each.requests.count for each in figures.phases} == {"p": 1, "q": 3}


def test_sessions_are_planned_started_dropped_and_ended():
    buffer, collector = SampleBuffer(), Collector()
    for _ in range(4):
        buffer.session_planned(flow="a", phase=0)
    buffer.session_started(flow="a", phase=0, phase_now=0, late_us=120, waited=False)
    buffer.session_started(flow="a", phase=0, phase_now=0, late_us=9000, waited=True)
    buffer.session_started(flow="a", phase=0, phase_now=0, late_us=80, waited=False)
    buffer.session_dropped(flow="a", phase=0, age_us=700)
    buffer.session_ended(flow="a", phase=0, duration_us=5000, success=True)
    buffer.session_ended(flow="a", phase=0, duration_us=6000, success=False)
    buffer.session_cut(flow="a", phase=0, age_us=500)
    collector.take(take(buffer, SECOND))

    assert collector.unaccounted == 0
    assert collector.lateness.count == 2, "waiting for a virtual user is the target's lateness"
    assert collector.lateness.max_us == 120
    assert (collector.waited, collector.waited_max_us) == (1, 9000)
    schedule = Schedule([Phase(name="p", duration_us=SECOND, rate=Fraction(4))])
    figures = build(collector, schedule=schedule, weights={"a": 1})
    sessions = figures.sessions
    assert (sessions.planned, sessions.started, sessions.dropped) == (4, 3, 1)
    assert (sessions.completed, sessions.failed, sessions.cut) == (1, 1, 1)
    assert figures.flows[0].session_time.max_us == 6000
    assert figures.phases[0].achieved_rate == 3.0


def test_an_arrival_that_vanishes_is_noticed():
    buffer, collector = SampleBuffer(), Collector()
    buffer.session_planned(flow="a", phase=0)
    buffer.session_planned(flow="a", phase=0)
    collector.take(take(buffer, SECOND, waiting=1))
    assert collector.unaccounted == 1
    collector.take(take(buffer, 2 * SECOND, waiting=0))
    assert collector.unaccounted == 2


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


samples = st.lists(
    st.tuples(
        st.sampled_from(["GET /x", "POST /y"]),
        st.sampled_from(["a", "b"]),
        st.integers(0, 2),
        st.integers(0, 10**7),
    ),
    max_size=60,
)


@given(st.lists(samples, min_size=1, max_size=6), st.integers(0, 2**32))
def test_intervals_add_up_in_any_order(parts, seed):
    intervals = []
    for number, part in enumerate(parts):
        buffer = SampleBuffer()
        for endpoint, flow, phase, response in part:
            request(buffer, response, response // 2, endpoint=endpoint, flow=flow, phase=phase)
        interval = take(buffer, (number + 1) * SECOND)
        interval.from_us = number * SECOND
        intervals.append(interval)
    in_order, shuffled = Collector(), Collector()
    for interval in intervals:
        in_order.take(interval)
    random.Random(seed).shuffle(intervals)
    for interval in intervals:
        shuffled.take(interval)
    one, other = in_order.total, shuffled.total
    assert one.response.buckets() == other.response.buckets()
    assert one.response.count == sum(len(part) for part in parts)
    assert in_order.timeline.seconds() == shuffled.timeline.seconds()


def test_the_timeline_keeps_every_request_in_bounded_memory():
    timeline = Timeline()
    for second in range(5 * MAX_STRETCHES):
        stretch = timeline.at(second * SECOND + 500_000)
        stretch.requests += 1
        stretch.response().record(second + 1)
    seconds = timeline.seconds()
    assert len(seconds) <= MAX_STRETCHES
    assert timeline.width_us == 8 * SECOND
    assert sum(each.requests for each in seconds) == 5 * MAX_STRETCHES
    assert sum(each.response.count for each in seconds if each.response) == 5 * MAX_STRETCHES
    assert seconds[0].response.max_us == 8
    assert [each.at_us for each in seconds[:2]] == [0, 8 * SECOND]


def test_a_sealed_stretch_opens_for_a_late_interval():
    timeline = Timeline()
    timeline.at(0).response().record(5)
    for second in range(1, 20):
        timeline.at(second * SECOND).response().record(1)
    timeline.at(0).response().record(7)
    first = timeline.seconds()[0].response
    assert first is not None
    assert (first.count, first.min_us, first.max_us) == (2, 5, 7)


@pytest.mark.parametrize("count", [1, 3, 50])
def test_recent_stretches_are_the_last(count):
    timeline = Timeline()
    for second in range(10):
        timeline.at(second * SECOND).requests = second
    assert [each.requests for each in timeline.recent(count)] == list(range(10))[-count:]
