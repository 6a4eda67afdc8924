"""What surrounds every request: time, count, limit, protect. Plain ASGI, since it runs each time.

Takes the place of a stack of middlewares, each of which would cost as much as a query.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping

from kampyn_perf.backend.asking import answering
from kampyn_perf.backend.error_body import (
    RefusedRequestError,
    TooLateError,
    code_of,
    error_body,
)
from kampyn_perf.backend.limiting.limiter import Headers, RateLimiter
from kampyn_perf.backend.metrics import Metrics
from kampyn_perf.backend.request_checks import (
    Deadline,
    DeadlineClock,
    Message,
    Receive,
    Scope,
    bounded,
    has_body,
)

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
        deadline: float,
        limiter: RateLimiter | None = None,
    ) -> None:
        """`max_body` in bytes; `body_timeout`, and the `deadline` of an answer's beginning, in
        seconds."""
        self._deadline = deadline
        self._clock = DeadlineClock()
        self._app = app
        self.metrics = metrics
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
        method = scope["method"]
        if method == "HEAD":  # as GET, without the body (RFC 9110, 9.3.2)
            scope = {**scope, "method": "GET"}
        answering(scope)
        deadline = Deadline(self._clock)
        exchange = _Exchange(scope, method, send, self, deadline)
        try:
            await self._handle(scope, receive, exchange, deadline)
        except RefusedRequestError as error:
            await exchange.refuse(error)
        except asyncio.CancelledError:
            if not deadline.is_why() or deadline.passed is None:
                raise
            await exchange.refuse(deadline.passed)
        except Exception:  # noqa: BLE001 - the last place that can answer
            _log.exception("%s %s", scope["method"], scope["path"])
            await exchange.fail(500, "Something went wrong here.")
        finally:
            deadline.disarm()
            exchange.count()

    async def _handle(
        self, scope: Scope, receive: Receive, exchange: _Exchange, deadline: Deadline
    ) -> None:
        body_follows = has_body(scope, self._max_body)
        deadline.arm(self._deadline, TooLateError)
        if self._limiter is not None and not await self._admit(scope, exchange):
            return
        if body_follows:
            receive = bounded(
                receive,
                self._max_body,
                deadline,
                body=self._body_timeout,
                answer=self._deadline,
            )
        await self._app(scope, receive, exchange.send)

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
        "_deadline",
        "_guard",
        "_method",
        "_metrics",
        "_scope",
        "_send",
        "_started",
        "_status",
        "headers",
    )

    def __init__(
        self, scope: Scope, method: str, send: Send, guard: Guard, deadline: Deadline
    ) -> None:
        self._scope = scope
        self._method = method
        self._guard = guard
        self._send = send
        self._deadline = deadline
        self._metrics = guard.metrics
        self._started = time.perf_counter()
        self._counted = False
        self._status = 0
        self.headers: Headers = []
        self._metrics.request_begins()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._deadline.disarm()
            self._status = message["status"]
            policy = _OWN_FILES if self._scope["path"].startswith(DOCS) else _NOTHING
            given = message.get("headers", ())
            message["headers"] = [*given, *self.headers, policy, *self._guard.headers]
        elif not message.get("more_body", False):
            # Before it is sent: a client that has the answer finds it counted.
            self.count()
        if self._method == "HEAD" and "body" in message:
            message["body"] = b""
        await self._send(message)

    async def refuse(self, error: RefusedRequestError) -> None:
        """Answer instead of the application."""
        await self.fail(error.status_code, error.detail, headers=error.headers or {})

    async def fail(self, status: int, message: str, *, headers: Mapping[str, str] = {}) -> None:
        """Answer instead of the application, unless it has begun to."""
        if self._status:
            return
        body = error_body(code_of(status), message)
        fields = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
            *((name.lower().encode(), value.encode()) for name, value in headers.items()),
        ]
        await self.send({"type": "http.response.start", "status": status, "headers": fields})
        await self.send({"type": "http.response.body", "body": body})

    def count(self) -> None:
        """Once. A request whose client went away before its answer is counted as 499."""
        if self._counted:
            return
        self._counted = True
        scope = self._scope
        route = getattr(scope.get("route"), "path", None) or UNMATCHED
        method = self._method if self._method in _METHODS else "other"
        seconds = time.perf_counter() - self._started
        self._metrics.request(method, route, self._status or 499, seconds, scope["path"])
