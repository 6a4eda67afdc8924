"""What a request returns. Everything beyond the status is worked out only when looked at.

Times in microseconds, sizes in bytes as they travelled.
"""

from __future__ import annotations

import json as stdlib_json
from collections.abc import Callable
from datetime import timedelta
from types import TracebackType
from typing import Any

import orjson

from kampyn_perf.load.http.bodies import decode
from kampyn_perf.load.http.errors import CheckError, DecodeError, HttpError, RequestRefusedError
from kampyn_perf.load.http.headers import Headers
from kampyn_perf.load.http.parser import ResponseParser
from kampyn_perf.load.http.requests import Prepared

_OWN_VERDICTS = (CheckError, DecodeError)
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


class Response:
    """A finished request: the server's answer, or the error that stands in its place."""

    __slots__ = (
        "_body", "_content", "_first", "_headers", "_raw", "encoding", "end_us", "error",
        "prepared", "sent_body", "sent_us", "size", "status_code", "wire_in", "wire_out",
    )  # fmt: skip

    def __init__(self, prepared: Prepared, sent_body: bytes | None, sent_us: int) -> None:
        self.prepared = prepared
        self.sent_body = sent_body
        self._first = prepared
        self._raw: list[tuple[bytes, bytes]] = []
        self._headers: Headers | None = None
        self._body: list[bytes | bytearray] = []
        self._content: bytes | None = None
        self.status_code = 0
        """0 without a response."""
        self.error: HttpError | None = None
        """What went wrong; a status of 400 or above included."""
        self.encoding: str | None = None
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
        self._body = parser.body
        self.size = parser.body_size
        self.wire_in += parser.received

    def redirect(self, prepared: Prepared, *, keeps_body: bool) -> None:
        """Go on to another request; what came so far is forgotten but for its bytes."""
        self.prepared = prepared
        self._headers = None
        if not keeps_body:
            self.sent_body = None

    def raw_cookies(self) -> list[bytes]:
        """The values of Set-Cookie."""
        return [value for name, value in self._raw if name.lower() == b"set-cookie"]

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
            body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
            self._content = self._decode(bytes(body))
            self._body = []
        return self._content

    def _decode(self, body: bytes) -> bytes:
        # Looked for in the raw headers: most responses have none, and the mapping is not for free.
        encodings = [
            value.decode("latin-1")
            for name, value in self._raw
            if len(name) == 16 and name.lower() == b"content-encoding"
        ]
        if not encodings:
            return body
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
            except ValueError as error:
                raise NotJsonError(f"the body is not JSON: {error}") from error

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


class NotJsonError(DecodeError, ValueError):
    """A body that is not JSON although JSON was asked of it."""


class CaughtResponse(Response):
    """A response that the scenario judges: reported when its with-block ends."""

    __slots__ = ("_report",)

    def __init__(self, prepared: Prepared, sent_body: bytes | None, sent_us: int) -> None:
        super().__init__(prepared, sent_body, sent_us)
        self._report: Callable[[Response], None] | None = None

    def report_with(self, report: Callable[[Response], None]) -> None:
        """How this response is counted, once it is judged."""
        self._report = report

    def success(self) -> None:
        """Count it as a success, whatever the status."""
        self.error = None

    def failure(self, why: object) -> None:
        """Count it as a failure of content, for the reason given (text or an exception)."""
        before = self.error
        if before is not None and why is before:
            return
        if isinstance(why, _OWN_VERDICTS):
            self.error = why
        else:
            cause = why if isinstance(why, BaseException) else None
            self.error = CheckError(str(why) if cause is None else repr(cause))
            self.error.__cause__ = cause
        if before is not None:
            self.error.kind = before.kind  # a 500 stays a 5xx, in the scenario's words

    def __enter__(self) -> CaughtResponse:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> bool:
        """Report. This response's own error raised inside is the verdict, and stays inside;
        another error counts as a failed check, and goes on. Neither hides that no response came,
        or its status: what failed first is the cause."""
        judged = error is not None and (
            error is self.error or isinstance(error, _OWN_VERDICTS) or _is_locusts(error, _VERDICTS)
        )
        fault = isinstance(error, Exception) and not _is_locusts(error, _STEERING)
        if fault and self.error is None:
            self.failure(error)
        self._finish()
        return judged

    def _finish(self) -> None:
        report, self._report = self._report, None
        if report is not None:
            report(self)

    def __del__(self) -> None:
        # A caught response that never saw its with-block was a request all the same.
        self._finish()


_VERDICTS = frozenset({"ResponseError"})
_STEERING = frozenset(
    {"StopUser", "StopTest", "RescheduleTask", "RescheduleTaskImmediately", "InterruptTaskSet"}
)


def _is_locusts(error: BaseException, names: frozenset[str]) -> bool:
    """Whether an exception is one of Locust's; told by name, because importing Locust patches."""
    return any(
        kind.__name__ in names and kind.__module__ == "locust.exception"
        for kind in type(error).__mro__
    )


def _charset(content_type: str) -> str:
    for part in content_type.split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("'\"")
    return ""
