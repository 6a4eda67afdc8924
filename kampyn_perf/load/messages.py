"""What the lead and its generators say to each other: JSON objects, each with its `type`. Pure."""

from __future__ import annotations

from enum import StrEnum


class Order(StrEnum):
    """What the lead says."""

    RUN = "run"
    """The specification, and which share of it."""
    START = "start"
    """Begin at this moment of the generator's own clock."""
    STOP = "stop"
    """No more arrivals; let sessions in flight finish."""
    ABORT = "abort"
    """Cut everything now, and report."""
    TAKE_OVER = "take_over"
    """Deal a part of a lost generator's share."""


class News(StrEnum):
    """What a generator says."""

    FLOWS = "flows"
    """Which flows it will run, with their weights: it is ready."""
    INTERVAL = "interval"
    """What was recorded since the last time."""
    END = "end"
    """Nothing more will come."""
    ERROR = "error"
    """There will be no run, for this reason."""
