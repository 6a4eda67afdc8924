"""A real HTTP server that takes webhooks, and answers as it is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Post = tuple[Mapping[str, str], bytes]
"""Headers with small letters, and the body."""


@dataclass
class Hook:
    """What came, and what is answered: each status once, then 200."""

    url: str
    statuses: list[int] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)
    """Until it is set, no answer is given; it is set at first."""


@contextmanager
def serving(*statuses: int) -> Iterator[Hook]:
    """A server for the length of the block."""
    hook = Hook(url="", statuses=list(statuses))
    hook.hold.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            hook.posts.append(({key.lower(): value for key, value in self.headers.items()}, body))
            hook.hold.wait(30)
            status = hook.statuses.pop(0) if hook.statuses else 200
            self.send_response(status)
            if status in (301, 302, 307, 308):
                self.send_header("location", "http://example.invalid/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hook.url = f"http://127.0.0.1:{server.server_address[1]}/hook?team=a"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        hook.hold.set()
        server.shutdown()
        server.server_close()
        thread.join()
