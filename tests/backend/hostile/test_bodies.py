"""Bodies that nobody should send: a clear 4xx for each, in the one shape of errors.

Tests `kampyn_perf/backend/routes/schemas.py`, `kampyn_perf/backend/request_checks.py` and
`kampyn_perf/backend/error_body.py`.
"""

from __future__ import annotations

import json
import logging

import pytest

from kampyn_perf.backend.logs import LineFormatter
from tests.backend.conftest import Client

LOGIN = "/api/user/auth/login"
CART = "/cart/add/user123"
ORDER = "/order/user123"
DEEP = 50_000


def refused(client: Client, path: str, body: object, statuses: tuple[int, ...] = (422,)) -> None:
    answer = client.post(path, body)
    assert answer.status in statuses, answer.body
    assert set(answer.json) <= {"error", "message", "details"}
    assert "Traceback" not in answer.body.decode()


@pytest.mark.parametrize("operator", ["$gt", "$ne", "$regex", "$where", "$in", "$expr"])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        (LOGIN, {"email": "test@example.com", "password": "password"}),
        (LOGIN, {"identifier": "test@example.com", "password": "password"}),
        (CART, {"itemId": "item123", "quantity": 1, "kind": "Retail"}),
        (ORDER, {"vendorId": "vendor123", "items": [{"itemId": "item123", "quantity": 1}]}),
    ],
)
def test_operators_in_json_are_wrong_types(
    client: Client, operator: str, path: str, body: dict[str, object]
) -> None:
    for field in body:
        refused(client, path, body | {field: {operator: ""}})
        refused(client, path, body | {field: [{operator: 1}]})


def test_operators_as_text_are_text(client: Client) -> None:
    refused(client, LOGIN, {"email": '{"$gt": ""}', "password": '{"$gt": ""}'}, (401,))
    refused(client, CART, {"itemId": "$where", "quantity": 1}, (404,))
    assert client.get("/api/item/retail/uni/%7B%22$ne%22:1%7D").status == 422
    assert client.get("/api/item/retail/uni/123?limit[$gt]=1&page[$ne]=0").status == 200
    assert client.get("/api/item/retail/search/uni/123?q[$regex]=.*").status == 422
    found = client.get(
        "/api/item/retail/search/uni/123?q=%22%20OR%201%3D1%20--%20%24where%20*%20%5B"
    )
    assert (found.status, found.json["items"]) == (200, [])


@pytest.mark.parametrize(
    "body",
    [
        b"[" * DEEP,
        b'{"a":' * DEEP,
        b"[" * DEEP + b"]" * DEEP,
        b'{"email":' + b"[" * DEEP + b"]" * DEEP + b',"password":"x"}',
        b"\xff\xfe",
        b'{"email": "a", "password": ',
        b"email=a&password=b",
    ],
    ids=["arrays", "objects", "closed", "in a field", "not utf-8", "cut off", "form"],
)
def test_what_is_not_the_json_we_want(client: Client, body: bytes) -> None:
    refused(client, LOGIN, body, (400, 422))


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"1", b'""', b"true", b"{}"])
@pytest.mark.parametrize("path", [LOGIN, CART, ORDER])
def test_json_of_another_shape(client: Client, path: str, body: bytes) -> None:
    refused(client, path, body)


@pytest.mark.parametrize(
    "quantity",
    [0, -1, 1.5, 1e400, "2", True, None, 10**30, {"$inc": 1}, [1]],
    ids=repr,
)
def test_quantities_are_whole_and_possible(client: Client, quantity: object) -> None:
    text = "1e999" if quantity == 1e400 else json.dumps(quantity)
    refused(client, CART, f'{{"itemId": "item123", "quantity": {text}}}'.encode())
    items = f'[{{"itemId": "item123", "quantity": {text}}}]'
    refused(client, ORDER, f'{{"vendorId": "vendor123", "items": {items}}}'.encode())


@pytest.mark.parametrize("text", ["\\ud800", "\\u0000", "\\u202e", "\\ufffe"])
def test_strange_characters_are_data(client: Client, text: str) -> None:
    refused(client, LOGIN, f'{{"email":"a{text}","password":"x"}}'.encode(), (401, 422))
    refused(client, CART, f'{{"itemId":"a{text}","quantity":1}}'.encode(), (404, 422))
    refused(client, LOGIN, f'{{"{text}":1}}'.encode(), (422,))


def test_long_fields_and_long_lists_are_422(client: Client) -> None:
    refused(client, LOGIN, {"email": "a" * 255, "password": "x"})
    refused(client, LOGIN, {"email": "a@b", "password": "x" * 1025})  # hashing costs by length
    lines = [{"itemId": f"i{n}", "quantity": 1} for n in range(101)]
    refused(client, ORDER, {"vendorId": "vendor123", "items": lines})
    assert client.get("/api/item/retail/uni/123?limit=101").status == 422
    assert client.get("/api/item/retail/uni/123?page=10001").status == 422


def test_unknown_ids_are_404(client: Client) -> None:
    refused(client, "/cart/add/nobody", {"itemId": "item123", "quantity": 1}, (404,))
    refused(client, CART, {"itemId": "nothing", "quantity": 1}, (404,))
    refused(client, ORDER, {"vendorId": "nobody", "items": []}, (404,))
    for path in (
        "/order/vendor/nobody/active",
        "/cart/nobody",
        "/api/item/retail/uni/nowhere",
        "/api/item/retail/uni/nowhere?cursor=",
        "/api/item/produce/search/uni/nowhere?q=a",
        "/api/vendor/list/uni/nowhere",
    ):
        answer = client.get(path)
        assert (answer.status, answer.json["error"]) == (404, "not_found"), path
    # What is empty is not unknown.
    assert client.get("/api/item/retail/uni/123?page=9999").status == 200
    assert client.get("/api/item/retail/search/uni/123?q=nothinglikeit").status == 200
    admin = Client(client.url).log_in("admin@example.com")
    assert admin.get("/api/vendor/nobody/analytics").status == 404
    assert admin.get("/api/vendor/nobody/export").status == 404
    assert admin.get("/order/68dd1a80ffffffffffffffff").status == 404
    assert client.get("/nowhere").json["error"] == "not_found"
    assert client.post("/health", {}).status == 405


def test_a_cursor_that_is_none_of_ours(client: Client) -> None:
    for cursor in ("x", "%00", "OTk5OTk5OTk5OTk5OTk5OTk5OTk6aQ==", "YTpi", "Og=="):
        assert client.get(f"/api/item/retail/uni/123?cursor={cursor}").status == 422


def test_nothing_can_be_written_into_the_logs() -> None:
    """A line break in a path is an escape in the log."""
    record = logging.LogRecord(
        "kampyn.slow", logging.WARNING, "", 0, "Slow request: %s", ("/a\n\x1b[2J2026 forged",), None
    )
    assert LineFormatter().format(record).endswith("Slow request: /a\\n\\x1b[2J2026 forged")


def test_every_answer_carries_the_security_headers(client: Client) -> None:
    for answer in (
        client.get("/health"),
        client.get("/nowhere"),
        client.post(LOGIN, b"["),
        client.get("/api/item/retail/uni/123"),
        client.get("/metrics"),
    ):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "server" not in answer.headers or "/" not in answer.headers["server"]
