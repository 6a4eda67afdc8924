"""A server that keeps every request whole, for comparing what two programs sent: its own process.

`GET /__recorded` gives what came and forgets it. Answers: a cookie and a token for paths that end
in /login, the status that /status/NNN names, a redirect for /moved, a page of links for /, and
otherwise JSON with the path.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.forked_function import Function

RECORDED: list[dict[str, Any]] = []


def answer(method: str, path: str) -> bytes:
    bare = path.partition("?")[0]
    status, more, body = "200 OK", "", json.dumps({"path": bare, "id": 7, "items": [1, 2, 3]})
    if bare.startswith("/status/"):
        status = f"{bare.rpartition('/')[2]} As asked"
    elif bare == "/moved":
        status, more = "302 Found", "Location: /arrived\r\n"
    elif bare.endswith("/login"):
        more = "Set-Cookie: session=s1; Path=/\r\n"
        body = json.dumps({"token": "t-123", "user": {"id": "u1"}})
    elif bare == "/text":
        body = "not json"
    elif bare == "/":
        body = '<a href="/page/1">one</a> <a href="/page/2">two</a>'
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{more}"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return (head + ("" if method == "HEAD" else body)).encode()


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.rstrip().split("\r\n")
            method, path, _version = first.split(" ", 2)
            headers = {n.lower(): v for n, _, v in (line.partition(": ") for line in lines)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            if path == "/__recorded":
                answered = json.dumps(RECORDED).encode()
                RECORDED.clear()
                head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(answered)}\r\n\r\n"
                writer.write(head.encode() + answered)
                continue
            if path != "/__up":
                RECORDED.append({
                    "at": time.time(), "method": method, "path": path, "headers": headers,
                    "body": body.decode("latin-1"),
                })  # fmt: skip
            writer.write(answer(method, path))
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


@contextmanager
def started() -> Iterator[int]:
    """The server, for as long as the block lasts; its port."""
    server = Function(_run)
    try:
        yield int(server.stdout.readline())
    finally:
        server.kill()
        server.communicate()


def _run() -> None:
    asyncio.run(_serve())


async def _serve() -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
