"""What in a result may measure a metric: the kinds of evidence. Pure data.

The readers of results (`slo/evidence/`) know these, never names of metrics.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Clock(StrEnum):
    """From when a request's time is counted."""

    RESPONSE = "response"
    """From when it was due."""
    SERVICE = "service"
    """From when it was sent."""


class Event(StrEnum):
    """What may have become of a request, to be counted."""

    FAILED = "failed"
    """In any way, wrong content included."""
    UNAVAILABLE = "unavailable"
    """No response, or a status from 500 on."""
    STATUS_4XX = "4xx"
    STATUS_5XX = "5xx"


@dataclass(frozen=True)
class RequestTimes:
    """The times of a load's requests."""

    clock: Clock


@dataclass(frozen=True)
class SessionTimes:
    """The times of a load's sessions."""


@dataclass(frozen=True)
class RequestShare:
    """The share of a load's requests that an event came upon (of those it spared, where more is
    better)."""

    event: Event


@dataclass(frozen=True)
class RequestRate:
    """A load's successful requests per second."""


class Subjects(StrEnum):
    """How the subjects of one watched quantity (processes, collections) make one value."""

    TOGETHER = "together"
    """Every sample counts, whoever it is of."""
    WORST = "worst"
    """Each subject has to keep the promise: the one that has most speaks for all."""


@dataclass(frozen=True, kw_only=True)
class Watched:
    """Series that were sampled beside a load, by the name of the metric."""

    subjects: Subjects = Subjects.TOGETHER
    noun: str = "samples"
    """What its events are, where each value is the mean of several."""
    suite: str = ""
    """The suite of a benchmark whose cases, all together, measure it as well."""


@dataclass(frozen=True)
class StartLag:
    """How late sessions began that found a free virtual user."""


class Arrivals(StrEnum):
    """What became of the arrivals of a schedule."""

    OFFERED = "offered"
    """Sessions per second that the schedule asked for."""
    STARTED = "started"
    """Sessions per second that were started."""
    MISSED = "missed"
    """The share of arrivals that never started."""


@dataclass(frozen=True)
class ArrivalCount:
    """Arrivals, counted: of the run as it was, and no estimate of anything."""

    of: Arrivals


@dataclass(frozen=True)
class AnySeries:
    """Whatever series an objective names itself; the target says unit and direction."""


@dataclass(frozen=True)
class Recovery:
    """How long after a fault a load's response times were what they had been before it."""


@dataclass(frozen=True)
class Amplification:
    """How many more requests a session made under faults than without them."""


class Work(StrEnum):
    """What an audit counts of what was acknowledged."""

    LOST = "lost"
    DOUBLED = "doubled"


@dataclass(frozen=True)
class Audited:
    """What an audit after a load counted."""

    of: Work


@dataclass(frozen=True)
class CaseTimes:
    """The times of one case of a benchmark."""


EvidenceKind = (
    RequestTimes
    | SessionTimes
    | RequestShare
    | RequestRate
    | StartLag
    | ArrivalCount
    | Watched
    | AnySeries
    | Recovery
    | Amplification
    | Audited
    | CaseTimes
)
