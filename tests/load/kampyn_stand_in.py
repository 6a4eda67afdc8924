"""A server with the real KAMPYN backend's documented rules, to be called in a process of its own.

`serve` prints its port. `GET /seen` tells what came: [method and path, status]. Passwords are
`pw-<id>`.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any

VALID_SECONDS = 7 * 86_400.0
MOST_OF_AN_ITEM = 15
LOCK = Lock()
SEEN: list[tuple[str, int]] = []
CARTS: dict[str, dict[str, Any]] = defaultdict(lambda: {"vendor": None, "items": {}})

Answer = tuple[int, Any]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # header and body leave together

    server: Server

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def log_message(self, *_arguments: Any) -> None:
        """Silence."""

    def _serve(self, method: str) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        status: int
        document: Any
        if self.path == "/seen":
            status, document = 200, SEEN
        else:
            with LOCK:
                status, document = self._answer(method, self.path, body)
                SEEN.append((f"{method} {self.path}", status))
        data = json.dumps(document).encode()
        self.send_response(status)
        if isinstance(document, dict) and "token" in document:
            self.send_header("Set-Cookie", f"token={document['token']}; HttpOnly; Path=/")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _answer(self, method: str, path: str, body: dict[str, Any]) -> Answer:
        if path in ("/api/user/auth/login", "/api/vendor/auth/login"):
            kind = "user" if "user" in path else "vendor"
            who = str(body.get("identifier", "")).partition("@")[0]
            if body.get("password") != f"pw-{who}":
                return 400, {"message": "Invalid credentials"}
            # Two logins in one second give the same token.
            return 200, {"success": True, "token": f"{kind}:{who}:{int(time.time())}", "user": {}}
        if path == "/api/user/auth/check":
            return (200, {"user": {}}) if self._token("user") else (401, {})
        if path.startswith(("/api/item/retail/uni/", "/api/vendor/list/uni/")):
            return 200, {"items": [], "vendors": []}
        parts = path.strip("/").split("/")
        if parts[:2] == ["order", "vendor"]:
            return (200, {"orders": []}) if self._token("vendor") == parts[2] else (403, {})
        if parts[0] not in ("cart", "order-approval"):
            return 404, {}
        if self._token("user") != parts[-1]:
            return 403, {"message": "not your own"}
        return self._shop(parts, body)

    def _shop(self, parts: list[str], body: dict[str, Any]) -> Answer:
        cart = CARTS[parts[-1]]
        match parts[:2]:
            case ["cart", "add"]:
                wanted = cart["items"].get(body["itemId"], 0) + body["quantity"]
                if cart["items"] and cart["vendor"] != body["vendorId"]:
                    return 400, {"message": "the cart has items of another vendor"}
                if wanted > MOST_OF_AN_ITEM:
                    return 400, {"message": "no more than 15 of one item"}
                cart["vendor"] = body["vendorId"]
                cart["items"][body["itemId"]] = wanted
                return 200, {"cart": cart}
            case ["cart", "remove-item"]:
                if body["itemId"] not in cart["items"]:
                    return 400, {"message": "not in the cart"}
                del cart["items"][body["itemId"]]
                return 200, {"cart": cart}
            case ["order-approval", "submit"]:
                # The cart stays as it is.
                return (201, {"success": True}) if cart["items"] else (400, {"message": "empty"})
        return 404, {}

    def _token(self, kind: str) -> str:
        """Whose token came along; empty for none that serves."""
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if not token:
            token = (self.headers.get("Cookie") or "").partition("token=")[2].partition(";")[0]
        found, _, rest = token.partition(":")
        who, _, since = rest.partition(":")
        fresh = since.isdigit() and time.time() - int(since) < self.server.valid_seconds
        return who if found == kind and fresh else ""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, valid_seconds: float) -> None:
        """So long a token serves."""
        super().__init__(("127.0.0.1", 0), Handler)
        self.valid_seconds = valid_seconds


def serve(valid_seconds: float) -> None:
    server = Server(valid_seconds)
    print(server.server_address[1], flush=True)
    server.serve_forever()
