"""Sessions that ended slow or failed, request by request, as a generator hands them over.

Pure data. Moments are microseconds since 1970 by the generator's own clock: whoever stores traces
puts them beside those of the target, which has no other clock in common with us.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple


@dataclass(frozen=True, kw_only=True)
class RequestTrace:
    """One request of a session."""

    span: str
    """16 hex digits: what the target was sent as its parent."""
    name: str
    """What reports call it."""
    due_us: int
    start_us: int
    """When it was sent."""
    end_us: int
    status: int = 0
    """0 without a response."""
    error: str = ""
    """The kind of its failure; empty for a success."""
    words: str = ""
    """In whose words it failed."""


@dataclass(frozen=True, kw_only=True)
class SessionTrace:
    """One session."""

    trace: str
    """32 hex digits."""
    span: str
    """16 hex digits: of the session as a whole."""
    flow: str
    phase: int
    number: int
    """Of the arrival."""
    due_us: int
    end_us: int
    why: str
    """`failed`, `slow` or `cut` (still at work when the run ended)."""
    requests: tuple[RequestTrace, ...]
    left_out: int = 0
    """Requests beyond those that are kept."""

    @classmethod
    def from_message(cls, message: dict[str, Any]) -> SessionTrace:
        """The trace whose `asdict` went over the wire."""
        requests = tuple(RequestTrace(**request) for request in message["requests"])
        return cls(**message | {"requests": requests})


class Traces(NamedTuple):
    """What was handed over since the last time."""

    sessions: tuple[SessionTrace, ...] = ()
    left_out: int = 0
    """Sessions that were slow or failed too, beyond those that are told."""
