"""Asks what of the engine is pure: plain data in, plain data out. It is imported when it is asked,
compiled by then or not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tests.load.compiled.answers import answered

if TYPE_CHECKING:
    from kampyn_perf.load.client.parser import ResponseParser

NOW = 1_700_000_000.0


def schedule(
    phases: Sequence[tuple[int, Fraction, Fraction | None, int | None]],
    mode: str,
    seed: int,
    shares: Sequence[float],
) -> Any:
    """Arrivals of a schedule, at some places of it."""
    from kampyn_perf.schedule import ArrivalMode, Phase, Schedule

    made = Schedule(
        [Phase(name="", duration_us=d, rate=r, ramp_to=t, count=c) for d, r, t, c in phases],
        mode=ArrivalMode(mode),
        seed=seed,
    )
    numbers = [int(share * (made.planned - 1)) for share in shares if made.planned]
    moments = [int(share * made.duration_us) for share in (*shares, -0.1, 1.1)]
    return (
        made.planned,
        [made.planned_in(index) for index in range(len(phases))],
        [tuple(made[number]) for number in numbers],
        [(made.phase_at(at), made.rate_at(at), made.due_by(at)) for at in moments],
    )


def mix(weights: dict[str, int], seed: int) -> Any:
    """The order of flows."""
    from kampyn_perf.schedule import Mix

    return Mix(weights, seed=seed).order


def partition(
    index: int, assignments: Sequence[tuple[int, tuple[int, ...]]], numbers: Sequence[int]
) -> Any:
    """What is a generator's own."""
    from kampyn_perf.load.partition import Assignment, Partition, owner

    made, all_ = Partition(index), [Assignment(from_number=n, members=m) for n, m in assignments]
    for assignment in all_:
        made.reassign(assignment)
    own = [(number in made, made.next_own(number, number + 50)) for number in numbers]
    return own, made.members, [owner(number, all_) for number in numbers], repr(all_)


def rows(count: int, order: str, seed: int, numbers: Sequence[int]) -> Any:
    """Which row a session gets."""
    from kampyn_perf.load.scenario.feed import Feed, Source
    from kampyn_perf.load.target.settings import FeedOrder

    given = [{"id": number} for number in range(count)]
    walk = {"order": FeedOrder(order), "seed": seed, "stride": 7_919, "shift": 2}
    feed = Feed([Source(name="user", rows=given, **walk)], constants={"a": 1})  # type: ignore[arg-type]
    return [feed[number] for number in numbers]


def parsed(
    pieces: Sequence[bytes], *, head_request: bool, keep_body: bool, limits: tuple[int, int]
) -> Any:
    """What a parser makes of bytes, and of the same once more."""
    from kampyn_perf.load.client.errors import HttpError
    from kampyn_perf.load.client.parser import Limits, ResponseParser

    parser = ResponseParser(Limits(*limits))
    seen: list[Any] = []
    for _ in range(2):
        parser.start(head_request, keep_body)
        try:
            complete = any(parser.feed(piece) for piece in _until(parser, pieces))
            seen.append((complete, complete or parser.eof()))
        except HttpError as error:
            seen.append((type(error).__name__, str(error)))
        names = ("status", "headers", "has_cookies", "encoded", "body", "body_size", "keep_alive")
        more = ("surplus", "received", "interim", "complete")
        seen.append([getattr(parser, name) for name in (*names, *more)])
    return seen


def _until(parser: ResponseParser, pieces: Sequence[bytes]) -> Any:
    for piece in pieces:
        if not parser.complete:
            yield piece


def cookies(steps: Sequence[tuple[Any, ...]]) -> Any:
    """What a jar keeps and sends, after each of what is done to it."""
    from kampyn_perf.load.client.cookies import CookieJar
    from kampyn_perf.load.client.set_cookie import parse_set_cookie

    jar, seen = CookieJar(), []
    for line, host, path, secure, later in steps:
        now = NOW + later
        jar.store([line], host=host, path=path, secure=secure, now=now)
        seen += [
            repr(parse_set_cookie(line.decode("latin-1"), host=host, path=path, now=now)),
            jar.line("a.example.com", path, secure, now),
            jar.line(host, "/a/b?c", not secure, now + 1),
            [repr(cookie) for cookie in jar],
        ]
    return seen


def templates(text: str, data: dict[str, Any], *, artillery: bool) -> Any:
    """What a template is filled in with, in each of its ways."""
    from kampyn_perf.load.scenario.ready import JsonTemplate, json_slots
    from kampyn_perf.load.scenario.templates import Templates, as_text

    made = Templates(artillery=artillery)

    def body() -> Any:
        slots = json_slots({"a": [text, 1, None], "b": {"c": text}}, made)
        return slots, JsonTemplate(slots.around).body(tuple(fill(data) for fill in slots.fills))

    return [
        answered(lambda: _filled(made.value(text), data)),
        answered(lambda: _filled(made.value(text, encoded=True), data)),
        answered(lambda: _filled(made.value({"a": [text], "b": text}), data)),
        answered(lambda: made.path(text).around),
        answered(lambda: body()[1]),
        answered(lambda: as_text(data)),
        made.names,
    ]


def _filled(fill: Callable[[Any], Any] | None, data: Any) -> Any:
    return None if fill is None else fill(data)


def recorded(
    samples: Sequence[tuple[Any, ...]], pauses: Sequence[tuple[int, int, int]], most: int
) -> Any:
    """What is kept of a session's requests."""
    from kampyn_perf.load.client import RequestSample
    from kampyn_perf.load.scenario.session import Session
    from kampyn_perf.outcomes import ErrorKind
    from kampyn_perf.recorder.buffer import SampleBuffer
    from kampyn_perf.recorder.interval import Gauges

    buffer = SampleBuffer(max_endpoints=most, warm_up=bool(most % 2))
    session = Session(number=1, flow="f", phase=most % 3, due_us=100, data={}, buffer=buffer)
    paused = {at: (began, length) for at, began, length in pauses}
    for place, (method, name, sent, took, status, kind, size) in enumerate(samples):
        if place in paused:
            session.paused(*paused[place])
        error = ErrorKind(kind) if kind else None
        explain = (lambda at=place: f"words {at}") if kind else None
        session.request_done(
            RequestSample(method, name, sent, sent + took, status, error, size, 1, explain)
        )
    buffer.session_planned(flow="f", phase=1)
    buffer.session_started(flow="f", phase=1, phase_now=2, late_us=most, waited=most > 3)
    buffer.session_ended(flow="f", phase=1, duration_us=5, success=most > 2)
    buffer.session_dropped(flow="g", phase=0, age_us=most - 2)
    counted = (session.ready_us, session.failures, session.requests)
    return counted, buffer.take(77, Gauges()).to_message()


def requests(
    method: str, url: str, headers: dict[str, Any], auth: Any, body: bytes | None, line: bytes
) -> Any:
    """What goes over the wire, and where it is redirected to."""
    from kampyn_perf.load.client import ConnectionPool
    from kampyn_perf.load.client.requests import RequestFactory

    base = "http://u:p@localhost:1/base"
    factory = RequestFactory(base_url=base, pool=ConnectionPool(), headers={"X-A": "1"})
    made = factory.make(
        method, url, content_type="text/plain", headers=headers, auth=auth, key=None
    )
    hops = [factory.redirect(made, status, "../c?d") for status in (302, 303, 307)]
    return (
        made.payload(body, line),
        made.url,
        made.path,
        [(hop.prepared.payload(None, b""), hop.keeps_body) for hop in hops if hop],
    )
