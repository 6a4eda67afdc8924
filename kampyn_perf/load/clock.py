"""The generator's clock."""

from __future__ import annotations

from time import perf_counter_ns


def now_us() -> int:
    """Microseconds of a monotonic clock; only differences mean anything."""
    return perf_counter_ns() // 1000
