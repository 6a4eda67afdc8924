"""A small server that answers everything the flows ask and remembers what came: its own process,
so that it can be stopped and looked at."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable

KEYS = ("token", "user", "items", "item", "order", "vendors", "orders")
"""What the reference target expects of one answer or another."""
BODY = json.dumps(dict.fromkeys(KEYS, "x")).encode()
SEEN: list[tuple[int, str]] = []


def answer(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (
        len(body),
        body,
    )


class Handler(asyncio.Protocol):
    transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        path = data.split(b" ", 2)[1].decode()
        if path == "/seen":
            self.transport.write(answer(json.dumps(SEEN).encode()))
            return
        SEEN.append((time.perf_counter_ns() // 1000, path))
        self.transport.write(answer(BODY))


def serve(host: str, first: Callable[[], None] | None = None) -> None:
    """Prints the port."""
    if first:
        first()
    asyncio.run(_serve(host))


async def _serve(host: str) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Handler, host, 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
