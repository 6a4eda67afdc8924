"""How requests are grouped, by the generator's buffer and the recorders alike. No unit.

Imports nothing heavy: a generator, which has no histograms, starts sooner without them.
"""

from __future__ import annotations

from kampyn_perf.outcomes import ErrorKind, kind_of_status

MAX_ENDPOINTS = 500
"""Names of endpoints that are kept apart; the rest share one, so that a path with an id in it
cannot fill the memory."""
MAX_CAUSES = 200
"""Pairs of an endpoint and a cause that are kept apart."""
OTHER_ENDPOINTS = "(other endpoints)"
OUTSIDE = "(outside of sessions)"
"""The flow of what a scenario measured while no session was at work."""


def cause_of(status: int, error: ErrorKind) -> str:
    """What tells failures of an endpoint from each other: the status that made it one, or else
    the kind."""
    return str(status) if status and kind_of_status(status) is error else error.value
