"""The result of a capacity search. Durations are whole microseconds, rates per second."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from kampyn_perf import names
from kampyn_perf.machine import Machine
from kampyn_perf.results.capacity_step import CapacityStep, Margin, Steadiness, StepKind
from kampyn_perf.results.io import Record
from kampyn_perf.results.judgement import Bounds
from kampyn_perf.results.latency import NonNegative
from kampyn_perf.results.load import Target
from kampyn_perf.results.verdict import Finding
from kampyn_perf.units import counted, format_percent

__all__ = [
    "Answer",
    "Beyond",
    "CapacityResult",
    "CapacityStep",
    "Ending",
    "Limit",
    "Limiter",
    "Margin",
    "RateRange",
    "Steadiness",
    "StepKind",
    "Usl",
    "UslParameter",
    "UslPoint",
]


class Limiter(Record):
    """A limit on requests that the target puts on its callers, as it says itself."""

    requests: NonNegative | None = None
    """So many ..."""
    window_us: NonNegative | None = None
    """... in so long; None where it does not say."""
    words: str = ""
    """Where this was seen: a header, or what was refused."""

    @property
    def per_second(self) -> float | None:
        """What it lets through in the long run."""
        if not self.requests or not self.window_us:
            return None
        return self.requests / (self.window_us / 1e6)


class Ending(StrEnum):
    """How a search ended."""

    FOUND = "found"
    """The limit lies between two rates that were tried, and both were confirmed."""
    ROUGH = "rough"
    """It lies between two rates; the time was over before that was confirmed."""
    GENERATOR = "generator"
    """The generator came to its end before the target: the limit lies above."""
    TOO_SLOW = "too_slow"
    """An objective is missed at the lowest rate that was tried."""
    LIMITER = "limiter"
    """What limits is not the backend, but a limit on requests in front of it."""
    LOST = "lost"
    """The target was gone."""
    NO_TIME = "no_time"
    """The time was over before the limit was met: it lies above."""
    INTERRUPTED = "interrupted"
    UNDECIDED = "undecided"
    """Steps did not come to rest, or contradict each other."""


class RateRange(Record):
    """A rate with what the steps do not rule out."""

    rate: float
    interval: Bounds


NEAR_BELOW, NEAR_ABOVE = 0.1, 0.12
"""Steps from so far below the answer up to it, or above it up to so far, are its replicates."""


class Limit(Record):
    """Where one objective would break."""

    objective: str
    rate: float
    """Sessions per second."""
    interval: Bounds


class Answer(Record):
    """The highest rate at which every objective holds."""

    sessions: RateRange
    """Sessions per second."""
    requests: RateRange
    """Successful requests per second that go with it."""
    at_least: bool = False
    """Whether the limit itself was not met: it lies above."""
    confirmed: RateRange | None = None
    """The highest rate (sessions) at which steps held, and what of it was measured."""
    held: NonNegative = 0
    """Steps at the answer, or up to `NEAR_BELOW` below it, that held ..."""
    of_held: NonNegative = 0
    """... of so many."""
    missed: NonNegative = 0
    """Steps up to `NEAR_ABOVE` above it that missed an objective ..."""
    of_missed: NonNegative = 0
    """... of so many."""
    broke_first: str = ""
    """The objective that breaks first; `steady` where sessions pile up before any is missed."""
    limits: list[Limit] = Field(default_factory=list)
    """Where each objective breaks, as far as it was seen; the first one first."""
    drift: float | None = None
    """By how much the limit moved while it was searched for, as a share; None where it stood."""
    cliff: bool = False
    """Whether it breaks from one rate to the next, without a slope in between."""

    @property
    def near_text(self) -> str:
        """In how many of the steps near it every objective held, on either side; empty where there
        is none."""
        below = "at it" if self.at_least else f"up to {format_percent(NEAR_BELOW)} below it"
        above = f"up to {format_percent(NEAR_ABOVE)} above it"
        held = (self.held, self.of_held, below)
        sides = [held, (self.of_missed - self.missed, self.of_missed, above)]
        told = [
            f"in {count or 'none'} of {counted(of, 'step')} {where}"
            for count, of, where in sides
            if of
        ]
        return f"every objective held {' and '.join(told)}" if told else ""


class Beyond(Record):
    """The limit by what callers meet, response times and errors, where a goal about what is used
    up (CPU, memory, the disk) breaks first."""

    aside: list[str]
    """The objectives that were left out of it."""
    answer: Answer | None = None
    ending: Ending | None = None
    """None while it is searched for."""
    reason: str = ""


class UslPoint(Record):
    """The capacity with so many workers."""

    workers: int
    rate: float
    interval: Bounds
    folder: str = ""


class UslParameter(Record):
    """One parameter of the law."""

    value: float
    interval: Bounds


class Usl(Record):
    """The Universal Scalability Law: X(N) = gamma N / (1 + alpha (N - 1) + beta N (N - 1))."""

    points: list[UslPoint]
    gamma: UslParameter | None = None
    """Of one worker, sessions per second."""
    alpha: UslParameter | None = None
    """Contention: the share of the work that only one worker can do at a time."""
    beta: UslParameter | None = None
    """Coherency: what workers spend on agreeing with each other; None where it was not fitted."""
    predictions: list[UslPoint] = Field(default_factory=list)
    by_requests: bool = False
    """Whether the points are limits by response times and errors alone."""
    trust: list[str] = Field(default_factory=list)
    """How far this may be trusted, in sentences."""


class CapacityResult(Record):
    """One run of `kampyn-perf capacity`."""

    schema_: Literal["kampyn-perf/capacity"] = Field(default=names.CAPACITY_SCHEMA, alias="schema")
    version: int = names.CAPACITY_VERSION
    started_at: str
    """ISO 8601, UTC."""
    elapsed_us: NonNegative
    """Of all its steps."""
    budget_us: NonNegative
    target: Target
    machine: Machine
    seed: int
    context: dict[str, Any] = Field(default_factory=dict)
    plan: dict[str, Any] = Field(default_factory=dict)
    """What a search that goes on has to be the same in."""
    objectives: dict[str, str] = Field(default_factory=dict)
    """What had to hold: name and target."""
    unmeasured: list[str] = Field(default_factory=list)
    """Objectives that no step measured: nothing is said about them."""
    ending: Ending | None = None
    """None while it goes on; found in a file, it says that the search was killed."""
    reason: str = ""
    """The ending in a sentence."""
    interrupted: str = ""
    """The signal that ended it."""
    answer: Answer | None = None
    beyond: Beyond | None = None
    """The limit by requests alone; None where it is none of its own."""
    limiter: Limiter | None = None
    evidence: list[Finding] = Field(default_factory=list)
    """What was exhausted, from the steps in which an objective was missed."""
    steps: list[CapacityStep] = Field(default_factory=list)
    usl: Usl | None = None
    folder: Path | None = Field(default=None, exclude=True)
