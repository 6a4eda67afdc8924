"""The clock of a generator, and what the coordinator knows of it."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter_ns


def now_us() -> int:
    """Microseconds of a monotonic clock; only differences mean anything."""
    return perf_counter_ns() // 1000


@dataclass(frozen=True, kw_only=True)
class ClockReading:
    """A generator's clock against the coordinator's. Microseconds."""

    offset_us: int = 0
    """Its clock minus ours."""
    uncertainty_us: int = 0
    wall_offset_us: int = 0
    """Its wall clock minus ours."""
