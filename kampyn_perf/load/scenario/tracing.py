"""Which sessions of this generator are traced, and which of them are told: those that were slow or
failed, when that is known (a decision at the tail).

Nothing of it is in the way of a run without traces: clients and the pacer of one that has them are
other classes.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Mapping
from typing import Any

from kampyn_perf.load.client import Client, Response
from kampyn_perf.load.client.explain import failure_text
from kampyn_perf.load.client.traced import Span, TracedPrepared, TracedSender
from kampyn_perf.load.clock import now_us
from kampyn_perf.load.scenario.apart import ApartSession
from kampyn_perf.load.scenario.session import Session, endpoint_name
from kampyn_perf.load.settings import TraceSettings
from kampyn_perf.recorder.traces import RequestTrace, SessionTrace, Traces

_GOLDEN = 0.618033988749895
"""Multiples of it, without their whole part, spread evenly: arrivals with a number below the share
are that share of any stretch, and of every generator's turn."""
_MOST_REQUESTS = 100
"""Of one session; a loop may go round for hours."""


class _Open:
    """A session at work."""

    __slots__ = ("id", "left_out", "root", "slow", "spans")

    def __init__(self, bits: Callable[[int], int]) -> None:
        self.id = f"{bits(128):032x}"
        self.root = f"{bits(64):016x}"
        self.spans: list[Span] = []
        self.left_out = 0
        self.slow = False


class Tracer:
    """The traces of one generator."""

    def __init__(self, settings: TraceSettings) -> None:
        self._settings = settings
        # Of its own, so that a scenario that seeds `random` makes no two runs of one trace.
        self._bits = random.Random(os.urandom(32)).getrandbits  # noqa: S311 (no secret)
        self._open: dict[int, _Open] = {}
        """By the number of the arrival."""
        self._told: list[SessionTrace] = []
        self._left_out = 0

    def span(self, session: Session) -> Span | None:
        """The next request of `session`; None where it is not traced."""
        if session.buffer is None or isinstance(session, ApartSession):
            return None
        number = session.number
        if number * _GOLDEN % 1.0 >= self._settings.share:
            return None
        trace = self._open.get(number)
        if trace is None:
            trace = self._open[number] = _Open(self._bits)
        sent_us = now_us()
        due_us = session.ready_us if session.together is None else session.together
        own = f"{self._bits(64):016x}"
        span = Span(trace.id, own, due_us=min(due_us, sent_us), sent_us=sent_us)
        if len(trace.spans) < _MOST_REQUESTS:
            trace.spans.append(span)
        else:
            trace.left_out += 1
        return span

    def answered(self, session: Session, span: Span, response: Response, name: str) -> None:
        """How a request ended, by what it is called."""
        span.name = name
        span.sent_us, span.end_us = response.sent_us, response.end_us
        span.status = response.status_code
        if (error := response.error) is not None:
            span.error = error.kind.value
            span.explain = lambda: failure_text(error, response)
        trace = self._open.get(session.number)
        if trace is not None and span.end_us - span.due_us >= self._settings.slow:
            trace.slow = True

    def ended(self, session: Session, *, success: bool) -> None:
        """A session came to its own end."""
        trace = self._open.pop(session.number, None)
        if trace is None:
            return
        if not success or any(span.error for span in trace.spans):
            self._tell(session, trace, "failed")
        elif trace.slow:
            self._tell(session, trace, "slow")

    def cut(self, session: Session) -> None:
        """A session was still at work when the run ended; told if something of it was slow."""
        trace = self._open.pop(session.number, None)
        if trace is None:
            return
        now = now_us()
        waits = [now - span.due_us for span in trace.spans if span.end_us is None]
        if trace.slow or max(waits, default=0) >= self._settings.slow:
            self._tell(session, trace, "cut")

    def take(self) -> Traces:
        """What is to be told since the last time."""
        taken = Traces(tuple(self._told), self._left_out)
        self._told, self._left_out = [], 0
        return taken

    def _tell(self, session: Session, trace: _Open, why: str) -> None:
        if len(self._told) >= self._settings.perSecond:  # taken once a second
            self._left_out += 1
            return
        now = now_us()
        wall_us = time.time_ns() // 1000 - now
        over_us = now if session.over_us is None else session.over_us
        self._told.append(
            SessionTrace(
                trace=trace.id,
                span=trace.root,
                flow=session.flow,
                phase=session.phase,
                number=session.number,
                due_us=wall_us + session.due_us,
                end_us=wall_us + over_us,
                why=why,
                requests=tuple(_request(span, wall_us, now) for span in trace.spans),
                left_out=trace.left_out,
            )
        )


def _request(span: Span, wall_us: int, now: int) -> RequestTrace:
    cut = span.end_us is None
    return RequestTrace(
        span=span.id,
        name=span.name or "unanswered",
        due_us=wall_us + span.due_us,
        start_us=wall_us + span.sent_us,
        end_us=wall_us + (now if span.end_us is None else span.end_us),
        status=span.status,
        error="cut" if cut else span.error,
        words=span.explain() if span.explain else "",
    )


class Traced(Client):
    """A client whose requests are spans; what it is mixed into decides all else."""

    sender_class = TracedSender

    def __init__(self, *, tracer: Tracer, **options: Any) -> None:
        self._tracer = tracer
        super().__init__(**options)
        sender: Any = self._sender
        sender.next_span = self._next_span

    def _next_span(self) -> Span | None:
        observer: Any = self.observer
        return self._tracer.span(observer.session)

    def _report(
        self, response: Response, method: str, name: str, context: Mapping[str, Any] | None
    ) -> None:
        prepared = response.prepared
        if isinstance(prepared, TracedPrepared):
            observer: Any = self.observer
            called = endpoint_name(method, name)
            self._tracer.answered(observer.session, prepared.span, response, called)
        super()._report(response, method, name, context)
