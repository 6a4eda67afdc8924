"""From what was collected to the figures of a result: every sample in every group of its own."""

from __future__ import annotations

from fractions import Fraction

from kampyn_perf.outcomes import ErrorKind
from kampyn_perf.recorder.buffer import SampleBuffer
from kampyn_perf.recorder.build import build
from kampyn_perf.recorder.collector import Collector
from kampyn_perf.schedule import Phase, Schedule
from tests.recorder.recording import SECOND, request, take


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
