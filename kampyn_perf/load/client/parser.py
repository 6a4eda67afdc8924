"""Bytes in, one HTTP/1.1 response out. Pure: knows no socket, no clock. Sizes in bytes.

httptools (llhttp, strict) does the parsing. Load tests meet the same few heads again and again,
and parsing a head is a pure function of its bytes, so heads of responses framed by a length are
remembered: a remembered head costs one dictionary lookup.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httptools

from kampyn_perf.load.client.errors import ConnectionLostError, HttpError, ProtocolError

RawHeaders = list[tuple[bytes, bytes]]

_MAX_INTERIM = 16
_MAX_PIECES = 512
_MAX_REMEMBERED = 512
_MAX_REMEMBERED_HEAD = 4096
_H2_PREFACE_TYPE = 4  # SETTINGS, the first frame of every HTTP/2 server


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a response may be before it is refused as a protocol error."""

    head_bytes: int = 64 * 1024
    body_bytes: int = 64 * 1024 * 1024
    """Both for the body as it travels and for the body as decoded."""


class RememberedHead:
    """What was learned from one head: enough to cut the body off without parsing again."""

    __slots__ = ("encoded", "has_cookies", "headers", "keep_alive", "length", "status")

    def __init__(self, parser: ResponseParser, length: int) -> None:
        self.status = parser.status
        self.headers = parser.headers
        self.has_cookies = parser.has_cookies
        self.encoded = parser.encoded
        self.keep_alive = parser.keep_alive
        self.length = length


class HeadMemory:
    """Heads already parsed, shared by the connections of one pool; bounded."""

    __slots__ = ("heads",)

    def __init__(self) -> None:
        self.heads: dict[bytes, RememberedHead] = {}

    def remember(self, head: bytes, parsed: RememberedHead) -> None:
        """Keep `parsed`; the oldest goes (its Date will not come again)."""
        if len(self.heads) >= _MAX_REMEMBERED:
            del self.heads[next(iter(self.heads))]
        self.heads[head] = parsed


