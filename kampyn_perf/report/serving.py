"""A page that is looked at while it changes: a small server on loopback, without a build step.

`/` is the page as it is now, `/events` tells when there is a newer one (server-sent events), and
`/metrics` is the run so far for Prometheus. It answers GET alone, and only to who calls it by a
name of this machine: another site's page cannot read it through a name of its own.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from kampyn_perf.errors import KampynError

_HOSTS = ("localhost", "127.0.0.1", "[::1]")
_BEAT_S = 15.0
"""A viewer that is gone is noticed when something is sent."""
_LAST_LOOK_S = 3.0
"""For so long the page at the end can still be fetched."""
_WANTED_S = 20.0
"""Who has asked within this time is still there: Prometheus asks every 15 s as a rule."""
_DOCUMENTS = {
    "/": (
        "text/html; charset=utf-8",
        b'<!doctype html><link rel="icon" href="data:,"><meta http-equiv="refresh" content="1">'
        b"<p>It begins.\n",
    ),
    "/metrics": ("application/openmetrics-text; version=1.0.0; charset=utf-8", b"# EOF\n"),
}
"""What there is, its media type, and what stands there before anything was measured."""

Render = Callable[[], bytes]


class LivePage:
    """The page of one run. `show` is cheap: a page is made when somebody asks for it."""

    def __init__(self, port: int) -> None:
        """Listen on loopback; 0 takes any free port. Raises KampynError where that is not free."""
        self._changed = threading.Condition()
        self._version = 0
        self._over = False
        self._pages: dict[str, Render] = {}
        self._made: dict[str, tuple[int, bytes]] = {}
        self._making = threading.Lock()
        self._viewers = 0
        self._asked = 0.0
        self._fetched = 0
        try:
            self._server = _Server(("127.0.0.1", port), self)
        except OSError as error:
            raise KampynError(
                f"cannot serve the live report on port {port}: {error.strerror or error}",
                hint="Name another port with --live-report, or 0 for any that is free.",
            ) from error
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True).start()

    @property
    def wanted(self) -> bool:
        """Whether somebody looks: what nobody looks at need not be made."""
        return self._viewers > 0 or time.monotonic() - self._asked < _WANTED_S

    def show(self, page: Render, metrics: Render | None = None) -> None:
        """From now on these; who looks is told. Without `metrics` there are none to scrape."""
        with self._changed:
            self._pages = {"/": page} | ({"/metrics": metrics} if metrics else {})
            self._version += 1
            self._changed.notify_all()

    def close(self) -> None:
        """Tell who looks that nothing more will come, give them a moment to fetch it, and end."""
        with self._changed:
            viewers = self._viewers
            self._over = True
            self._fetched = 0
            self._changed.notify_all()
        give_up = time.monotonic() + _LAST_LOOK_S
        while self._fetched < viewers and time.monotonic() < give_up:
            time.sleep(0.05)
        self._server.shutdown()
        self._server.server_close()

    def made(self, path: str) -> bytes | None:
        """The document at `path` as it is now; None where there is none (yet)."""
        self._asked = time.monotonic()
        with self._making:
            version, render = self._version, self._pages.get(path)
            if render is None:
                return None
            known = self._made.get(path)
            if known is None or known[0] != version:
                known = self._made[path] = version, render()
            return known[1]

    def _newer_than(self, told: int) -> tuple[bool, int]:
        """Whether the run is over, and the newest version; waits for a change of either."""
        with self._changed:
            self._changed.wait_for(lambda: self._over or self._version > told, _BEAT_S)
            return self._over, self._version

    def fetched(self) -> None:
        """A viewer has the last page whole."""
        with self._changed:
            self._fetched += 1

    def events(self, send: Callable[[bytes], None]) -> None:
        """Tell of every change until the run is over, or `send` fails."""
        with self._changed:
            self._viewers += 1
        told = 0
        try:
            while True:
                over, version = self._newer_than(told)
                if version > told:
                    send(b"event: changed\ndata: %d\n\n" % version)
                    told = version
                elif not over:
                    send(b": still here\n\n")
                if over:
                    send(b"event: over\ndata: %d\n\n" % version)
                    return
        finally:
            with self._changed:
                self._viewers -= 1


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], page: LivePage) -> None:
        self.page = page
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A viewer that went away in the middle of an answer is no error."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version = "kampyn-perf"
    sys_version = ""
    timeout = 60

    def do_GET(self) -> None:
        if not self._is_local():
            self._answer(
                HTTPStatus.MISDIRECTED_REQUEST, "text/plain", b"not a name of this machine\n"
            )
        elif self.path == "/events":
            self._stream()
        elif self.path.partition("?")[0] in _DOCUMENTS:
            self._document()
        else:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"there are /, /events and /metrics\n")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the library's name)
        """The terminal belongs to the run."""

    def _is_local(self) -> bool:
        host = self.headers.get("Host", "")
        name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
        return name in _HOSTS

    def _document(self) -> None:
        path, _mark, query = self.path.partition("?")
        kind, before = _DOCUMENTS[path]
        self._answer(HTTPStatus.OK, kind, self.server.page.made(path) or before)
        if query == "last":
            self.server.page.fetched()

    def _stream(self) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()

        def send(data: bytes) -> None:
            self.wfile.write(data)
            self.wfile.flush()

        self.server.page.events(send)

    def _answer(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(body)
