"""A server with a known capacity: one request at a time, each of so many milliseconds."""

from __future__ import annotations

import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TAKES_S = float(sys.argv[1]) / 1000
LOCK = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    """Answers in turn."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        with LOCK:
            time.sleep(TAKES_S)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        if len(sys.argv) > 2:
            self.send_header("RateLimit-Policy", sys.argv[2])
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        """Nothing."""


class Server(ThreadingHTTPServer):
    """With room for as many as come."""

    request_queue_size = 1024
    daemon_threads = True


server = Server(("127.0.0.1", 0), Handler)
sys.stdout.write(f"{server.server_port}\n")
sys.stdout.flush()
server.serve_forever()
