"""What the lead and its generators say to each other: JSON objects, each with its `type`. Pure."""

from __future__ import annotations

from enum import StrEnum


class Command(StrEnum):
    """What the lead says."""

    RUN = "run"
    """The specification, and which generator this one is."""
    START = "start"
    """The run begins, or began, at this moment of your own clock; these are the deals so far."""
    STOP = "stop"
    """No more arrivals; let sessions in flight finish."""
    ABORT = "abort"
    """Cut everything now, and report."""
    REDEAL = "redeal"
    """From an arrival on, other generators deal in turn."""


class Report(StrEnum):
    """What a generator says, or what is said of it."""

    JOINED = "joined"
    """There is another one, with the run under way."""

    FLOWS = "flows"
    """Which flows it will run, with their weights: it is ready."""
    INTERVAL = "interval"
    """What was recorded since the last time."""
    END = "end"
    """Nothing more will come."""
    ERROR = "error"
    """There will be no run, for this reason."""
