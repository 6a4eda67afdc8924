"""One HTTP/1.1 connection on the event loop: bytes out, status and body back, and little else.

A benchmark's client must cost less than what it measures; httptools parses, requests are prepared
beforehand, and nothing is done twice. One request at a time; redirects are never followed.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httptools
import orjson

from kampyn_perf import __version__
from kampyn_perf.errors import UnreachableError
from kampyn_perf.redact import redact_url


@dataclass(frozen=True)
class Answer:
    """A response, read to its end."""

    status: int
    body: bytes
    cookies: Mapping[str, str]


@dataclass(frozen=True)
class Address:
    """Where requests go: the parts of a base URL that a connection needs."""

    url: str
    host: str
    port: int
    tls: bool
    prefix: str
    """A path before every path."""

    @classmethod
    def of(cls, url: str) -> Address:
        """The address of an http or https URL."""
        parts = urlsplit(url)
        tls = parts.scheme == "https"
        port = parts.port or (443 if tls else 80)
        return cls(url, parts.hostname or "", port, tls, parts.path.rstrip("/"))

    @property
    def authority(self) -> str:
        """The Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"


def encode(
    address: Address, method: str, path: str, *, body: Any = None, headers: Mapping[str, str]
) -> bytes:
    """A whole request; `body` is sent as JSON unless it is None."""
    data = b"" if body is None else orjson.dumps(body)
    fields = {
        "Host": address.authority,
        "User-Agent": f"kampyn-perf/{__version__} bench",
        "Accept": "application/json",
        **({"Content-Type": "application/json"} if body is not None else {}),
        **({"Content-Length": str(len(data))} if body is not None or method != "GET" else {}),
        **headers,
    }
    lines = [f"{method} {address.prefix}{path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in fields.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + data


class HttpConnection(asyncio.Protocol):
    """A connection that is made again when the other side has closed it."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Answer] | None = None
        self._parser: Any = None
        self._keep = True

    async def ready(self) -> None:
        """Be connected. Raises UnreachableError where that cannot be."""
        if self._transport is not None and not self._transport.is_closing() and self._keep:
            return
        self.close()
        loop = asyncio.get_running_loop()
        context = ssl.create_default_context() if self._address.tls else None
        try:
            await loop.create_connection(
                lambda: self, self._address.host, self._address.port, ssl=context
            )
        except OSError as error:
            raise UnreachableError(
                f"{redact_url(self._address.url)} cannot be reached: {error.strerror or error}"
            ) from error
        self._keep = True

    async def exchange(self, request: bytes) -> Answer:
        """Send `request`, and read the answer. Raises ConnectionError where it breaks off."""
        transport = self._transport
        if transport is None:
            raise ConnectionError("not connected")
        self._waiting = asyncio.get_running_loop().create_future()
        self._parser = httptools.HttpResponseParser(self)
        self._body: list[bytes] = []
        self._cookies: dict[str, str] = {}
        transport.write(request)
        return await self._waiting

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the type checker
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self._waiting is None:  # nobody asked: what it says cannot be told from an answer
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(ConnectionError(f"not an HTTP answer: {error}"))
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._fail(exc or ConnectionError("the connection was closed before the answer's end"))

    # What httptools calls.

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"set-cookie":
            key, _, rest = value.decode("latin-1").partition("=")
            self._cookies[key.strip()] = rest.partition(";")[0]

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200:  # an interim answer; the real one follows
            return
        self._keep = self._parser.should_keep_alive()
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_result(Answer(status, b"".join(self._body), self._cookies))

    def _fail(self, error: Exception) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_exception(error)
