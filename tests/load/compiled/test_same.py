"""The engine compiled and the engine as it is written answer the same, to the bit.

Tests `kampyn_perf/compiled.py` too, and what it says of its modules.
"""

from __future__ import annotations

import json
import pickle
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf import compiled
from kampyn_perf.outcomes import ErrorKind
from tests.load.client.conftest import Peer, Server
from tests.load.client.test_parser import cut, responses
from tests.load.compiled import questions, scenarios
from tests.load.compiled.answers import answered

pytestmark = [
    pytest.mark.program,
    pytest.mark.compiled,
    pytest.mark.skipif(compiled.in_use(), reason="this process has it compiled itself"),
    pytest.mark.xdist_group("compiled"),
]
Same = Callable[..., None]


@pytest.fixture(scope="module")
def same() -> Iterator[Same]:
    """Ask both, and compare."""
    with subprocess.Popen(
        [sys.executable, "-m", questions.__name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        to, answers = process.stdin, process.stdout

        def ask(name: str, *arguments: Any, **options: Any) -> None:
            pickle.dump((name, arguments, options), to)
            to.flush()
            line = answers.readline()
            assert line, "the other process has ended"
            ours = answered(lambda: questions.QUESTIONS[name](*arguments, **options))
            assert json.loads(line) == ours

        yield ask
        to.close()
        assert process.wait(timeout=30) == 0


rates = st.builds(Fraction, st.integers(0, 20_000), st.integers(1, 1_000_003))
whole = st.builds(Fraction, st.integers(0, 500))
phases = st.tuples(
    st.integers(1, 90_000_000),
    st.one_of(rates, whole),
    st.one_of(st.none(), rates, whole),
    st.one_of(st.none(), st.none(), st.integers(0, 3000)),
)
shares = st.lists(st.floats(0, 1), max_size=12)


@given(st.lists(phases, min_size=1, max_size=4), st.integers(1, 5), shares)
def test_arrivals_are_due_at_the_same_microsecond(same, given_phases, seed, places):
    same("schedule", given_phases, "even", seed, places)
    same("schedule", given_phases[:2], "poisson", seed, places[:4])


@given(st.integers(1, 8), st.integers(1, 7_919))
def test_arrivals_of_numbers_that_no_float_holds(same, rate, parts):
    """What is divided has more than 53 bits, and the phase takes two years, so that it shows in
    microseconds whether a division rounds once, as Python's does: at one arrival in sixty."""
    begin = (999_983, Fraction(1, parts), None, None)
    chance = random.Random(parts)
    places = [chance.random() for _ in range(40)]
    same("schedule", [begin, (1 << 46, Fraction(rate), None, None)], "even", 1, places)


@given(st.dictionaries(st.text(max_size=3), st.integers(-1, 60), max_size=5), st.integers(0, 9))
def test_the_order_of_flows(same, weights, seed):
    same("mix", weights, seed)


members = st.lists(st.integers(0, 5), min_size=1, max_size=5, unique=True).map(tuple)


@given(
    st.integers(0, 5),
    st.lists(st.tuples(st.integers(0, 300), members), min_size=1, max_size=4).map(sorted),
    st.lists(st.integers(0, 400), max_size=12),
)
def test_whose_an_arrival_is(same, index, assignments, numbers):
    same("partition", index, assignments, numbers)


@given(
    st.integers(1, 300),
    st.sampled_from(["spread", "random", "sequential", "unique"]),
    st.integers(0, 1 << 66),
    st.lists(st.one_of(st.integers(0, 500), st.integers(0, 1 << 70)), max_size=12),
)
def test_which_row_a_session_gets(same, count, order, seed, numbers):
    same("rows", count, order, seed, numbers)


@given(st.data(), st.booleans(), st.booleans(), st.sampled_from([(1 << 16, 1 << 20), (90, 150)]))
def test_what_bytes_are_taken_for(same, data, head_request, keep_body, limits):
    wire = data.draw(responses()).wire
    if data.draw(st.booleans()):
        at, by = data.draw(st.integers(0, len(wire))), data.draw(st.binary(max_size=6))
        wire = wire[:at] + by + wire[at + data.draw(st.integers(0, 4)) :]
    pieces = cut(data.draw, wire)
    same("parsed", pieces, head_request=head_request, keep_body=keep_body, limits=limits)


attributes = st.sampled_from(
    [
        b"Path=/a",
        b"path=b",
        b"Domain=.example.com",
        b"domain=com",
        b"Domain=Other.example",
        b"Secure",
        b"Max-Age=10",
        b"max-age=-1",
        b"Max-Age=x",
        b"Expires=Wed, 21 Oct 2015 07:28:00 GMT",
        b"Expires=Wed, 21 Oct 2093 07:28:00 GMT",
        b"HttpOnly",
        b"",
        b"=;",
    ]
)
lines = st.builds(
    lambda name, value, more: b"; ".join([name + b"=" + value, *more]),
    st.one_of(st.sampled_from([b"a", b"b", b" c "]), st.binary(max_size=4)),
    st.one_of(st.sampled_from([b"1", b"2", b'"q"']), st.binary(max_size=6)),
    st.lists(attributes, max_size=4),
)
steps = st.tuples(
    lines,
    st.sampled_from(["a.example.com", "example.com", "localhost", "127.0.0.1", "b.a.example.com"]),
    st.sampled_from(["/", "/a", "/a/b", "/ab", "", "/a?x=/y"]),
    st.booleans(),
    st.sampled_from([0, 0.5, 9, 11]),
)


@given(st.lists(steps, max_size=8))
def test_which_cookies_are_kept_and_sent(same, done):
    same("cookies", done)


pieces = st.one_of(
    st.sampled_from(["{user.id}", "{{ user.id }}", "{{ n }}", "{n}", "{nobody}", "{list.0}"]),
    st.sampled_from(["{{ list[0] }}", "{{{ n }}}", "{{ $uuid }}", "{{ a b }}", "{", "}}", "/"]),
    st.text(max_size=3),
)
values = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=4))
data = st.fixed_dictionaries(
    {
        "user": st.one_of(st.fixed_dictionaries({"id": values}), values),
        "n": values,
        "list": st.lists(values, max_size=2),
        "$uuid": st.just("u"),
    }
)


