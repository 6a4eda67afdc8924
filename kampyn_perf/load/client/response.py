"""What a request returns. Everything beyond the status is worked out only when looked at.

Times in microseconds, sizes in bytes as they travelled.
"""

from __future__ import annotations

import json as stdlib_json
from datetime import timedelta
from types import TracebackType
from typing import Any, ClassVar

import orjson
from mypy_extensions import mypyc_attr

from kampyn_perf.load.client.bodies import decode
from kampyn_perf.load.client.errors import DecodeError, HttpError, RequestRefusedError
from kampyn_perf.load.client.headers import Headers
from kampyn_perf.load.client.parser import ResponseParser
from kampyn_perf.load.client.requests import Prepared

_ASK_FOR_CATCH = "pass catch_response=True and use a with-block to judge a response yourself"


class Request:
    """The request behind a response."""

    __slots__ = ("_prepared", "body")

    def __init__(self, prepared: Prepared, body: bytes | None) -> None:
        self._prepared = prepared
        self.body = body

    @property
    def method(self) -> str:
        """As sent last: a redirect may have changed it."""
        return self._prepared.method.name

    @property
    def url(self) -> str:
        """The full URL."""
        return self._prepared.url

    @property
    def headers(self) -> dict[str, str]:
        """As sent, without those that the client computes."""
        return dict(self._prepared.headers.pairs)


@mypyc_attr(allow_interpreted_subclasses=True)
class Response:
    """A finished request: the server's answer, or the error that stands in its place."""

    __slots__ = (
        "_body", "_content", "_encoded", "_first", "_headers", "_raw", "encoding", "end_us",
        "error", "prepared", "sent_body", "sent_us", "size", "status_code", "wire_in", "wire_out",
    )  # fmt: skip

    reads_bytes: ClassVar[bool] = True
    """That `json()` is what the bytes of `content` say, where they are JSON in UTF-8."""

    def __init__(self, prepared: Prepared, sent_body: bytes | None, sent_us: int) -> None:
        self.prepared = prepared
        self.sent_body = sent_body
        self._first = prepared
        self._raw: list[tuple[bytes, bytes]] = []
        self._headers: Headers | None = None
        self._body: list[bytes | bytearray] = []
        self._encoded = False
        self._content: bytes | None = None
        self.status_code = 0
        """0 without a response."""
        self.error: HttpError | None = None
        """What went wrong; a status of 400 or above included."""
        self.encoding: Any = None
        """Set it before reading `text` to override what the headers say."""
        self.sent_us = sent_us
        self.end_us = 0
        self.size = 0
        """Bytes of the body as received."""
        self.wire_in = 0
        """Bytes received, heads and redirects included."""
        self.wire_out = 0
        """Bytes sent, likewise."""

    def take(self, parser: ResponseParser) -> None:
        """Take over what the parser of a complete response has."""
        self.status_code = parser.status
        self._raw = parser.headers
        self._encoded = parser.encoded
        self._body = parser.body
        self.size = parser.body_size
        self.wire_in += parser.received

    def redirect(self, prepared: Prepared, *, keeps_body: bool) -> None:
        """Go on to another request; what came so far is forgotten but for its bytes."""
        self.prepared = prepared
        self.status_code = self.size = 0
        self._raw, self._body = [], []
        self._headers = self._content = None
        if not keeps_body:
            self.sent_body = None

    def raw_cookies(self) -> list[bytes]:
        """The values of Set-Cookie."""
        return [
            value for name, value in self._raw if len(name) == 10 and name.lower() == b"set-cookie"
        ]

    @property
    def ok(self) -> bool:
        """Whether a response came, with a status below 400."""
        return 0 < self.status_code < 400 and self.error is None

    @property
    def url(self) -> str:
        """The URL that answered: after redirects, the last one."""
        return self.prepared.url

    @property
    def first_url(self) -> str:
        """The URL that was asked for, before redirects."""
        return self._first.url

    @property
    def request(self) -> Request:
        """What was asked."""
        return Request(self.prepared, self.sent_body)

    @property
    def headers(self) -> Headers:
        """The response's headers; names in any case."""
        if self._headers is None:
            self._headers = Headers(self._raw)
        return self._headers

    @property
    def elapsed(self) -> timedelta:
        """From the start of the request to the last byte."""
        return timedelta(microseconds=self.end_us - self.sent_us)

    @property
    def content(self) -> bytes:
        """The body, decoded. Raises DecodeError if it is not what its Content-Encoding says."""
        if self._content is None:
            body = bytes(self._body[0] if len(self._body) == 1 else b"".join(self._body))
            self._content = self._decode(body) if self._encoded else body
            self._body = []
        return self._content

    def _decode(self, body: bytes) -> bytes:
        encodings = [
            value.decode("latin-1")
            for name, value in self._raw
            if len(name) == 16 and name.lower() == b"content-encoding"
        ]
        return decode(body, ",".join(encodings), self.prepared.origin.pool.limits.body_bytes)

    @property
    def text(self) -> str:
        """The body as text, by the charset of its Content-Type or as UTF-8; never fails on it."""
        charset = self.encoding or _charset(self.headers.get("content-type", "")) or "utf-8"
        try:
            return self.content.decode(charset, "replace")
        except LookupError:
            return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON. Raises DecodeError (a ValueError besides) where it is not JSON."""
        try:
            return orjson.loads(self.content)
        except orjson.JSONDecodeError:
            try:  # NaN, or a charset other than UTF-8
                return stdlib_json.loads(self.text)
            except stdlib_json.JSONDecodeError as error:
                why = f"the body is not JSON: {error.msg}"
                raise NotJsonError(why, error.doc, error.pos) from error

    def raise_for_status(self) -> None:
        """Raise what went wrong, a status of 400 or above included."""
        if self.error is not None:
            raise self.error

    def success(self) -> None:
        """Only for responses that were caught."""
        raise RequestRefusedError(_ASK_FOR_CATCH)

    def failure(self, why: object) -> None:  # noqa: ARG002
        """Only for responses that were caught."""
        raise RequestRefusedError(_ASK_FOR_CATCH)

    def __enter__(self) -> Response:
        raise RequestRefusedError(_ASK_FOR_CATCH)

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
        /,
    ) -> bool | None:
        raise RequestRefusedError(_ASK_FOR_CATCH)

    def __bool__(self) -> bool:
        return self.ok

    def __repr__(self) -> str:
        return f"<Response {self.status_code or repr(self.error)}>"


class NotJsonError(DecodeError, stdlib_json.JSONDecodeError):
    """A body that is not JSON although JSON was asked of it; what scenarios of Locust catch."""


def _charset(content_type: str) -> str:
    for part in content_type.split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("'\"")
    return ""
