"""An answer that came before is judged as it was: by its bytes, every one of them."""

from __future__ import annotations

from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.load.client import ConnectionPool, PendingResponse
from kampyn_perf.load.client.parser import ResponseParser
from kampyn_perf.load.client.requests import RequestFactory
from kampyn_perf.load.scenario.answers import Judge
from kampyn_perf.load.scenario.templates import Templates
from kampyn_perf.load.target.checks import Expect

documents = st.recursive(
    st.one_of(st.none(), st.integers(0, 9), st.sampled_from(["token", ""])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(st.sampled_from(["token", "user", "a"]), inner, max_size=3),
    ),
    max_leaves=5,
).map(orjson.dumps)
spoiled = st.builds(
    lambda body, at, by: body[: at % (len(body) + 1)] + by,
    documents,
    st.integers(0, 40),
    st.sampled_from([b"", b"}", b"\xff", b'"token":1}', b"NaN}"]),
)
ASKED = RequestFactory(base_url="http://localhost:1", pool=ConnectionPool()).make(
    "GET", "/", content_type="", headers=None, auth=None, key=None
)
charsets = st.sampled_from([[], [(b"Content-Type", b"application/json; charset=utf-16")]])


def answer(body: bytes, headers: list[tuple[bytes, bytes]]) -> Any:
    parser = ResponseParser()
    head = [b"%s: %s" % pair for pair in [*headers, (b"Content-Length", b"%d" % len(body))]]
    assert parser.feed(b"\r\n".join([b"HTTP/1.1 200 OK", *head, b"", body]))
    response = PendingResponse(ASKED, None, 0)
    response.take(parser)
    return response


def judge() -> Judge:
    return Judge([Expect(hasProperty=["token"])], [], Templates())


@given(st.lists(st.tuples(st.one_of(documents, spoiled), charsets), max_size=12))
def test_the_verdict_is_that_of_who_sees_it_for_the_first_time(answers):
    old = judge()
    for body, headers in [*answers, *answers]:
        known, new = answer(body, headers), answer(body, headers)
        assert old.judge(known, {}) == judge().judge(new, {})
        assert str(known.error) == str(new.error)
        assert known.content == body
