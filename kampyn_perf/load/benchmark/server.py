"""A server so lean that the generator is the bottleneck. Run as a program of its own.

It answers prepared bytes, prints its port, and ends when its standard input does, so that it never
outlives who started it.
"""

from __future__ import annotations

import asyncio
import sys
from typing import cast

import uvloop

_ITEM = b'{"id":"item%03d","name":"Samosa","price":20,"vendorId":"vendor123","type":"snack"}'
_ITEMS = b'{"items":[' + b",".join(_ITEM % number for number in range(4)) + b"]}"
_OK = b'{"ok":true}'


def _response(body: bytes, *headers: bytes) -> bytes:
    head = [
        b"HTTP/1.1 200 OK",
        b"Server: throughput",
        b"Date: Mon, 23 Nov 2026 12:00:00 GMT",
        b"Content-Type: application/json; charset=utf-8",
        b"Cache-Control: no-store",
        b"Content-Length: %d" % len(body),
        b"Connection: keep-alive",
        *headers,
    ]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


ITEMS = _response(_ITEMS)
LOGIN = _response(_OK, b"Set-Cookie: token=0123456789abcdef0123456789abcdef; Path=/; HttpOnly")
OTHER = _response(_OK)


class Answer(asyncio.Protocol):
    """One connection: requests with or without a body, pipelined or not."""

    def __init__(self) -> None:
        self._transport: asyncio.WriteTransport
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        if self._buffer:
            data = self._buffer + data
        while data:
            end = data.find(b"\r\n\r\n") + 4
            if end < 4:
                break
            if data.startswith(b"POST"):
                end += _length(data[:end])
                if end > len(data):
                    break
            self._transport.write(_answer(data))
            data = data[end:]
        self._buffer = data


def _length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"content-length:")
    return int(rest.partition(b"\r\n")[0] or 0)


def _answer(head: bytes) -> bytes:
    if head.startswith(b"GET /items"):
        return ITEMS
    return LOGIN if head.startswith(b"POST /login") else OTHER


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Answer, "127.0.0.1", 0, backlog=4096)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    uvloop.run(_serve())
