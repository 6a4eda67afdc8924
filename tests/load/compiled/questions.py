"""What the engine is asked here and in a process of its own that has it compiled: pure functions of
plain data, whose answers are plain data.

A program, `python -m tests.load.compiled.questions`: it reads pickles of (a function's name, its
arguments), and writes for each the text of the answer (`answered`), as a line of JSON.
"""

from __future__ import annotations

import copy
import json
import pickle
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from gevent import GreenletExit, Timeout

from kampyn_perf import compiled

if TYPE_CHECKING:
    from kampyn_perf.load.client.parser import ResponseParser

_ADDRESS = re.compile(r"0x[0-9a-f]+")
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


class Odd:
    """Of no type that anybody expects."""

    def __repr__(self) -> str:
        return "odd"


ODD: tuple[Any, ...] = (
    *(None, True, 0, 1, 1.5, Decimal("1.5"), "x", "", b"b", bytearray(b"b")),
    *(["a"], ("a", "b"), [("a", "b")], {"k": "v"}, Odd()),
)
"""What scenarios may give where something else is meant."""


def _client(url: str, told: list[Any]) -> Any:
    from kampyn_perf.load.client import Client, ConnectionPool, Timeouts

    class Observer:
        def request_done(self, sample: Any, /) -> None:
            told.append((sample.method, sample.name, sample.status, sample.error, sample.sent))
            told.append(sample.explain() if sample.explain else None)

        def request_cut(self, *_: Any) -> None:
            told.append("cut")

    class Event:
        def fire(self, **said: Any) -> None:
            names = ("request_type", "name", "context", "url", "response_length")
            told.append([said[name] for name in names])

    return Client(
        base_url=url,
        pool=ConnectionPool(),
        observer=Observer(),
        request_event=Event(),
        context=lambda: {"own": 1},
        timeouts=Timeouts(total_us=60_000_000),
    )


def _caught(client: Any, do: Callable[[Any], Any], path: str = "/") -> Any:
    with client.get(path, catch_response=True) as response:
        do(response)
    return response


def _raise(error: Any) -> None:
    raise error


def _long(seconds: Any) -> Any:
    """What ends no request, however busy the machine is."""
    return seconds * 60 if isinstance(seconds, int | float) and seconds else seconds or None


def _put(client: Any, name: str, value: Any) -> Any:
    setattr(client, name, value)
    return client.get("/moved")


def _decoded(response: Any, value: Any) -> Any:
    response.encoding = value
    return response.text


