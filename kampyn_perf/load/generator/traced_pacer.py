"""The pacer of a run that is traced: it says which sessions have ended."""

from __future__ import annotations

from typing import Any

from kampyn_perf.load.generator.allocation import VirtualUser
from kampyn_perf.load.generator.pacer import Pacer
from kampyn_perf.load.scenario.session import Session
from kampyn_perf.load.scenario.tracing import Tracer


class TracedPacer(Pacer):
    """As the other one."""

    def __init__(self, *, tracer: Tracer, **options: Any) -> None:
        super().__init__(**options)
        self._tracer = tracer

    def done(self, user: VirtualUser, session: Session, *, success: bool) -> bool:
        """As the other one; the trace is told first, or forgotten."""
        self._tracer.ended(session, success=success)
        return super().done(user, session, success=success)
