"""A server so lean that the generator is the bottleneck. Run as a program of its own.

It answers the documented requests, and `/items`, with prepared bytes and prints its port. For each
line on its standard input it says how many of them it has answered, and the CPU seconds that took
it; it ends when its standard input does, so that it never outlives who started it.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import cast

import uvloop

_ITEM = b'{"id":"item%03d","name":"Samosa","price":20,"vendorId":"vendor123","type":"snack"}'
_ITEMS = b'{"items":[' + b",".join(_ITEM % number for number in range(4)) + b"]}"
_USER = b'{"id":"user123","email":"test@example.com","name":"Asha"}'
_ORDER = (
    b'{"id":"order123","userId":"user123","vendorId":"vendor123","status":"pending","total":40}'
)
_VENDOR = b'{"id":"vendor%03d","name":"Canteen","uniId":"123"}'
_TOKEN = b"0123456789abcdef0123456789abcdef"
_COOKIE = b"Set-Cookie: token=" + _TOKEN + b"; Path=/; HttpOnly"


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


LOGIN = _response(b'{"token":"%b","user":%b}' % (_TOKEN, _USER), _COOKIE)
ITEMS = _response(_ITEMS)
OTHER = _response(b'{"ok":true}')
_ACTIVE = _response(b'{"orders":[%b]}' % b",".join([_ORDER] * 3))
ANSWERS = (
    (b"GET /items", ITEMS),
    (b"GET /api/item/retail/uni/", ITEMS),
    (b"POST /cart/add/", _response(b'{"item":{"itemId":"item123","quantity":2}}')),
    (b"POST /order/", _response(b'{"order":%b}' % _ORDER)),
    (b"GET /api/vendor/list/uni/", _response(b'{"vendors":[%b]}' % (_VENDOR % 123))),
    (b"GET /order/vendor/", _ACTIVE),
    (b"POST /api/user/auth/login", LOGIN),
    (b"GET /api/user/auth/check", _response(b'{"user":%b}' % _USER)),
    (b"POST /login", LOGIN),
)
"""By how a request begins."""


class Seen:
    """Requests answered so far, but for those that nobody measures (a health route)."""

    requests = 0


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
    for beginning, answer in ANSWERS:
        if head.startswith(beginning):
            Seen.requests += 1
            return answer
    return OTHER


def _tell_when_asked() -> None:
    for _ in sys.stdin:
        sys.stdout.write(f"{Seen.requests} {time.process_time()}\n")
        sys.stdout.flush()


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Answer, "127.0.0.1", 0, backlog=4096)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, _tell_when_asked)
    server.close()


if __name__ == "__main__":
    uvloop.run(_serve())
