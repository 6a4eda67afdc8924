"""A small real server: it signs in by JSON, by a form and by cookie, and is strict about what it is
sent, so that a project that asks wrongly fails. It counts what it was asked."""

from __future__ import annotations

import json
import secrets
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PASSWORD = "correct horse 7"


Answer = tuple[int, Any, dict[str, str]]
"""Status, JSON, headers."""


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes


class Shop:
    """What the server knows."""

    def __init__(self) -> None:
        self.tokens: set[str] = set()
        self.cookies: set[str] = set()
        self.orders: dict[str, str] = {}
        self.asked: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.url = ""

    def answer(self, asked: Asked) -> Answer:
        """By a method of this class for each method and first part of a path."""
        first, _slash, rest = asked.path.strip("/").partition("/")
        answers = getattr(self, f"{asked.method.lower()}_{first}", None)
        return answers(asked, rest) if answers else (404, {}, {})

    def get_health(self, _asked: Asked, _rest: str) -> Answer:
        return 200, {"ok": True}, {}

    def post_login(self, asked: Asked, _rest: str) -> Answer:
        given = json.loads(asked.body)
        if given.get("password") != PASSWORD or "@" not in given.get("email", ""):
            return 401, {"error": "no"}, {}
        return 200, {"data": {"token": self._new(self.tokens)}}, {}

    def post_session(self, asked: Asked, _rest: str) -> Answer:
        if parse_qs(asked.body.decode()).get("password") != [PASSWORD]:
            return 403, {}, {}
        cookie = f"sid={self._new(self.cookies)}; Path=/; HttpOnly"
        return 302, None, {"Location": "/welcome", "Set-Cookie": cookie}

    def get_welcome(self, asked: Asked, _rest: str) -> Answer:
        sid = SimpleCookie(asked.headers.get("Cookie", "")).get("sid")
        return (200, "<html>", {}) if sid and sid.value in self.cookies else (403, {}, {})

    def get_items(self, _asked: Asked, number: str) -> Answer:
        return (200, {"id": int(number)}, {}) if number in ("1", "2", "3") else (404, {}, {})

    def get_search(self, asked: Asked, _rest: str) -> Answer:
        return (200, [], {}) if asked.query.get("q") else (422, {}, {})

    def post_orders(self, asked: Asked, _rest: str) -> Answer:
        if not self._signed_in(asked):
            return 401, {}, {}
        order = json.loads(asked.body)
        if not isinstance(order.get("itemId"), int) or order.get("quantity", 1) < 1:
            return 422, {}, {}
        number = f"order-{secrets.token_hex(8)}1"
        self.orders[number] = "open"
        return 201, {"order": {"id": number}}, {}

    def get_orders(self, asked: Asked, number: str) -> Answer:
        if not self._signed_in(asked):
            return 401, {}, {}
        return (200, {"id": number}, {}) if number in self.orders else (404, {}, {})

    def post_note(self, asked: Asked, _rest: str) -> Answer:
        same = json.loads(asked.body).get("text") == "{literal} and {{ braces }}"
        return (200, {}, {}) if same else (422, {}, {})

    def _new(self, kind: set[str]) -> str:
        made = secrets.token_urlsafe(24)
        kind.add(made)
        return made

    def _signed_in(self, asked: Asked) -> bool:
        return asked.headers.get("Authorization", "").removeprefix("Bearer ") in self.tokens


@contextmanager
def serving() -> Iterator[Shop]:
    """The server on a free port of this machine."""
    shop = Shop()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                status, answer, more = shop.answer(
                    Asked(self.command, parts.path, parse_qs(parts.query), dict(self.headers), body)
                )
            except (ValueError, AttributeError):
                status, answer, more = 400, {}, {}
            with shop.lock:
                (shop.asked if status < 400 else shop.refused)[f"{self.command} {parts.path}"] += 1
            sent = json.dumps(answer).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **more}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *arguments: Any) -> None:
            pass

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        setattr(Handler, f"do_{method}", Handler._do)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    shop.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
