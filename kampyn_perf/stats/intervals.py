"""What an interval is: two ends, either of which may be unknown, and the confidence they have."""

from __future__ import annotations

from dataclasses import dataclass

CONFIDENCE = 0.95
"""Two-sided, everywhere, unless a caller asks otherwise."""


@dataclass(frozen=True)
class Interval:
    """The values that the data do not rule out; None is an end that the sample cannot bound."""

    low: float | None
    high: float | None
    confidence: float = CONFIDENCE

    def __contains__(self, value: float) -> bool:
        return (self.low is None or self.low <= value) and (self.high is None or value <= self.high)


def check_confidence(confidence: float) -> None:
    """Raises ValueError for what is not a probability strictly between 0 and 1."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, not {confidence}")
