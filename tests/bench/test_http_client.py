from __future__ import annotations

import asyncio
import socket

import pytest

from kampyn_perf.bench.http_client import Address, Answer, HttpConnection, encode
from kampyn_perf.errors import UnreachableError
from tests.bench.server import Handle, ok, serving


def exchange(handle: Handle, *, times: int = 1) -> list[Answer]:
    async def go(url: str) -> list[Answer]:
        address = Address.of(url)
        connection = HttpConnection(address)
        request = encode(address, "POST", "/a", body={"b": 1}, headers={"X-One": "1"})
        try:
            answers = []
            for _ in range(times):
                await connection.ready()
                answers.append(await connection.exchange(request))
            return answers
        finally:
            connection.close()

    with serving(handle) as url:
        return asyncio.run(go(url))


def test_a_request_is_what_was_asked_for() -> None:
    seen: list[bytes] = []

    def handle(request: bytes) -> bytes:
        seen.append(request)
        return ok(b'{"x":1}', headers="Set-Cookie: token=abc; HttpOnly; Path=/\r\n")

    (answer,) = exchange(handle)

    head, _, body = seen[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /a HTTP/1.1\r\n")
    assert b"\r\nX-One: 1" in head
    assert b"\r\nContent-Length: 7" in head
    assert body == b'{"b":1}'
    assert (answer.status, answer.body, answer.cookies) == (200, b'{"x":1}', {"token": "abc"})


def test_a_connection_is_kept_and_made_again_where_the_server_closes_it() -> None:
    count = 0

    def handle(_request: bytes) -> bytes:
        nonlocal count
        count += 1
        return ok(str(count).encode(), headers="Connection: close\r\n" if count == 2 else "")

    assert [answer.body for answer in exchange(handle, times=4)] == [b"1", b"2", b"3", b"4"]


def test_chunked_and_interim_answers_are_read() -> None:
    chunked = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    (answer,) = exchange(lambda _request: interim + chunked)
    assert (answer.status, answer.body) == (200, b"abcde")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (None, "closed before the answer's end"),
        (b"SSH-2.0-OpenSSH\r\n", "not an HTTP answer"),
    ],
)
def test_what_is_no_answer_is_an_error(answer: bytes | None, message: str) -> None:
    with pytest.raises(ConnectionError, match=message):
        exchange(lambda _request: answer)


def test_an_answer_that_breaks_off_is_an_error() -> None:
    with pytest.raises(ConnectionError, match="closed before the answer's end"):
        asyncio.run(_cut(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"))


async def _cut(answer: bytes) -> None:
    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(once, "127.0.0.1", 0)
    address = Address.of(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    connection = HttpConnection(address)
    await connection.ready()
    try:
        await connection.exchange(encode(address, "GET", "/", headers={}))
    finally:
        connection.close()
        server.close()


def test_nobody_there_is_unreachable_and_no_secret_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    connection = HttpConnection(Address.of(f"http://user:secret@127.0.0.1:{port}"))
    with pytest.raises(UnreachableError, match="cannot be reached") as caught:
        asyncio.run(connection.ready())
    assert "secret" not in caught.value.message


@pytest.mark.parametrize(
    ("url", "authority", "prefix"),
    [
        ("http://localhost:5001/", "localhost:5001", ""),
        ("http://localhost", "localhost", ""),
        ("https://example.edu/api/", "example.edu", "/api"),
        ("http://[::1]:80/x", "[::1]", "/x"),
        ("https://[::1]:80", "[::1]:80", ""),
    ],
)
def test_addresses(url: str, authority: str, prefix: str) -> None:
    address = Address.of(url)
    assert (address.authority, address.prefix) == (authority, prefix)
