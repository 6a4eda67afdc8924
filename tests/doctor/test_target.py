"""A target's answers: a real server, in this process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from kampyn_perf.doctor import target


@contextmanager
def served(
    *, headers: dict[str, str] | None = None, body: str = "ok", version: str = "HTTP/1.1"
) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = version
        server_version = "shop"
        sys_version = ""

        def do_GET(self) -> None:
            data = body.encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_a_plain_one():
    with served() as url:
        facts = target.look(url)
    assert facts.status == 200
    assert facts.here
    assert facts.keeps_alive
    assert facts.rate_limit is None
    assert facts.debug_signs == ()
    assert not facts.compresses
    assert facts.answer_us is not None


def test_a_limiter_names_itself():
    with served(headers={"RateLimit-Policy": "1000;w=900"}) as url:
        facts = target.look(url)
    assert facts.rate_limit is not None
    assert (facts.rate_limit.requests, facts.rate_limit.window_us) == (1000, 900_000_000)


def test_one_that_closes_each_connection():
    with served(version="HTTP/1.0") as url:
        assert target.look(url).keeps_alive is False


def test_a_debug_mode_shows_itself():
    with served(body="Traceback (most recent call last): ...") as url:
        assert target.look(url).debug_signs == ("a Python traceback in an answer",)
    with served(headers={"X-Powered-By": "Werkzeug/3"}) as url:
        assert "Werkzeug" in target.look(url).debug_signs[0]


def test_compression():
    with served(headers={"Content-Encoding": "gzip"}) as url:
        assert target.look(url).compresses


def test_nobody_there():
    facts = target.look("http://user:secret@127.0.0.1:1")
    assert "refused" in facts.unreachable
    assert "secret" not in facts.url