class ResponseParser:
    """The state of one connection's responses: `start`, then `feed` until it says complete.

    After a complete response the connection may carry another one where the server agreed to keep
    it (`keep_alive`) and not a byte came beyond the response (`surplus`).
    """

    __slots__ = (
        "_chunked", "_error", "_head_request", "_headers_done", "_keep_body", "_limits", "_machine",
        "_memory", "_spoiled", "_version", "body", "body_size", "complete", "encoded",
        "has_cookies",
        "headers", "interim", "keep_alive", "received", "status", "surplus",
    )  # fmt: skip

    def __init__(self, limits: Limits | None = None, memory: HeadMemory | None = None) -> None:
        self._limits = limits or Limits()
        self._memory = memory or HeadMemory()
        self._machine: Any = None
        self._spoiled = True
        self.complete = self.surplus = False
        self.start()
        self._begin()

    def start(self, head_request: bool = False, keep_body: bool = True) -> None:
        """Get ready for the response to one request."""
        if self.surplus or not self.complete:
            self._spoiled = True  # the parser's state is of no use any more
        self._head_request = head_request
        self._keep_body = keep_body
        self._headers_done = False
        self.interim = 0
        self.received = 0
        self.complete = False
        self.surplus = False

    def _begin(self) -> None:
        """Forget the response before: only where this one has to be parsed."""
        self._chunked = False
        self._error: HttpError | None = None
        self._version = ""
        self.status = 0
        self.headers: RawHeaders = []
        self.has_cookies = False
        self.encoded = False
        """Whether there is a Content-Encoding."""
        self.body: list[bytes | bytearray] = []
        self.body_size = 0
        self.keep_alive = False

    def feed(self, data: bytes) -> bool:
        """Take what came; True when the response is complete. Raises HttpError for a bad one."""
        if not self.received and not self._head_request:
            end = data.find(b"\r\n\r\n") + 4
            known = self._memory.heads.get(data[:end]) if end > 3 else None
            if known is not None and len(data) - end == known.length:
                self._recall(known, data, end)
                return True
        else:
            end = 0
        return self._parse(data, end)

    def _recall(self, known: RememberedHead, data: bytes, end: int) -> None:
        self.received = len(data)
        self.status = known.status
        self.headers = known.headers
        self.has_cookies = known.has_cookies
        self.encoded = known.encoded
        self.keep_alive = known.keep_alive
        self.complete = True
        self.body_size = known.length
        self.body = [data[end:]] if known.length and self._keep_body else []

    def _parse(self, data: bytes, end: int) -> bool:
        if self._spoiled:
            self._machine = httptools.HttpResponseParser(self)
            self._spoiled = False
        whole = self.received == 0
        if whole:
            self._begin()
        self.received += len(data)
        try:
            self._machine.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._fail(ProtocolError("the server switched protocols, unasked"))
        except httptools.HttpParserError as error:
            # After a complete response it is the surplus that is malformed: the response stands.
            self._spoiled = True
            self.surplus = self.complete
            if not self.complete:
                self._fail(ProtocolError(_explain(error, data if whole else b"")))
        if not self._headers_done and self.received > self._limits.head_bytes:
            self._fail(ProtocolError(f"headers of more than {self._limits.head_bytes} bytes"))
        # The head, the trailers, and the frames of chunks: a chunk of one byte travels as six.
        frames = self.received - self.body_size
        if self._headers_done and frames > 2 * self._limits.head_bytes + 16 * self.body_size:
            self._fail(ProtocolError("trailers or chunk extensions without end"))
        if self._error is not None and not self.complete:
            self._spoiled = True
            raise self._error
        if self.complete and whole and 3 < end <= _MAX_REMEMBERED_HEAD:
            self._learn(data, end)
        return self.complete

    def _learn(self, data: bytes, end: int) -> None:
        """Remember this head if its length alone frames the body."""
        framed = not self._chunked and not self.surplus and not self.interim
        if framed and not self.has_cookies and self.body_size == len(data) - end:
            self._memory.remember(data[:end], RememberedHead(self, self.body_size))

    def eof(self) -> bool:
        """The server closed. True if that completes the response (a body framed by the close)."""
        if self.complete:
            return True
        if self._headers_done and self._ends_with_connection():
            self.complete = True
            self.keep_alive = False
            self._spoiled = True
            return True
        what = "body" if self._headers_done else "head" if self.received else "response"
        # Without numbers: failures are grouped by this text.
        raise ConnectionLostError(
            f"closed before the {what} was complete"
            if self.received
            else "closed without a response"
        )

    def _ends_with_connection(self) -> bool:
        names = {name.lower() for name, _ in self.headers}
        return b"content-length" not in names and not self._chunked

    def _fail(self, error: HttpError) -> None:
        if self._error is None:
            self._error = error

    # What httptools calls. Nothing raises in here: it would come out wrapped.

    def on_message_begin(self) -> None:
        if self.complete:
            self.surplus = True

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.complete or self._headers_done:
            return  # a surplus message, or trailers, which nobody asks for
        self.headers.append((name, value))
        size = len(name)
        if size == 10 and name.lower() == b"set-cookie":
            self.has_cookies = True
        elif size == 16 and name.lower() == b"content-encoding":
            self.encoded = True
        elif size == 17 and name.lower() == b"transfer-encoding":
            self._chunked = value.lower().rstrip().endswith(b"chunked")

    def on_headers_complete(self) -> None:
        if self.complete:
            return
        status = self._machine.get_status_code()
        if 100 <= status < 200:
            return
        self._version = self._machine.get_http_version()
        if status < 100 or self._version not in ("1.0", "1.1"):
            self._fail(ProtocolError(f"HTTP/{self._version} with status {status}"))
            return
        self.status = status
        self._headers_done = True
        if self._head_request:
            # llhttp cannot know that no body follows: this parser is of no use for another message.
            self._spoiled = True
            self.keep_alive = self._persistent()
            self.complete = True

    def on_body(self, data: bytes) -> None:
        if self.complete:
            self.surplus = True
            return
        self.body_size += len(data)
        if self.body_size > self._limits.body_bytes:
            self._fail(ProtocolError(f"a body of more than {self._limits.body_bytes} bytes"))
            return
        if self._keep_body and self._error is None:
            self.body.append(data)
            if len(self.body) > _MAX_PIECES:
                self._merge_body()

    def _merge_body(self) -> None:
        """One piece of many; a bytearray grows without copying what it has."""
        first = self.body[0]
        merged = first if isinstance(first, bytearray) else bytearray(first)
        for piece in self.body[1:]:
            merged += piece
        self.body = [merged]

    def on_message_complete(self) -> None:
        if self.complete or self._error is not None:
            return
        if not self._headers_done:
            self.interim += 1
            self.headers = []
            self.has_cookies = self.encoded = False
            self._chunked = False
            if self.interim > _MAX_INTERIM:
                self._fail(ProtocolError(f"more than {_MAX_INTERIM} interim (1xx) responses"))
            return
        self.keep_alive = self._machine.should_keep_alive()
        self._spoiled = not self.keep_alive
        self.complete = True

    def _persistent(self) -> bool:
        tokens = b",".join(value for name, value in self.headers if name.lower() == b"connection")
        words = {word.strip().lower() for word in tokens.split(b",")}
        return b"keep-alive" in words if self._version == "1.0" else b"close" not in words


def _explain(error: Exception, start: bytes) -> str:
    if (
        len(start) >= 9
        and start[0] == 0
        and start[3] == _H2_PREFACE_TYPE
        and start[5:9] == bytes(4)
    ):
        return "the server speaks HTTP/2 only"
    return f"not a valid HTTP/1.1 response: {error}"
