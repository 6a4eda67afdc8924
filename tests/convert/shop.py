"""A small real server: it signs in by JSON, by a form and by cookie, and is strict about what it is
sent, so that a project that asks wrongly fails. It counts what it was asked."""

from __future__ import annotations

import base64
import json
import secrets
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PASSWORD = "correct horse 7"


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

    def answer(self, method: str, path: str, query: dict[str, list[str]], headers: Any, body: bytes
               ) -> tuple[int, Any, dict[str, str]]:  # fmt: skip
        match method, path.strip("/").split("/"):
            case "GET", ["health"]:
                return 200, {"ok": True}, {}
            case "POST", ["login"]:
                return self._login(json.loads(body))
            case "POST", ["token"]:
                form = parse_qs(body.decode())
                good = form.get("username") and form.get("password") == [PASSWORD]
                return (
                    (200, {"access_token": self._new(self.tokens)}, {}) if good else (400, {}, {})
                )
            case "POST", ["session"]:
                good = parse_qs(body.decode()).get("password") == [PASSWORD]
                if not good:
                    return 403, {}, {}
                cookie = f"sid={self._new(self.cookies)}; Path=/; HttpOnly"
                return 302, None, {"Location": "/welcome", "Set-Cookie": cookie}
            case "GET", ["welcome"]:
                sid = SimpleCookie(headers.get("Cookie", "")).get("sid")
                return (200, "<html>", {}) if sid and sid.value in self.cookies else (403, {}, {})
            case "GET", ["items"]:
                return 200, {"items": [{"id": 1, "name": "tea"}, {"id": 2, "name": "rice"}]}, {}
            case "GET", ["items", number]:
                return (
                    (200, {"id": int(number)}, {}) if number in ("1", "2", "3") else (404, {}, {})
                )
            case "GET", ["search"]:
                return (200, [], {}) if query.get("q") else (422, {}, {})
            case "POST", ["orders"]:
                if not self._signed_in(headers):
                    return 401, {}, {}
                order = json.loads(body)
                if not isinstance(order.get("itemId"), int) or order.get("quantity", 1) < 1:
                    return 422, {}, {}
                number = f"order-{secrets.token_hex(8)}1"
                self.orders[number] = "open"
                return 201, {"order": {"id": number}}, {}
            case "GET", ["orders", number]:
                if not self._signed_in(headers):
                    return 401, {}, {}
                return (200, {"id": number}, {}) if number in self.orders else (404, {}, {})
            case "POST", ["note"]:
                same = json.loads(body).get("text") == "{literal} and {{ braces }}"
                return (200, {}, {}) if same else (422, {}, {})
            case "GET", ["basic"]:
                want = base64.b64encode(f"ana:{PASSWORD}".encode()).decode()
                good = headers.get("Authorization") == f"Basic {want}"
                return (200, {}, {}) if good else (401, {}, {})
            case "GET", ["key"]:
                return (200, {}, {}) if headers.get("X-Api-Key") == "k-77" else (401, {}, {})
        return 404, {}, {}

    def _login(self, given: dict[str, Any]) -> tuple[int, Any, dict[str, str]]:
        if given.get("password") != PASSWORD or "@" not in given.get("email", ""):
            return 401, {"error": "no"}, {}
        return 200, {"data": {"token": self._new(self.tokens)}}, {}

    def _new(self, kind: set[str]) -> str:
        made = secrets.token_urlsafe(24)
        kind.add(made)
        return made

    def _signed_in(self, headers: Any) -> bool:
        return headers.get("Authorization", "").removeprefix("Bearer ") in self.tokens


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
                    self.command, parts.path, parse_qs(parts.query), self.headers, body
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

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _do

        def log_message(self, *arguments: Any) -> None:
            pass

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
