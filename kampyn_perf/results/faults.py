"""What was done to a system on purpose while it was under load, and when."""

from __future__ import annotations

from kampyn_perf.results.io import Record
from kampyn_perf.results.latency import NonNegative
from kampyn_perf.units import format_duration


class FaultRecord(Record):
    """One fault of a run, on its time axis."""

    name: str
    kind: str
    """`redis pause`, `network delay`, `command`."""
    start_us: NonNegative
    """When it began; of one that never did, when it should have."""
    end_us: NonNegative | None = None
    """When it was undone; None while it goes on."""
    settle_us: NonNegative = 0
    """How much longer the requests are counted as being under it."""
    began: bool = True
    error: str = ""
    """What went wrong in beginning or undoing it; empty for nothing."""

    @property
    def span_text(self) -> str:
        """`20.0 s to 25.0 s`, on the run's axis; `at 20.0 s` for what took no time."""
        start = format_duration(self.start_us)
        if self.end_us is None:
            return f"from {start} on"
        end = format_duration(self.end_us)
        return f"at {start}" if end == start else f"{start} to {end}"