WAYS: dict[str, Callable[[Any, Any], Any]] = {
    "url": lambda client, given: client.get(given),
    "method": lambda client, given: client.request(given, "/"),
    "name": lambda client, given: client.get("/", name=given),
    "data": lambda client, given: client.post("/", data=given),
    "json": lambda client, given: client.post("/", json=str(given)),
    "header": lambda client, given: client.get("/", headers={"X": given}),
    "header name": lambda client, given: client.get("/", headers={given: "1"}),
    "expect": lambda client, given: client.get("/", headers={"Expect": given}),
    "cookie header": lambda client, given: client.get("/", headers={"Cookie": given}),
    "headers": lambda client, given: client.get("/", headers=given),
    "auth": lambda client, given: client.get("/", auth=given),
    "password": lambda client, given: client.get("/", auth=("u", given)),
    "timeout": lambda client, given: client.get("/", timeout=_long(given)),
    "timeouts": lambda client, given: client.get("/", timeout=(60, _long(given))),
    "redirects": lambda client, given: client.get("/moved", allow_redirects=given),
    "discard": lambda client, given: client.get("/", discard_body=given).content,
    "catch": lambda client, given: client.get("/", catch_response=given),
    "context": lambda client, given: client.get("/", context=given),
    "params": lambda client, given: client.get("/", params=given),
    "cookies": lambda client, given: client.get("/", cookies=given),
    "cookie name": lambda client, given: client.get("/", cookies={given: "1"}),
    "cookie value": lambda client, given: client.get("/", cookies={"a": given}),
    "own headers": lambda client, given: _put(client, "headers", given),
    "own cookies": lambda client, given: _put(client, "cookies", given),
    "own name": lambda client, given: _put(client, "request_name", given),
    "own attribute": lambda client, given: _put(client, "mine", given),
    "jar": lambda client, given: client.cookies.set("a", given) or client.get("/"),
    "jar update": lambda client, given: client.cookies.update(given) or client.get("/"),
    "in the jar": lambda client, given: (given in client.cookies, client.cookies.get(given)),
    "failure": lambda client, given: _caught(client, lambda one: one.failure(given)),
    "failure of a failure": lambda client, given: _caught(
        client, lambda one: one.failure(given), "/none"
    ),
    "raised": lambda client, given: _caught(client, lambda _one: _raise(given)),
    "raised of a failure": lambda client, given: _caught(
        client, lambda _one: _raise(given), "/none"
    ),
    "renamed": lambda client, given: _caught(
        client, lambda one: one.request_meta.update(name=given)
    ),
    "other context": lambda client, given: _caught(
        client, lambda one: one.request_meta.update(context=given)
    ),
    "other encoding": lambda client, given: _decoded(client.get("/"), given),
    "attribute": lambda client, given: _caught(client, lambda one: setattr(one, "js", given)),
    "property": lambda client, given: setattr(client.get("/"), "url", given),
    "copied": lambda client, _given: copy.copy(client.get("/none")),
    "copied client": lambda client, given: _put(copy.copy(client), "mine", given),
    "copied attribute": lambda client, given: (
        _put(client, "mine", given) and copy.copy(client).mine
    ),
    "copied jar": lambda client, _given: list(copy.deepcopy(client.get("/") and client.cookies)),
}


def asked(url: str, way: str, place: int) -> Any:
    """What comes of a request with something odd about it, for who asks and for who counts."""
    from kampyn_perf.load.client import Response

    told: list[Any] = []

    def ask() -> Any:
        made = WAYS[way](_client(url, told), (*ODD, *errors())[place])
        if not isinstance(made, Response):
            return made
        return type(made).__name__, made.status_code, made.error, made.content, made.url

    return answered(ask), told  # one that was caught and not looked at is counted by now


def errors() -> tuple[BaseException, ...]:
    """What is raised in scenarios."""
    steering = type("StopUser", (Exception,), {"__module__": "locust.exception"})
    verdict = type("ResponseError", (Exception,), {"__module__": "locust.exception"})
    return (
        *(ValueError("x"), KeyError("k"), AssertionError(), StopIteration(), OSError(2, "no")),
        *(GreenletExit(), Timeout(1), SystemExit(3), steering("s"), verdict("v")),
    )


QUESTIONS: dict[str, Callable[..., Any]] = {
    each.__name__: each
    for each in (
        schedule,
        mix,
        partition,
        rows,
        parsed,
        cookies,
        templates,
        recorded,
        requests,
        asked,
    )
}


def answered(ask: Callable[[], Any]) -> str:
    """The answer as text, floats to the last bit; of an exception its kind, and its words unless
    they are Python's own."""
    try:
        return _ADDRESS.sub("0x", repr(ask()))
    except (TypeError, AttributeError) as error:
        return type(error).__name__
    except (Exception, GreenletExit, SystemExit, Timeout) as error:
        return _ADDRESS.sub("0x", f"{type(error).__name__}: {error}")


def main() -> None:
    if why := compiled.use():
        raise SystemExit(why)
    with suppress(EOFError):
        while True:
            name, arguments, options = pickle.load(sys.stdin.buffer)
            text = answered(lambda: QUESTIONS[name](*arguments, **options))  # noqa: B023
            sys.stdout.write(json.dumps(text) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