@given(st.lists(pieces, max_size=4).map("".join), data, st.booleans())
def test_what_is_filled_in(same, text, session, artillery):
    same("templates", text, session, artillery=artillery)


samples = st.tuples(
    st.sampled_from(["GET", "POST", ""]),
    st.sampled_from(["/a", "GET /a", "/b", "", "POST"]),
    st.integers(-50, 1 << 40),
    st.integers(-5, 1 << 62),
    st.sampled_from([0, 200, 404, 500, 999, 1000, 12345]),
    st.sampled_from(["", "", *(kind.value for kind in ErrorKind)]),
    st.integers(0, 1 << 64),
)
pauses = st.tuples(st.integers(0, 8), st.integers(0, 1 << 30), st.integers(0, 5000))


@given(st.lists(samples, max_size=9), st.lists(pauses, max_size=4), st.integers(1, 6))
def test_what_is_recorded(same, requests, paused, most):
    same("recorded", requests, paused, most)


headers = st.dictionaries(
    st.one_of(st.sampled_from(["Host", "Cookie", "EXPECT", "x-a", "Accept", "X-A"]), values),
    st.one_of(values, st.binary(max_size=4), st.just("100-continue")),
    max_size=4,
)


@given(
    st.sampled_from(["GET", "POST", "HEAD", "put", "B D", ""]),
    st.one_of(
        st.sampled_from(["/a", "b", "http://localhost:1/x", "http://v:w@localhost/é", "//x"]),
        st.text(max_size=6),
    ),
    headers,
    st.one_of(st.none(), st.tuples(values, values)),
    st.one_of(st.none(), st.binary(max_size=5)),
    st.sampled_from([b"", b"a=1"]),
)
def test_what_goes_over_the_wire(same, method, url, given_headers, auth, body, line):
    same("requests", method, url, given_headers, auth, body, line)


def answer(peer: Peer) -> None:
    while (request := peer.read()) is not None:
        status = {"GET /moved": b"302 Found", "GET /none": b"404 No"}.get(request.line, b"200 OK")
        peer.send(
            b"HTTP/1.1 %s\r\nLocation: /\r\nSet-Cookie: k=v\r\nContent-Length: 2\r\n\r\n" % status,
            b"\xc3\xa4",
        )


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    server = Server(answer)
    yield server
    server.close()


@pytest.mark.parametrize("way", scenarios.WAYS)
def test_what_scenarios_do_with_something_odd(same, server, way):
    for place in range(len(scenarios.ODD) + len(scenarios.errors())):
        server.requests.clear()
        same("asked", server.url, way, place)
        sent = list(server.requests)
        assert len(sent) % 2 == 0
        assert sent[: len(sent) // 2] == sent[len(sent) // 2 :]
