"""Bodies that take their time to send, and answers that come meanwhile.

Tests `kampyn_perf/load/client/sender.py` and `kampyn_perf/load/client/connection.py`.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

import gevent
import pytest

from kampyn_perf.load.client import Client, ConnectionPool, PoolOptions
from kampyn_perf.outcomes import ErrorKind
from tests.load.client.conftest import OK, Observer, Peer, Server

Serve = Callable[..., Server]
Connect = Callable[..., Client]


def slow_reader(peer: Peer) -> None:
    """Reads a body of forty megabytes within two seconds, a megabyte at a time."""
    peer.read_head()
    left = 40_000_000 - len(peer.unread)
    while left > 0:
        time.sleep(0.05)
        wanted = min(left, 1_000_000)
        while wanted > 0:
            part = len(peer.sock.recv(wanted))
            wanted -= part
            left -= part
    peer.send(OK)


@pytest.mark.alone
def test_an_upload_that_moves_on_is_no_read_timeout(serve: Serve, connect: Connect) -> None:
    client = connect(serve(slow_reader))
    assert client.post("/", data=b"x" * 40_000_000, timeout=(5, 1.8)).error is None
    late = client.post("/", data=b"x" * 40_000_000, timeout=0.4)
    assert late.error is not None
    assert late.error.kind is ErrorKind.TIMEOUT, "the total limit holds all the same"


def test_an_expecting_request_has_its_own_deadline(serve: Serve, observer: Observer) -> None:
    """Not that of the idle connection that it is sent on."""

    def script(peer: Peer) -> None:
        peer.read()
        peer.send(OK)
        time.sleep(0.5)
        head = peer.read_head()
        assert head is not None
        peer.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        peer.read_body(7)
        peer.send(OK)

    pool = ConnectionPool(options=PoolOptions(idle_us=300_000))
    client = Client(base_url=serve(script).url, pool=pool, observer=observer)
    client.get("/")
    large = {"Expect": "100-continue", "X-Large": "x" * 6_000_000}
    assert client.post("/", data=b"0123456", headers=large, timeout=10).error is None


def test_what_was_never_sent_is_not_counted(
    serve: Serve, connect: Connect, observer: Observer
) -> None:
    def early(peer: Peer) -> None:
        peer.read_head()
        peer.send(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        peer.server.released.wait(0.3)

    client = connect(serve(early))
    client.post("/", data=b"x" * 50_000_000)
    client.post("/", data=b"x" * 50_000_000, headers={"Expect": "100-continue"})
    assert [sample.status for sample in observer.samples] == [413, 413]
    assert observer.samples[0].sent < 40_000_000
    assert observer.samples[1].sent < 1_000


ENDLESS = """
import socket, sys
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
peer, _ = listener.accept()
peer.recv(4096)
peer.sendall(b"HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n")
peer.sendall(b"5\\r\\nhello\\r\\n0\\r\\nX-T: ")
try:
    while True:
        peer.sendall(b"a" * 1_000_000)
except OSError:
    pass
"""


def test_a_server_that_answers_without_end_does_not_hold_the_loop(connect: Connect) -> None:
    """Trailers for ever, while a large body is being sent: other users go on, and it ends."""
    server = subprocess.Popen([sys.executable, "-c", ENDLESS], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        client = connect(f"http://127.0.0.1:{int(server.stdout.readline())}")
        turns = []

        def others() -> None:
            while True:
                turns.append(1)
                gevent.sleep(0.001)

        turning = gevent.spawn(others)
        response = client.post("/", data=b"x" * 30_000_000, timeout=20)
        turning.kill()
    finally:
        server.kill()
        server.communicate()
    assert response.error is not None
    assert str(response.error) == "trailers or chunk extensions without end"
    assert turns
