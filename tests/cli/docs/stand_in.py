"""An API of a user's own, as the pages suppose one at `localhost:8000`."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ITEMS = [{"id": number, "name": f"item {number}"} for number in range(20)]
OPENAPI = {
    "openapi": "3.0.3",
    "info": {"title": "Shop", "version": "1"},
    "paths": {
        "/health": {"get": {"responses": {"200": {"description": "ok"}}}},
        "/items": {"get": {"operationId": "items", "responses": {"200": {"description": "ok"}}}},
    },
}


class Api(BaseHTTPRequestHandler):
    """What is asked of it by a page's own files gets the answer that they expect."""

    protocol_version = "HTTP/1.1"
    wbufsize = 65536

    def do_GET(self) -> None:
        answers: dict[str, Any] = {
            "/items": ITEMS,
            "/health": {"ok": True},
            "/openapi.json": OPENAPI | {"servers": [{"url": f"http://{self.headers['Host']}"}]},
        }
        known = answers.get(self.path.partition("?")[0])
        self._answer(200 if known is not None else 404, known)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/login":
            self._answer(200, {"auth": {"jwt": "token"}})
        else:
            self._answer(201, json.loads(body) if body[:1] == b"{" else {})

    def _answer(self, status: int, document: Any) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


class Shop(Api):
    """The API of docs/targets.md, whose items stand in an object."""

    def do_GET(self) -> None:
        if self.path == "/items":
            self._answer(200, {"items": ITEMS})
        else:
            super().do_GET()


@contextmanager
def served(handler: type[Api] = Api) -> Iterator[int]:
    """The port of one, for as long as the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
