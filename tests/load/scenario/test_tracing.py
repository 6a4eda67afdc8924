"""Which sessions are traced, which are told, and what goes over the wire for them."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.load.client import ConnectionPool
from kampyn_perf.load.clock import now_us
from kampyn_perf.load.scenario.apart import ApartCounts, ApartSession
from kampyn_perf.load.scenario.session import Session
from kampyn_perf.load.scenario.tracing import Traced, Tracer
from kampyn_perf.load.settings import TraceSettings
from kampyn_perf.recorder.buffer import SampleBuffer
from kampyn_perf.recorder.interval import Gauges, Interval
from tests.load.client.conftest import OK, Peer, Server

BUSY = b"HTTP/1.1 503 Busy\r\nContent-Length: 7\r\n\r\nno room"
MOVED = b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n"


def session(number: int = 1, *, due_us: int | None = None) -> Session:
    return Session(
        number=number,
        flow="Order",
        phase=0,
        due_us=now_us() if due_us is None else due_us,
        data={},
        buffer=SampleBuffer(),
    )


def tracer(**settings: Any) -> Tracer:
    return Tracer(TraceSettings.model_validate(settings))


class User:
    """Whoever runs the session."""

    def __init__(self, at_work: Session) -> None:
        self.session = at_work

    def request_done(self, sample: Any) -> None:
        self.session.request_done(sample)


def routed(peer: Peer) -> None:
    answers = {"GET /moved": MOVED, "GET /busy": BUSY}
    while (request := peer.read()) is not None:
        peer.send(answers.get(request.line, OK))


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server(routed)
    yield running
    running.close()


def client(server: Server, tracing: Tracer, user: Any) -> Traced:
    return Traced(tracer=tracing, base_url=server.url, pool=ConnectionPool(), observer=user)


def test_what_the_target_was_sent_is_what_is_told(server: Server) -> None:
    tracing, at_work = tracer(), session()
    asking = client(server, tracing, User(at_work))
    asking.get("/a/1", name="/a/{id}")
    asking.get("/busy")
    tracing.ended(at_work, success=False)
    (told,), left_out = tracing.take()
    assert (told.why, told.flow, told.number, left_out) == ("failed", "Order", 1, 0)
    assert [request.header("traceparent") for request in server.requests] == [
        f"00-{told.trace}-{one.span}-01" for one in told.requests
    ]
    fine, busy = told.requests
    assert (fine.name, fine.status, fine.error) == ("GET /a/{id}", 200, "")
    assert (busy.name, busy.status, busy.error) == ("GET /busy", 503, "http_5xx")
    assert "no room" in busy.words
    assert fine.due_us <= fine.start_us <= fine.end_us <= busy.start_us <= busy.end_us
    assert len({told.span, fine.span, busy.span}) == 3


def test_a_redirect_is_the_same_request(server: Server) -> None:
    tracing, at_work = tracer(), session()
    client(server, tracing, User(at_work)).get("/moved")
    assert [one.line for one in server.requests] == ["GET /moved", "GET /there"]
    first, second = (one.header("traceparent") for one in server.requests)
    assert first == second is not None


def test_requests_are_still_made_ready_once(server: Server) -> None:
    """The header of each is another, and what they have in common is not made anew for it."""
    tracing, at_work = tracer(), session()
    asking = client(server, tracing, User(at_work))
    for _ in range(5):
        asking.get("/a")
    assert len(asking._known) == 1
    assert len({one.header("traceparent") for one in server.requests}) == 5


def test_a_header_of_the_scenarios_own_stays(server: Server) -> None:
    tracing, at_work = tracer(), session()
    client(server, tracing, User(at_work)).get("/busy", headers={"TraceParent": "mine"})
    assert server.requests[0].head.lower().count(b"traceparent") == 1
    assert server.requests[0].header("traceparent") == "mine"
    tracing.ended(at_work, success=False)
    assert tracing.take().sessions == ()


def test_what_is_counted_apart_is_not_traced(server: Server) -> None:
    tracing = tracer()
    apart = ApartSession(session(), ApartCounts())
    client(server, tracing, User(apart)).get("/a")
    assert server.requests[0].header("traceparent") is None


def test_a_session_that_went_well_is_forgotten(server: Server) -> None:
    tracing, at_work = tracer(), session()
    client(server, tracing, User(at_work)).get("/a")
    tracing.ended(at_work, success=True)
    assert tracing.take() == ((), 0)
    tracing.ended(at_work, success=False)  # and not kept in memory either
    assert tracing.take() == ((), 0)


def test_a_request_is_slow_from_when_it_was_due(server: Server) -> None:
    tracing, at_work = tracer(slow="2s"), session(due_us=now_us() - 3_000_000)
    client(server, tracing, User(at_work)).get("/a")
    tracing.ended(at_work, success=True)
    (told,), _ = tracing.take()
    assert told.why == "slow"
    (request,) = told.requests
    assert request.end_us - request.due_us >= 3_000_000 > request.end_us - request.start_us


def test_what_the_end_of_a_run_cut_is_told_if_it_was_slow() -> None:
    tracing = tracer(slow="1s")
    waiting, new = session(1, due_us=now_us() - 5_000_000), session(2)
    for one in (waiting, new):
        assert tracing.span(one) is not None
        tracing.cut(one)
    (told,), _ = tracing.take()
    assert (told.number, told.why, told.requests[0].error) == (1, "cut", "cut")


def test_so_many_are_told_in_a_second_and_the_others_counted() -> None:
    tracing = tracer(perSecond=2)
    for number in range(5):
        tracing.span(one := session(number))
        tracing.ended(one, success=False)
    told = tracing.take()
    assert ([one.number for one in told.sessions], told.left_out) == ([0, 1], 3)
    assert tracing.take() == ((), 0)


def test_a_loop_for_hours_keeps_so_many_requests() -> None:
    tracing, at_work = tracer(), session()
    for _ in range(150):
        assert tracing.span(at_work) is not None
    tracing.ended(at_work, success=False)
    (told,), _ = tracing.take()
    assert (len(told.requests), told.left_out) == (100, 50)


@given(
    share=st.floats(0.01, 1.0),
    first=st.integers(0, 10**6),
    members=st.integers(1, 8),
    index=st.integers(0, 7),
)
def test_the_share_holds_in_any_stretch_of_any_generator(
    share: float, first: int, members: int, index: int
) -> None:
    """The golden ratio's multiples are spread evenly, whichever every n-th are one's own."""
    tracing = tracer(share=share)
    numbers = range(first + index % members, first + 2_000 * members, members)
    traced = sum(tracing.span(session(number, due_us=0)) is not None for number in numbers)
    assert abs(traced / len(numbers) - share) <= 0.02


def test_it_goes_over_the_wire_whole() -> None:
    tracing, at_work = tracer(), session()
    tracing.span(at_work)
    tracing.ended(at_work, success=False)
    interval = SampleBuffer().take(1_000_000, Gauges())
    interval.traces, interval.traces_left_out = tracing.take()
    again = Interval.from_message(interval.to_message())
    assert (again.traces, again.traces_left_out) == (interval.traces, 0)
    assert len(again.traces[0].requests) == 1


def test_at_once_each_request_has_a_span_of_its_own(server: Server) -> None:
    tracing, at_work = tracer(), session()
    at_work.together = at_work.ready_us
    user = SimpleNamespace(session=at_work, request_done=at_work.request_done)
    asking = client(server, tracing, user)
    asking.get("/a")
    asking.get("/busy")
    tracing.ended(at_work, success=False)
    (told,), _ = tracing.take()
    assert {one.due_us for one in told.requests} == {told.requests[0].due_us}
