"""What is stored, asked over real HTTP in the shapes that lists have.

Tests `kampyn_perf/load/target/audit.py` too.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from kampyn_perf.errors import UnreachableError
from kampyn_perf.load.audit.asking import StoredOrders
from kampyn_perf.load.target.audit import AuditSettings

PAGED = {"ids": "$.d[*].id", "next": "next"}


class Shop(ThreadingHTTPServer):
    """Answers each path with what it is told to; an Exception closes the connection."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, list[Any]] = {}
        self.seen: list[tuple[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/shop"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Shop

    def do_GET(self) -> None:
        self.server.seen.append((self.path, self.headers.get("X-Key", "")))
        known = self.server.answers.get(self.path.removeprefix("/shop"), [404])
        answer = known.pop(0) if len(known) > 1 else known[0]
        if isinstance(answer, Exception):
            self.close_connection = True
            return
        status, body = (
            (answer, b"") if isinstance(answer, int) else (200, json.dumps(answer).encode())
        )
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def shop() -> Iterator[Shop]:
    with Shop() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def stored(shop: Shop, **settings: str) -> StoredOrders:
    audit = AuditSettings.model_validate(settings)
    return StoredOrders(audit, shop.url, {"X-Key": "k"}, pause=lambda _: None)


def listed(shop: Shop, **settings: str) -> list[str]:
    with closing(stored(shop, orders="GET /orders", **settings)) as orders:
        return list(orders.listed())


def test_a_list_in_one_answer(shop):
    shop.answers["/orders"] = [[{"id": 1}, {"id": "b"}]]
    assert listed(shop) == ["1", "b"]
    assert shop.seen == [("/shop/orders", "k")]


def test_a_list_within_an_object_and_one_that_is_empty(shop):
    shop.answers["/orders"] = [{"orders": [{"_id": "a"}], "total": 1}]
    assert listed(shop, ids="$.orders[*]._id") == ["a"]
    shop.answers["/orders"] = [{"orders": []}]
    assert listed(shop, ids="$.orders[*]._id") == []


def test_pages_that_lead_on_by_a_path_or_a_cursor(shop):
    shop.answers["/orders"] = [{"data": [{"id": "a"}], "next": "/shop/orders?page=2"}]
    shop.answers["/orders?page=2"] = [{"data": [{"id": "b"}], "next": None}]
    assert listed(shop, ids="$.data[*].id", next="$.next") == ["a", "b"]
    shop.answers["/o?after="] = [{"ids": ["a"], "cursor": "x/1"}]
    shop.answers["/o?after=x%2F1"] = [{"ids": ["b"]}]
    by_cursor = {"orders": "GET /o?after={next}", "ids": "$.ids", "next": "$.cursor"}
    with closing(stored(shop, **by_cursor)) as orders:
        assert list(orders.listed()) == ["a", "b"]


def test_one_by_one(shop):
    shop.answers["/order/a%2F1"] = [{"id": "a/1"}]
    shop.answers["/order/c"] = [410]
    with closing(stored(shop, order="GET /order/{id}")) as orders:
        assert list(orders.lost_of(["a/1", "b", "c"])) == ["b", "c"]


def test_what_broke_is_asked_again(shop):
    shop.answers["/orders"] = [OSError(), 503, [{"id": "a"}]]
    assert listed(shop) == ["a"]


@pytest.mark.parametrize(
    ("answers", "settings", "words"),
    [
        ([500], {}, "it was answered with 500"),
        ([401], {}, "it was answered with 401"),
        ([[{"_id": "a"}]], {}, r"nothing in it is at \$\[\*\]\.id"),
        ([{"next": "/shop/orders", "d": [{"id": "a"}]}], PAGED, "lead back"),
        ([{"next": "http://evil.example/", "d": [{"id": "a"}]}], PAGED, "another host"),
    ],
)
def test_half_a_list_is_none(shop, answers, settings, words):
    shop.answers["/orders"] = answers
    with pytest.raises(UnreachableError, match=words):
        listed(shop, **settings)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"orders": "POST /orders"}, "is no `GET /path`"),
        ({"order": "GET /order"}, "no {id} to fill in"),
        ({"orders": "GET /o?a={next}"}, "next does not say where"),
        ({"ids": "$["}, "is no JSONPath"),
    ],
)
def test_a_mistake_in_the_file_is_told(settings, words):
    with pytest.raises(ValueError, match=words.replace("{", r"\{").replace("$[", r"\$\[")):
        AuditSettings.model_validate(settings)
