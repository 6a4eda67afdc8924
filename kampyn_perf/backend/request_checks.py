"""What is checked of every request before a route sees it, and how long it may take. Seconds."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from kampyn_perf.backend.error_body import (
    RefusedRequestError,
    TooLargeError,
    TooLateError,
    TooSlowError,
)

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

_TICK = 0.05
_CONTROL = re.compile(rb"%(?:[01][0-9a-f]|7f|c2%[89][0-9a-f])", re.I)
"""An escaped control character (C0, DEL, C1 in UTF-8): no word that is searched for has one, and
SQLite's text search takes a NUL for the end."""


def has_body(scope: Scope, max_body: int) -> bool:
    """Whether a body follows the headers. Raises RefusedRequestError for what is no good request.

    One Host (RFC 9112, 3.2); granian gives an empty one where there is none. A body says its
    length: beside a Transfer-Encoding the server below drops a Content-Length before it can be seen
    here, so what may be two lengths is refused whenever there is a Transfer-Encoding (6.1).
    """
    hosts, length = 0, b""
    for name, value in scope["headers"]:
        if name == b"host":
            hosts += 1 if value else 0
        elif name == b"content-length":
            length = value
        elif name == b"transfer-encoding":
            raise RefusedRequestError(
                400, "Say the body's length in Content-Length; no Transfer-Encoding is taken."
            )
    if hosts > 1 or (not hosts and scope["http_version"] == "1.1"):
        raise RefusedRequestError(400, "A request names one Host.")
    declared = int(length) if length.isdigit() else 0
    if declared > max_body:
        raise TooLargeError
    query = scope["query_string"]
    if b"%" in query and _CONTROL.search(query):
        raise RefusedRequestError(422, "The query holds a control character.")
    return declared > 0


class Deadline:
    """Cancels the request's task when its time is over."""

    __slots__ = ("_clock", "_task", "at", "error", "passed")

    def __init__(self, clock: DeadlineClock) -> None:
        self._clock = clock
        self._task = asyncio.current_task()
        self.at = 0.0
        self.error: type[TooSlowError | TooLateError] = TooLateError
        self.passed: RefusedRequestError | None = None
        """What the request is refused with, once its time is over."""

    def arm(self, seconds: float, error: type[TooSlowError | TooLateError]) -> None:
        """Over in so many seconds, whatever was said before."""
        self.at = time.monotonic() + seconds
        self.error = error
        self._clock.watch(self)

    def disarm(self) -> None:
        """Never over."""
        self._clock.running.discard(self)

    def is_why(self) -> bool:
        """Whether a CancelledError that has come is this one's, and nobody else's as well."""
        if self.passed is None:
            return False
        return self._task is None or self._task.uncancel() == 0

    def pass_(self) -> None:
        """It is over."""
        self.passed = self.error()
        if self._task is not None:
            self._task.cancel()


class DeadlineClock:
    """Looks at all deadlines of a worker every `_TICK` while there are any: a timer for each would
    cost 8 µs a request, `asyncio.timeout` twice that."""

    def __init__(self) -> None:
        self.running: set[Deadline] = set()
        self._ticking = False

    def watch(self, deadline: Deadline) -> None:
        """Until it is disarmed."""
        self.running.add(deadline)
        if not self._ticking:
            self._ticking = True
            asyncio.get_running_loop().call_later(_TICK, self._tick)

    def _tick(self) -> None:
        now = time.monotonic()
        for deadline in [deadline for deadline in self.running if deadline.at <= now]:
            self.running.discard(deadline)
            deadline.pass_()
        self._ticking = bool(self.running)
        if self._ticking:
            asyncio.get_running_loop().call_later(_TICK, self._tick)


def bounded(
    receive: Receive, limit: int, deadline: Deadline, *, body: float, answer: float
) -> Receive:
    """`receive` for at most `limit` bytes in `body` s in all.

    From then on `answer` s are left for the answer to begin. What is received after the body's end
    (that the client went away) may take any time.
    """
    seen, begun, complete = 0, False, False

    async def receive_bounded() -> Message:
        nonlocal seen, begun, complete
        if complete:
            return await receive()
        if not begun:
            begun = True
            deadline.arm(body, TooSlowError)
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise TooLargeError
        if not message.get("more_body", False):
            complete = True
            deadline.arm(answer, TooLateError)
        return message

    return receive_bounded
