"""What is compiled once goes over the wire as what is made anew for each session: byte for byte.

Tests `kampyn_perf/load/scenario/sending.py` and `kampyn_perf/load/client/template.py` too.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.load.client import Client, ConnectionPool, PendingResponse
from kampyn_perf.load.client.bodies import JSON
from kampyn_perf.load.client.template import check_parts
from kampyn_perf.load.json_text import encode_json
from kampyn_perf.load.scenario.prepared import PreparedRequest, prepare_operation
from kampyn_perf.load.scenario.ready import json_slots
from kampyn_perf.load.scenario.seen import SeenBodies
from kampyn_perf.load.scenario.sending import send_ready
from kampyn_perf.load.scenario.templates import MissingFieldError, Templates
from kampyn_perf.load.target.settings import Operation

BASE = "http://localhost:1/a%20b/base"
names = st.sampled_from(["user.id", "user.name", "n", "list"])
texts = st.text(st.characters(codec="utf-8", exclude_characters="{}"), max_size=6)
pieces = st.one_of(
    texts, names.map(lambda name: f"{{{name}}}"), names.map(lambda name: f"{{{{ {name} }}}}")
)
templates = st.lists(pieces, max_size=4).map("".join)
bodies = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.floats(allow_nan=False), templates),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=6,
)
scalars = st.one_of(texts, st.integers(-9, 9), st.booleans(), st.floats(0, 9))
sessions = st.fixed_dictionaries(
    {
        "user": st.fixed_dictionaries({"id": scalars, "name": texts}),
        "n": scalars,
        "list": st.lists(scalars, max_size=2),
    }
)


def prepared(**settings: Any) -> PreparedRequest:
    return prepare_operation(Operation.model_validate({"path": "/", **settings}))


def noting() -> Any:
    """A client that notes what it is to send."""
    client: Any = Client(base_url=BASE, pool=ConnectionPool())
    client.sent = []

    def send(request: Any, body: bytes | None, reported_as: Any) -> Any:
        client.sent.append((request.head, body))
        response = PendingResponse(request, body, 0)
        response.report_with(lambda _response: None, reported_as)
        return response

    client.send = send
    return client


def sent_by_the_longer_way(
    client: Client, request: PreparedRequest, data: Any, more: Any
) -> tuple[bytes, bytes | None]:
    """What the longer way makes of it."""
    options = request.options(data)
    body = encode_json(options["json"]) if "json" in options else None
    headers = {**(request.headers(data) or {}), **(more or {})} or None
    prepared = client.factory.make(
        request.method,
        request.address(data),
        content_type=JSON if body is not None else "",
        headers=headers,
        auth=None,
        key=object(),
    )
    return prepared.head, body


@given(bodies, st.lists(sessions, min_size=1, max_size=4))
def test_a_body_is_the_same(body, data):
    slots = json_slots(body, Templates())
    fill = Templates().value(body)
    for each in data:
        parts = [slots.around[0]]
        for one, after in zip(slots.fills, slots.around[1:], strict=True):
            parts += [encode_json(one(each)), after]
        assert b"".join(parts) == encode_json(fill(each) if fill else body)


@given(
    st.lists(st.sampled_from(["/a", "/{user.id}", "-{n}", "/{user.name}.json"]), max_size=4),
    st.sampled_from([{}, {"json": {"a": ["{user.id}", "{n}"]}}, {"headers": {"X-A": "b"}}]),
    st.lists(sessions, min_size=1, max_size=5),
    st.sampled_from([None, {"Authorization": "Bearer t"}]),
)
def test_a_request_is_the_same(path, more, data, token):
    request = prepared(path="/" + "".join(path), **more)
    client = noting()
    for each in [*data, *data]:  # the second time from what is kept
        answer = send_ready(client, request, each, token)
        assert client.sent[-1] == sent_by_the_longer_way(client, request, each, token)
        assert answer.request_meta["url"] == request.address(each)
        assert answer.reported_as.name == request.name


@pytest.mark.parametrize(
    "settings",
    [
        {"path": "/{{ link }}"},
        {"path": "/a b"},
        {"path": "/a#b"},
        {"headers": {"X-A": "{user.id}"}},
        {"qs": {"a": 1}},
        {"form": {"a": 1}},
        {"body": "text"},
        {"formData": {"a": "b"}},
        {"cookie": {"a": "b"}},
        {"auth": {"user": "a", "pass": "b"}},
        {"timeout": "1s"},
        {"followRedirect": False},
    ],
)
def test_what_differs_in_more_goes_the_longer_way(settings):
    data = {"user": {"id": 1}, "link": "l"}
    assert send_ready(noting(), prepared(**settings), data, None) is None


@pytest.mark.parametrize(
    "aim", [{"headers": {"X": "y"}}, {"__class__": type("Own", (Client,), {})}]
)
def test_a_client_with_ways_of_its_own_is_asked_for_them(aim):
    client = noting()
    for name, value in aim.items():
        setattr(client, name, value)
    assert send_ready(client, prepared(), {}, None) is None


@pytest.mark.parametrize("parts", [("http://elsewhere/",), ("", "/a"), ("a",), ("/a\r\nb",)])
def test_a_url_of_another_form_is_looked_at_each_time(parts):
    with pytest.raises(ValueError, match=r"stay as it is|control"):
        check_parts(parts)


def test_what_is_missing_is_named():
    request = prepared(path="/{user.id}", json={"a": "{nobody}"})
    with pytest.raises(MissingFieldError, match=r"\{nobody\} is not in the session's data"):
        send_ready(noting(), request, {"user": {"id": 1}}, None)


@given(st.lists(st.binary(max_size=3), max_size=60))
def test_only_what_was_right_is_seen(bodies):
    seen, right = SeenBodies(), set()
    for body in bodies:
        assert (body in seen.right) <= (body in right)
        seen.add(body)
        right.add(body)


def test_bodies_that_never_come_again_are_given_up():
    seen = SeenBodies()
    bodies = [b"%d" % number + b"x" * 20_000 for number in range(40)]
    for body in bodies:
        assert body not in seen.right
        seen.add(body)
    assert not seen.right
    paying = SeenBodies()
    for body in bodies:
        paying.add(body)
        paying.met += 3
    assert bodies[-1] in paying.right
    assert len(paying.right) < len(bodies)
