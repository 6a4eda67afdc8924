"""A step of a capacity search, and what it came to. Durations are whole microseconds, rates per
second.

A *margin* is the logarithm of how far inside its target an objective was: 0 at the target, 0.69 at
half of it, negative where it was missed. On that scale objectives of all units can be compared.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from kampyn_perf.results.io import Record
from kampyn_perf.results.latency import NonNegative
from kampyn_perf.results.verdict import Finding


class StepKind(StrEnum):
    """What a step is there for."""

    LIGHT = "light"
    """A little load: how long a session takes when nothing waits, how many requests it has."""
    LADDER = "ladder"
    """So many users at once, each starting its next session at once (closed model)."""
    OPEN = "open"
    """Sessions at a rate, to find between which two the limit lies (open model)."""
    CONFIRM = "confirm"
    """The same at the limit and just above it, again and again."""


class Steadiness(StrEnum):
    """Whether a step came to rest."""

    STABLE = "stable"
    BACKLOGGED = "backlogged"
    """Sessions in flight were still on their way to another level: it is not averaged."""
    OVERLOADED = "overloaded"
    """Sessions in flight grew all the time: more came than were served."""


class Margin(Record):
    """What one objective came to in one step."""

    objective: str
    """Its name; with the part that it was about where it is about several."""
    value: float
    error: float
    """Its standard error, by a bootstrap over blocks of seconds, or from the verdict's interval."""
    observed: str = ""
    target: str = ""


class CapacityStep(Record):
    """One step, and what it came to."""

    number: int = 0
    kind: StepKind
    rate: float
    """Sessions per second that were offered; of a rung, that came through."""
    users: int | None = None
    """Of a rung: at once."""
    warm_up_us: NonNegative = 0
    measured_us: NonNegative = 0
    took_us: NonNegative = 0
    """All of it, as the budget counts it: starting, warming up, draining."""
    steadiness: Steadiness = Steadiness.STABLE
    growth: float = 0.0
    """Sessions in flight more per second, on the average."""
    in_flight: float = 0.0
    """Sessions at work, on the average."""
    completed_rate: float = 0.0
    """Sessions per second that ended well."""
    requests_rate: float = 0.0
    """Successful requests per second."""
    session_us: float | None = None
    """A session from its due time to its end, on the average."""
    little: float | None = None
    """Of a rung: sessions at work over what rate and time make of it (Little's law); about 1."""
    failed_share: float = 0.0
    refused_share: float = 0.0
    """Of requests: answered 429."""
    p50_us: NonNegative | None = None
    p95_us: NonNegative | None = None
    p99_us: NonNegative | None = None
    margins: list[Margin] = Field(default_factory=list)
    missed: list[str] = Field(default_factory=list)
    """Objectives that were missed, also in a step that is not averaged; in one that is not valid
    those for which its disturbance cannot have been the reason."""
    invalid: list[str] = Field(default_factory=list)
    """Why the generator's numbers mean nothing; empty for a valid step."""
    ended_early: str = ""
    """Why it was stopped before its time."""
    lost: str = ""
    """Why the target is gone; empty while it is there."""
    note: str = ""
    beyond: bool = False
    """Whether it was made for the limit by requests alone, after that by all objectives."""
    explanation: list[Finding] = Field(default_factory=list)
    """What a missed objective coincides with."""
    folder: str = ""
    """Of its own result, below the search's folder."""

    @property
    def worst(self) -> Margin | None:
        """The margin of the objective that is nearest to its limit, or furthest beyond it."""
        return min(self.margins, key=lambda margin: margin.value, default=None)

    @property
    def holds(self) -> bool | None:
        """Whether every objective held; None where the step does not say."""
        if self.invalid:
            return False if self.missed else None
        if self.steadiness is Steadiness.OVERLOADED:
            return False
        if self.steadiness is Steadiness.BACKLOGGED:
            return None
        return not self.missed
