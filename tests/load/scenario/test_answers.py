"""An answer that came before is judged as it was: by its bytes, every one of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.load.client import PendingResponse
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
charsets = st.sampled_from([[], [(b"Content-Type", b"application/json; charset=utf-16")]])


def answer(body: bytes, headers: list[tuple[bytes, bytes]]) -> Any:
    response = PendingResponse(SimpleNamespace(), None, 0)  # type: ignore[arg-type]
    parsed = SimpleNamespace(
        status=200, headers=headers, encoded=False, body=[body], body_size=len(body), received=1
    )
    response.take(parsed)  # type: ignore[arg-type]
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
