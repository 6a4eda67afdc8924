"""Any text anywhere it can be put: a 2xx or a 4xx, on both stores. All 5xx are defects.

Tests `kampyn_perf/backend/routes` and `kampyn_perf/backend/stores`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_from_bytes

import pytest

from kampyn_perf.backend.launcher import RunningBackend
from kampyn_perf.backend.store_settings import IndexMode, MongoSettings, StoreSettings
from tests import mongo_server
from tests.backend.conftest import SETTINGS, SMALL, Answer, Client, start
from tests.backend.hostile.conftest import Raw

BYTES = (*range(0x20), 0x22, 0x25, 0x27, 0x28, 0x2A, 0x5C, 0x7F, 0x80, 0xFF)
CHARACTERS = ["\x85", "\x9f", "\u202e", "\u2028", "\ufeff", "\ufffe", "😀", "İ", "ß"]
SYNTAX = [
    *('"', '""', 'a"', "NEAR(a b)", "a*", "^a", "a:b", "-a", "{a}", "(", ")", "[a-z]+", "\\"),
    *("$where", "%", "_", ";--", "''", "1e999", "*", "***", "a,b"),
]
BROKEN = [b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x80"]
NASTY = [
    *(bytes([code]) for code in BYTES),
    *(text.encode() for text in (*CHARACTERS, *SYNTAX, "a\x00b", "a AND NOT b", "a" * 100)),
    *BROKEN,
]
TEXTS = [
    *("\x00", "a\x00b", "\x1b[2J", "\r\nX: y", "\ud800", "\udfff\ud800", "\ufffe", "\u202e"),
    *('"', "'", "$gt", "..", "/", "\\", "%00", "", " ", "\U0001f600" * 10),
]
HEADERS = {
    b"Authorization": b"Bearer ",
    b"Cookie": b"token=",
    b"Idempotency-Key": b"a",
    b"X-Forwarded-For": b"203.0.113.7, ",
    b"Accept": b"text/html, ",
    b"Content-Type": b"application/json; charset=",
}
"""What may stand before a text in a header that it is the end of."""
STORED = b"Idempotency-Key"


@pytest.fixture(scope="module", params=["sqlite", pytest.param("mongo", marks=pytest.mark.mongo)])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    store = StoreSettings()
    if request.param == "mongo":
        uri, indexes = mongo_server.best(request)
        address, _, query = uri.partition("?")
        name = f"hostile_{random.randrange(10**9)}"
        store = StoreSettings(
            url=f"{address.rstrip('/')}/{name}?{query}",
            indexes=IndexMode(indexes),
            mongo=MongoSettings(minPoolSize=1),
        )
    small = SMALL.model_copy(update={"users": 5, "items": 12, "orders": 20})
    settings = SETTINGS.model_copy(update={"workers": 1, "store": store, "seed": small})
    with start(settings, state_dir=tmp_path_factory.mktemp("strings")) as running:
        yield running.url


@pytest.fixture
def admin(url: str) -> Iterator[Client]:
    client = Client(url).log_in("admin@example.com")
    yield client
    client.close()


@pytest.mark.parametrize(
    "path",
    [
        "/api/item/retail/search/uni/123?q=%s",
        "/api/item/retail/search/uni/123?q=a%sb&limit=5",
        "/api/item/produce/uni/123?cursor=%s",
        "/api/item/retail/uni/123?page=%s",
        "/api/item/retail/uni/%s",
        "/api/vendor/list/uni/%s",
        "/order/vendor/%s/active",
        "/order/%s",
        "/cart/%s",
        "/api/vendor/vendor123/analytics?start=%s",
        "/api/vendor/vendor123/export?limit=%s",
    ],
)
def test_in_a_path_or_a_query(admin: Client, path: str) -> None:
    ask_all(admin, path)


@pytest.mark.parametrize("path", ["/%s", "/health?%s"])
def test_in_a_path_or_a_query_that_no_store_sees(client: Client, path: str) -> None:
    ask_all(client.log_in("admin@example.com"), path)


def ask_all(client: Client, path: str) -> None:
    for nasty in NASTY:
        where = path.replace("%s", quote_from_bytes(nasty, safe=""))
        fine(client.get(where), where)


@pytest.mark.parametrize("nasty", ["%00", "%1F", "%7f", "%C2%85", "a%0Ab", "%0d"])
def test_control_characters_in_a_query_are_422(client: Client, nasty: str) -> None:
    answer = client.get(f"/api/item/retail/search/uni/123?q={nasty}")
    assert (answer.status, answer.json["error"]) == (422, "invalid")


@pytest.mark.parametrize("text", TEXTS)
def test_in_the_fields_of_a_body(admin: Client, text: str) -> None:
    item: dict[str, Any] = {
        "_id": f"n{random.randrange(10**9)}", "name": "n", "description": "d", "price": 1,
        "image": "i", "type": "t", "uniId": "123", "vendorId": "v",
    }  # fmt: skip
    bodies: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
        ("POST", "/api/user/auth/login", {"email": "e", "identifier": "i", "password": "p"}, {}),
        ("POST", "/api/vendor/auth/login", {"email": "e", "password": "p"}, {}),
        ("POST", "/cart/add/user123", {"itemId": "item123", "kind": "Retail"}, {}),
        ("POST", "/order/user123", {"vendorId": "vendor123"}, {}),
    ]
    for method, path, fields, fixed in bodies:
        for field in fields:
            body = fixed | fields | {field: text}
            fine(admin.request(method, path, dumped(body)), f"{path} {field}")
    for field in item:
        body = {"items": [item | {field: text}]}
        fine(admin.post("/api/item/retail/bulk", dumped(body)), f"bulk {field}")
    update = {"updates": [{"itemId": text, "quantity": 1}]}
    fine(admin.request("PATCH", "/api/item/retail/inventory", dumped(update)), "inventory")
    # What got in can be read.
    fine(Client(admin.url).get(f"/api/item/retail/uni/123?limit=100&{random.random()}"), "list")


def test_in_the_header_that_a_store_sees(request: pytest.FixtureRequest, url: str) -> None:
    """A key that begins with a space, or is nothing else, is the same to every store: where orders
    take long, as each of these is one, that is left to the other store."""
    alone = request.node.callspec.params["url"] == "sqlite"
    order_with(url, STORED, alone=alone)


@pytest.mark.parametrize(
    "header", [header for header in HEADERS if header != STORED], ids=bytes.decode
)
def test_in_a_header_that_no_store_sees(backend: RunningBackend, header: bytes) -> None:
    order_with(backend.url, header)


def order_with(url: str, header: bytes, *, alone: bool = True) -> None:
    """With a key all orders but the first are answered by that one, which costs a store little.
    `alone`: each text stands alone as well, and not only after what may stand before it."""
    raw = Raw(url)
    body = b'{"vendorId":"vendor123","items":[{"itemId":"item123","quantity":1}]}'
    others = [b"Content-Type: application/json", b"Idempotency-Key: " + header]
    usual = [line for line in others if not line.startswith(header)]
    for nasty in NASTY:
        for value in (*([nasty] if alone else []), HEADERS[header] + nasty):
            lines = [
                b"POST /order/user123 HTTP/1.1", b"Host: x", b"Connection: close",
                b"Content-Length: %d" % len(body), header + b": " + value, *usual,
            ]  # fmt: skip
            wire = raw.send(b"\r\n".join([*lines, b"", body]))
            assert wire.status < 500, (header, value, wire.received)
            assert b"Traceback" not in wire.received


def dumped(body: Any) -> bytes:
    """With escapes, so that half of a surrogate pair can be sent."""
    import json

    return json.dumps(body).encode()


def fine(answer: Answer, where: str) -> None:
    assert answer.status < 500, (where, answer.body)
    assert b"Traceback" not in answer.body
