"""GET over one kept connection, within a deadline that counts from start to last byte.

Small on purpose: no redirects, no cookies, no proxy. The load's own client lives in the generator
and needs gevent; the standard library's costs three times as much CPU for each of the probe's
requests, and its time-out counts anew with every byte that arrives. Seconds.
"""

from __future__ import annotations

import base64
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

import httptools

from kampyn_perf import __version__

MAX_BODY = 8 * 1024 * 1024
"""Bytes; no page of metrics is longer, and one that never ends must not fill the memory."""
_CHUNK = 65536


class NoAnswer(Exception):  # noqa: N818 (what became of a request, as a probe counts it)
    """Nothing that is an HTTP answer came; the words say what did."""


class _StaleError(ConnectionError):
    """Not a byte came. On a kept connection that may only mean that the server had closed it."""


@dataclass(frozen=True)
class Answer:
    """A whole answer."""

    status: int
    content_type: str
    body: bytes


class _Parser:
    """Collects one answer."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._body: list[bytes] = []
        self._size = 0
        self.content_type = ""
        self.begun = False
        self.complete = False
        self.keep = False

    def feed(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            raise NoAnswer(f"no HTTP answer: {error}") from error
        if self._size > MAX_BODY:
            raise NoAnswer(f"the answer is longer than {MAX_BODY} bytes")

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"content-type":
            self.content_type = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self.begun = True
        self.keep = self._parser.should_keep_alive()

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        self._body.append(body)

    def on_message_complete(self) -> None:
        # 100 Continue and 103 Early Hints come before the answer itself.
        if self._parser.get_status_code() >= 200:
            self.complete = True

    def answer(self) -> Answer:
        return Answer(self._parser.get_status_code(), self.content_type, b"".join(self._body))


class HttpGetter:
    """Asks one URL again and again."""

    def __init__(
        self, url: str, *, timeout: float, headers: Mapping[str, str] | None = None
    ) -> None:
        parts = urlsplit(url)
        self._tls = parts.scheme == "https"
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if self._tls else 80)
        self._timeout = timeout
        self._request = _request_bytes(parts, headers or {})
        self._socket: socket.socket | None = None
        self._context: ssl.SSLContext | None = None

    def get(self, *, timeout: float | None = None) -> Answer:
        """The answer. Raises NoAnswer, at the latest after `timeout` (default: the getter's)."""
        limit = self._timeout if timeout is None else timeout
        deadline = time.monotonic() + limit
        try:
            if self._socket is not None:
                with suppress(_StaleError):
                    return self._exchange(deadline)
                self.close()
            return self._exchange(deadline)
        except NoAnswer:
            self.close()
            raise
        except OSError as error:
            self.close()
            raise NoAnswer(_words(error)) from error

    def close(self) -> None:
        """Close the connection; the next `get` opens another."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _exchange(self, deadline: float) -> Answer:
        connection = self._socket or self._connect(deadline)
        self._socket = connection
        parser = _Parser()
        data = self._send(connection, deadline)
        while data:
            parser.feed(data)
            if parser.complete:
                break
            _arm(connection, deadline)
            data = connection.recv(_CHUNK)
        if not parser.complete and (parser.keep or not parser.begun):
            raise ConnectionResetError("the connection was closed before the answer was whole")
        if not parser.keep:  # the end of the connection is the end of such an answer
            self.close()
        return parser.answer()

    def _send(self, connection: socket.socket, deadline: float) -> bytes:
        """Send the request; the first bytes of the answer. Raises _StaleError where none came."""
        _arm(connection, deadline)
        try:
            connection.sendall(self._request)
            _arm(connection, deadline)
            data = connection.recv(_CHUNK)
        except ConnectionError as error:
            raise _StaleError(str(error)) from error
        if not data:
            raise _StaleError("the connection was closed without an answer")
        return data

    def _connect(self, deadline: float) -> socket.socket:
        connection = socket.create_connection(
            (self._host, self._port), timeout=max(deadline - time.monotonic(), 0.001)
        )
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not self._tls:
            return connection
        self._context = self._context or ssl.create_default_context()
        _arm(connection, deadline)
        try:
            return self._context.wrap_socket(connection, server_hostname=self._host)
        except BaseException:
            connection.close()
            raise


def _arm(connection: socket.socket, deadline: float) -> None:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    connection.settimeout(left)


def _request_bytes(parts: SplitResult, headers: Mapping[str, str]) -> bytes:
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    fields = {
        "Host": parts.netloc.rpartition("@")[2],
        "User-Agent": f"kampyn-perf/{__version__}",
        "Accept": "*/*",
    }
    if parts.username is not None:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        fields["Authorization"] = f"Basic {base64.b64encode(login.encode()).decode()}"
    lines = [f"GET {path} HTTP/1.1", *(f"{k}: {v}" for k, v in (fields | dict(headers)).items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _words(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted: {error.verify_message}"
    return error.strerror or str(error) or type(error).__name__
