"""A backend that is only its page of metrics and its health route, counted by prometheus-client as
the bundled one does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CollectorRegistry, Histogram, generate_latest

from kampyn_perf.backend.metrics import HTTP_BUCKETS
from kampyn_perf.names import METRIC_HTTP


class Page:
    """What the page tells; `status` is that of the health route."""

    def __init__(self) -> None:
        self.url = ""
        self.health = 200
        self.scrapes = 0
        self._registry = CollectorRegistry()
        self._requests = Histogram(
            METRIC_HTTP,
            "Requests.",
            ("method", "route", "status"),
            buckets=HTTP_BUCKETS,
            registry=self._registry,
        )
        self.requests(0)

    def requests(self, count: int, *, seconds: float = 0.01, status: int = 200) -> None:
        """So many more."""
        child = self._requests.labels("POST", "/order/{userId}", str(status))
        for _each in range(count):
            child.observe(seconds)

    def render(self) -> bytes:
        self.scrapes += 1
        return generate_latest(self._registry)


@contextmanager
def serving() -> Iterator[Page]:
    """A real server for the length of the block."""
    page = Page()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path == "/metrics":
                self._answer(200, page.render())
            elif self.path == "/health":
                self._answer(page.health, b"{}")
            else:
                self._answer(404, b"")

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", "text/plain; version=0.0.4")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    page.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield page
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
