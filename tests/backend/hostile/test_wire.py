"""Bytes that are no proper HTTP, and clients that take their time: answered or let go, never held.

The backend gives half a second for headers and bodies; `Raw` waits twenty times as long, so that
`closed` means what it says on a slow machine too.

Tests `kampyn_perf/backend/asgi.py` and `kampyn_perf/backend/worker.py`.
"""

from __future__ import annotations

import time

import pytest

from tests.backend.hostile.conftest import PATIENCE, Raw, read_all

LOGIN = b"POST /api/user/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
HEALTH = b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
CHUNKED = LOGIN + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "begun", [b"", b"GET /hea", b"GET /health HTTP/1.1\r\nHost: x\r\n", b"\x16\x03\x01\x02\x00"]
)
def test_headers_that_do_not_come_end_the_connection(raw: Raw, begun: bytes) -> None:
    assert raw.send(begun).closed


def test_a_body_that_does_not_come_is_408(raw: Raw) -> None:
    wire = raw.send(LOGIN + b'Content-Length: 100\r\n\r\n{"email":')
    assert (wire.status, wire.closed) == (408, True)


@pytest.mark.parametrize(
    ("begun", "drip"),
    [
        (b"GET /health HTTP/1.1\r\n", b"X-Slow: 1\r\n"),
        (LOGIN + b"Content-Length: 5000\r\n\r\n", b" "),
    ],
)
def test_dripping_does_not_keep_a_connection(raw: Raw, begun: bytes, drip: bytes) -> None:
    """Each byte alone is in time: it is the whole that must be."""
    deadline = time.monotonic() + PATIENCE
    with raw.connect() as connection:
        connection.sendall(begun)
        connection.settimeout(0.1)
        while time.monotonic() < deadline:
            try:
                connection.sendall(drip)
                if not connection.recv(65536):
                    return
            except TimeoutError:
                continue
            except OSError:
                return
    raise AssertionError("the connection is still open")


def test_slow_clients_do_not_keep_others_waiting(raw: Raw) -> None:
    slow = [raw.connect() for _ in range(200)]
    try:
        for connection in slow:
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n")
        assert (
            raw.send(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").status == 200
        )
        assert all(read_all(connection).closed for connection in slow)
    finally:
        for connection in slow:
            connection.close()


@pytest.mark.parametrize(
    ("request_", "statuses"),
    [
        (LOGIN + b"Content-Length: 99999999999\r\n\r\n", {413}),
        (LOGIN + b"Content-Length: 9999999999999999999999999\r\n\r\n", {400}),
        (LOGIN + b"Content-Length: -1\r\n\r\n", {400}),
        (LOGIN + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\n12345", {400}),
        (CHUNKED, {400}),
        (CHUNKED + b"zz\r\n", {400}),
        (LOGIN + b"Transfer-Encoding: identity\r\nContent-Length: 2\r\n\r\n{}", {400}),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX-Big: " + b"a" * 600_000 + b"\r\n\r\n", {431}),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-Many: 1\r\n" * 5_000 + b"\r\n", {431}),
        (b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n", {400}),
        (b"GET /health HTTP/1.1\r\n\r\n", {400}),
        (b"GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", {400}),
        (b"G\x00T / HTTP/1.1\r\nHost: x\r\n\r\n", {400}),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX-Bad: a\x00b\r\n\r\n", {400}),
        (b"GET / HTTP/9.9\r\nHost: x\r\n\r\n", {400, 505}),
        (b"CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n", {400, 404, 405}),
        (b"TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", {404, 405}),
        (b"nonsense\r\n\r\n", {400}),
    ],
)
def test_what_is_no_request_gets_a_clear_4xx(raw: Raw, request_: bytes, statuses: set[int]) -> None:
    wire = raw.send(request_)
    assert wire.closed
    assert wire.status in statuses
    assert b"Traceback" not in wire.received


def test_a_smuggled_request_is_not_answered(raw: Raw) -> None:
    """Two lengths that contradict each other: what follows the first body is nobody's request."""
    wire = raw.send(
        LOGIN
        + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        + b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
    )
    assert wire.closed
    assert wire.received.count(b"HTTP/1.1 ") == 1
    assert 400 <= wire.status < 500


@pytest.mark.parametrize(
    "path",
    [
        b"/%0d%0aSet-Cookie:%20a=b",
        b"/docs/..%2f..%2f..%2fetc%2fpasswd",
        b"/docs/../../../etc/passwd",
        b"/docs/%2e%2e/%2e%2e/etc/passwd",
        b"//etc/passwd",
        b"/%zz%ff%00",
        b"/" + b"a" * 100_000,
    ],
)
def test_strange_paths_lead_nowhere(raw: Raw, path: bytes) -> None:
    wire = raw.send(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert wire.status in {404, 414, 431}
    assert b"set-cookie" not in wire.received.lower()
    assert b"root:" not in wire.received


def test_http_1_0_needs_no_host(raw: Raw) -> None:
    assert raw.send(b"GET /health HTTP/1.0\r\n\r\n").status == 200


def test_nobody_is_sent_to_the_host_that_a_request_names(raw: Raw) -> None:
    wire = raw.send(b"GET /health/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
    assert wire.status == 404
    assert b"evil.example" not in wire.received


@pytest.mark.parametrize("length", [b"", b"Content-Length: 4\r\n", b"Content-Length: 50\r\n"])
def test_a_length_beside_a_transfer_encoding_is_400(raw: Raw, length: bytes) -> None:
    """In either order. Alone it is the same: what the server below dropped cannot be told."""
    body = b'{"email":"test@example.com","password":"password"}'
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    chunked = b"Transfer-Encoding: chunked\r\n"
    for fields in (length + chunked, chunked + length):
        wire = raw.send(LOGIN + fields + b"\r\n" + chunks)
        assert (wire.status, wire.closed) == (400, True)
        assert b"Content-Length" in wire.received


@pytest.mark.parametrize("path", [b"/health", b"/api/vendor/list/uni/123", b"/openapi.json"])
def test_head_is_get_without_the_body(raw: Raw, path: bytes) -> None:
    def ask(method: bytes) -> tuple[list[bytes], bytes]:
        wire = raw.send(method + b" " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        head, _, body = wire.received.partition(b"\r\n\r\n")
        changing = (b"date:", b"content-length: 2") if path == b"/health" else (b"date:",)
        return [line for line in head.split(b"\r\n") if not line.startswith(changing)], body

    get, head = ask(b"GET"), ask(b"HEAD")
    assert head[0] == get[0]
    assert get[1] != head[1] == b""


def test_head_of_what_has_no_get_is_405(raw: Raw) -> None:
    path = b"/api/user/auth/login"
    assert raw.send(b"HEAD " + path + b" HTTP/1.0\r\n\r\n").status == 405
