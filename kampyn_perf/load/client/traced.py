"""Requests that say which trace they belong to: `traceparent` of W3C's Trace Context.

https://www.w3.org/TR/trace-context/ . The header is put behind those that are ready, so that what
requests have in common is still computed once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kampyn_perf.load.client.api import Timeouts
from kampyn_perf.load.client.requests import Prepared
from kampyn_perf.load.client.response import Response
from kampyn_perf.load.client.sender import Sender

_OWN = b"\ntraceparent:"


class Span:
    """One request of a trace, from its beginning on."""

    __slots__ = (
        "due_us",
        "end_us",
        "error",
        "explain",
        "id",
        "line",
        "name",
        "sent_us",
        "status",
    )

    def __init__(self, trace: str, span: str, *, due_us: int, sent_us: int) -> None:
        self.id = span
        self.line = f"traceparent: 00-{trace}-{span}-01\r\n".encode()
        self.due_us = due_us
        self.sent_us = sent_us
        self.end_us: int | None = None
        """None while the answer is out."""
        self.name = ""
        self.status = 0
        self.error = ""
        self.explain: Callable[[], str] | None = None


class TracedPrepared(Prepared):
    """A request of one span."""

    __slots__ = ("span",)

    def __init__(self, plain: Prepared, span: Span) -> None:
        # The parts of what is ready; its own constructor would put the head together again.
        self.method = plain.method
        self.origin = plain.origin
        self.target = plain.target
        self.headers = plain.headers
        self.head = plain.head + span.line
        self.span = span


def _untraced() -> Span | None:
    return None


class TracedSender(Sender):
    """Sends each request as a span, and what it is redirected to as the same."""

    __slots__ = ("next_span",)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.next_span: Callable[[], Span | None] = _untraced
        """The span of the request that is about to be sent; None for one that is not traced."""

    def perform(
        self, response: Response, timeouts: Timeouts, extra: bytes, follow: bool, keep_body: bool
    ) -> None:
        """As the other sender. A header of the scenario's own stays, and its request untraced."""
        if _OWN not in response.prepared.head.lower() and (span := self.next_span()):
            response.prepared = TracedPrepared(response.prepared, span)
        super().perform(response, timeouts, extra, follow, keep_body)

    def _redirect(self, response: Response) -> bool:
        before = response.prepared
        followed = super()._redirect(response)
        if followed and isinstance(before, TracedPrepared):
            response.prepared = TracedPrepared(response.prepared, before.span)
        return followed
