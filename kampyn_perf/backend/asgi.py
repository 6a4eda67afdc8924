"""What surrounds every request: time, count, limit, protect. Plain ASGI, since it runs each time.

Takes the place of a stack of middlewares, each of which would cost as much as a query.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from kampyn_perf.backend.error_body import (
    RefusedRequestError,
    TooLargeError,
    TooSlowError,
    code_of,
    error_body,
)
from kampyn_perf.backend.limiting.limiter import Headers, RateLimiter
from kampyn_perf.backend.metrics import Metrics

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

UNMATCHED = "unmatched"
"""The route of a request that none answers: paths of strangers must not become label values."""
SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_NOTHING = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
_OWN_FILES = (
    b"content-security-policy",
    b"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
    b" img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'",
)
DOCS = "/docs"
"""The pages for people; everything else is data, which may load nothing."""
_METHODS = frozenset(
    ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")
)
_CONTROL = re.compile(rb"%(?:[01][0-9a-f]|7f|c2%[89][0-9a-f])", re.I)
"""An escaped control character (C0, DEL, C1 in UTF-8): no word that is searched for has one, and
SQLite's text search takes a NUL for the end."""
_log = logging.getLogger("kampyn.error")


class Guard:
    """One worker's outermost layer."""

    def __init__(
        self,
        *,
        app: App,
        metrics: Metrics,
        max_body: int,
        body_timeout: float,
        limiter: RateLimiter | None = None,
    ) -> None:
        """`max_body` in bytes, `body_timeout` in seconds."""
        self._app = app
        self._metrics = metrics
        self._max_body = max_body
        self._body_timeout = body_timeout
        self._limiter = limiter
        self.headers: tuple[tuple[bytes, bytes], ...] = SECURITY_HEADERS
        """Of every answer."""

    def drain(self) -> None:
        """From now on ask clients to close: who sends into a closing connection loses a request."""
        self.headers = (*SECURITY_HEADERS, (b"connection", b"close"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, send, self, self._metrics)
        try:
            if _declared_length(scope) > self._max_body:
                raise TooLargeError
            query = scope["query_string"]
            if b"%" in query and _CONTROL.search(query):
                raise RefusedRequestError(422, "The query holds a control character.")
            if self._limiter is not None and not await self._admit(scope, exchange):
                return
            bounded = _bounded(receive, self._max_body, self._body_timeout)
            await self._app(scope, bounded, exchange.send)
        except RefusedRequestError as error:
            await exchange.fail(error.status_code, error.detail)
        except Exception:  # noqa: BLE001 - the last place that can answer
            _log.exception("%s %s", scope["method"], scope["path"])
            await exchange.fail(500, "Something went wrong here.")
        finally:
            exchange.count()

    async def _admit(self, scope: Scope, exchange: _Exchange) -> bool:
        """Whether the caller may still ask; the answer says how things stand either way."""
        allowance = await self._limiter.check(scope) if self._limiter else None
        if allowance is None:
            return True
        exchange.headers = allowance.headers()
        if allowance.allowed:
            return True
        await exchange.fail(429, "Too many requests; wait and try again.")
        return False


class _Exchange:
    """One request and its answer."""

    __slots__ = (
        "_counted",
        "_guard",
        "_metrics",
        "_scope",
        "_send",
        "_started",
        "_status",
        "headers",
    )

    def __init__(self, scope: Scope, send: Send, guard: Guard, metrics: Metrics) -> None:
        self._scope = scope
        self._guard = guard
        self._send = send
        self._metrics = metrics
        self._started = time.perf_counter()
        self._counted = False
        self._status = 0
        self.headers: Headers = []
        metrics.request_begins()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            policy = _OWN_FILES if self._scope["path"].startswith(DOCS) else _NOTHING
            given = message.get("headers", ())
            message["headers"] = [*given, *self.headers, policy, *self._guard.headers]
        elif not message.get("more_body", False):
            # Before it is sent: a client that has the answer finds it counted.
            self.count()
        await self._send(message)

    async def fail(self, status: int, message: str) -> None:
        """Answer instead of the application, unless it has begun to."""
        if self._status:
            return
        body = error_body(code_of(status), message)
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})

    def count(self) -> None:
        """Once. A request whose client went away before its answer is counted as 499."""
        if self._counted:
            return
        self._counted = True
        scope = self._scope
        route = getattr(scope.get("route"), "path", None) or UNMATCHED
        method = scope["method"] if scope["method"] in _METHODS else "other"
        seconds = time.perf_counter() - self._started
        self._metrics.request(method, route, self._status or 499, seconds, scope["path"])


def _declared_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


def _bounded(receive: Receive, limit: int, timeout: float) -> Receive:
    """`receive` for at most `limit` bytes (a chunked body declares nothing) in `timeout` s in all.

    What is received after the body's end (that the client went away) may take any time.
    """
    seen, complete, deadline = 0, False, 0.0

    async def bounded() -> Message:
        nonlocal seen, complete, deadline
        if complete:
            return await receive()
        deadline = deadline or asyncio.get_running_loop().time() + timeout
        message = await _receive_by(deadline, receive)
        complete = not message.get("more_body", False)
        seen += len(message.get("body", b""))
        if seen > limit:
            raise TooLargeError
        return message

    return bounded


async def _receive_by(deadline: float, receive: Receive) -> Message:
    """A message, or TooSlowError at `deadline` (loop time). `asyncio.timeout` costs twice that."""
    task = asyncio.current_task()
    late = False

    def give_up() -> None:
        nonlocal late
        late = True
        if task is not None:
            task.cancel()

    timer = asyncio.get_running_loop().call_at(deadline, give_up)
    try:
        return await receive()
    except asyncio.CancelledError:
        if not late or (task is not None and task.uncancel() > 0):
            raise  # somebody else cancelled the request as well
        raise TooSlowError from None
    finally:
        timer.cancel()
