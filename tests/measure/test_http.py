"""The small GET client against real sockets: what a probe has to tell apart."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from kampyn_perf.measure.http import HttpGetter, NoAnswer
from tests.bench.server import ok, serving


def test_an_answer_and_a_kept_connection() -> None:
    peers: list[bytes] = []

    def handle(request: bytes) -> bytes:
        peers.append(request)
        return ok(b"hello", headers="Content-Type: text/plain\r\n")

    with serving(handle) as url:
        getter = HttpGetter(f"{url}/a/b?c=d", timeout=5)
        first, second = getter.get(), getter.get()
        getter.close()
    assert (first.status, first.content_type, first.body) == (200, "text/plain", b"hello")
    assert second == first
    assert peers[0].startswith(b"GET /a/b?c=d HTTP/1.1\r\nHost: 127.0.0.1:")


def test_a_login_in_the_url_is_sent_as_one() -> None:
    seen: list[bytes] = []
    with serving(lambda request: (seen.append(request), ok())[1]) as url:
        HttpGetter(url.replace("//", "//me:p%40ss@") + "/", timeout=5).get()
    assert b"Authorization: Basic bWU6cEBzcw==" in seen[0]
    assert b"p%40ss" not in seen[0]


def test_a_connection_that_the_server_closed_between_two_requests_is_opened_again() -> None:
    with serving(lambda _request: ok(headers="Connection: close\r\n")) as url:
        getter = HttpGetter(url + "/", timeout=5)
        assert [getter.get().status for _ in range(3)] == [200, 200, 200]


def test_no_answer_at_all_is_said_in_words() -> None:
    with serving(lambda _request: None) as url, pytest.raises(NoAnswer, match="without an answer"):
        HttpGetter(url + "/", timeout=5).get()
    with (
        serving(lambda _request: b"SSH-2.0-OpenSSH\r\n") as url,
        pytest.raises(NoAnswer, match="no HTTP answer"),
    ):
        HttpGetter(url + "/", timeout=5).get()
    with pytest.raises(NoAnswer, match="refused"):
        HttpGetter(f"http://127.0.0.1:{_closed_port()}/", timeout=5).get()


def test_half_an_answer_is_none() -> None:
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this"
    with raw(half, then_close=True) as port:
        getter = HttpGetter(f"http://127.0.0.1:{port}/", timeout=5)
        with pytest.raises(NoAnswer, match="before the answer was whole"):
            getter.get()


def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    with raw(b"HTTP/1.0 200 OK\r\n\r\nall of it", then_close=True) as port:
        assert HttpGetter(f"http://127.0.0.1:{port}/", timeout=5).get().body == b"all of it"


def test_the_deadline_counts_from_the_start_however_the_bytes_drip() -> None:
    def drip(connection: socket.socket) -> None:
        for _ in range(100):
            connection.sendall(b"HTTP/1.1 200 OK\r\nX: " + b"y")
            time.sleep(0.05)

    with raw(b"", also=drip) as port:
        started = time.monotonic()
        with pytest.raises(NoAnswer, match=r"no answer in time|no HTTP answer"):
            HttpGetter(f"http://127.0.0.1:{port}/", timeout=0.3).get()
        # Not a limit of speed: five seconds of dripping were not waited for.
        assert time.monotonic() - started < 4


def test_an_answer_that_never_ends_is_given_up() -> None:
    def flood(connection: socket.socket) -> None:
        while True:
            connection.sendall(b"x" * 65536)

    with (
        raw(b"HTTP/1.1 200 OK\r\n\r\n", also=flood) as port,
        pytest.raises(NoAnswer, match="longer than 8388608 bytes"),
    ):
        HttpGetter(f"http://127.0.0.1:{port}/", timeout=20).get()


def _closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def raw(answer: bytes, *, then_close: bool = False, also=None) -> Iterator[int]:  # type: ignore[no-untyped-def]
    """The port of a server that sends `answer` to one request, does `also`, and waits."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        with suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)
                if also:
                    also(connection)
                if not then_close:
                    over.wait(30)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        over.set()
        listener.close()
