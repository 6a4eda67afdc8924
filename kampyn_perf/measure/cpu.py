"""Shares of a machine's CPU time, from how much of it went into each mode. Pure."""

from __future__ import annotations

from collections.abc import Mapping

_COUNTED_TWICE = ("guest", "guest_nice")
"""Linux counts the time of guests in user and nice as well."""


def _total(spent: Mapping[str, float]) -> float:
    return sum(time for mode, time in spent.items() if mode not in _COUNTED_TWICE)


def busy_share(spent: Mapping[str, float]) -> float | None:
    """The share that was used, of the time that the hypervisor let the machine have.

    Waiting for a disk is idle. Stolen time is neither used nor free: counted as either, it would
    make a machine that has no time left look half empty. None for no time at all.
    """
    available = _total(spent) - spent.get("steal", 0.0)
    if available <= 0:
        return None
    idle = spent.get("idle", 0.0) + spent.get("iowait", 0.0)
    return min(max((available - idle) / available, 0.0), 1.0)


def steal_share(spent: Mapping[str, float]) -> float | None:
    """The share that the hypervisor gave to others; None where the system does not tell."""
    total = _total(spent)
    return spent["steal"] / total if "steal" in spent and total > 0 else None
