"""What the coordinator and the generators say to each other, and to the relay between machines.

Each message is a value; on the wire it is a JSON object whose `type` names it. Pure. (What the two
ends of a network connection say for themselves, greetings and pings, is in `distributed.remote`.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.load.clock import ClockReading
from kampyn_perf.load.partition import Assignment
from kampyn_perf.recorder.interval import (
    Cell,
    CellKey,
    Interval,
    cells_from_message,
    cells_to_message,
)


@dataclass(frozen=True, kw_only=True)
class Describe:
    """Command: tell which flows of the scenarios would run."""

    scenarios: tuple[str, ...]
    """Paths of locustfiles."""
    data_flows: Mapping[str, int] = field(default_factory=dict)
    """Flows as data that run beside them, with their weights."""
    flows: tuple[str, ...] = ()
    weights: Mapping[str, int] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    exclude_tags: tuple[str, ...] = ()
    client: str = "auto"


@dataclass(frozen=True, kw_only=True)
class Run:
    """Command: get ready for this run."""

    spec: Mapping[str, Any]
    """`RunSpec.dump`, as an object."""
    index: int
    """Which generator this one is."""
    members: int = 1
    """How many there are from the start."""
    files: Mapping[str, str] = field(default_factory=dict)
    """For another machine: the files that `spec` names, base64."""


@dataclass(frozen=True, kw_only=True)
class Start:
    """Command: the run begins, or began."""

    at_us: int
    """By the generator's own clock."""
    assignments: tuple[Assignment, ...]
    """Those so far."""


@dataclass(frozen=True, kw_only=True)
class Reassign:
    """Command: from an arrival on, other generators take turns."""

    assignment: Assignment


@dataclass(frozen=True, kw_only=True)
class Stop:
    """Command: no more arrivals; let sessions in flight finish."""


@dataclass(frozen=True, kw_only=True)
class Abort:
    """Command: cut everything now, and report."""


@dataclass(frozen=True, kw_only=True)
class LogTo:
    """Command, on a pipe: stderr goes to this file from now on, and what was written before too."""

    path: str


@dataclass(frozen=True, kw_only=True)
class Flows:
    """Report: these flows run. After `Run` it means: ready to start."""

    weights: Mapping[str, int]
    stock_client_reason: str = ""
    remarks: tuple[str, ...] = ()
    """What of a locustfile means something else than under Locust."""
    compiled: bool = False
    """Whether this generator runs with what is compiled. After `Run`."""


@dataclass(frozen=True, kw_only=True)
class RecordedCells:
    """Report: a part of the interval that `Recorded` will bring. Of thousands of requests a second
    all at once would hold either side for a millisecond or two, in the midst of the load."""

    cells: Mapping[CellKey, Cell]


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """Report: what was recorded since the last time, but for the parts that came before."""

    interval: Interval


@dataclass(frozen=True, kw_only=True)
class SigningIn:
    """Report: not ready yet; visitors sign in ahead of the run."""

    done: int
    wanted: int


@dataclass(frozen=True, kw_only=True)
class End:
    """Report: nothing more will come."""

    scenario_errors: Mapping[str, int]
    apart: Sequence[Mapping[str, Any]] = ()
    """Requests that are in no other number, by endpoint (`ApartCounts.to_message`)."""
    idle_sessions: Mapping[str, int] = field(default_factory=dict)
    """Sessions that came to their end without a request, by flow."""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Refused:
    """Report: there will be no run, for this reason."""

    message: str
    code: int
    hint: str

    @classmethod
    def of(cls, error: KampynError) -> Refused:
        """The report of an error."""
        return cls(message=error.message, code=int(error.code), hint=error.hint)

    def error(self) -> KampynError:
        """The error that it was."""
        return KampynError(self.message, code=ExitCode(self.code), hint=self.hint)


@dataclass(frozen=True, kw_only=True)
class Joined:
    """Said of a generator: it came with the run under way."""


Command = Describe | Run | Start | Reassign | Stop | Abort | LogTo
Report = Flows | SigningIn | RecordedCells | Recorded | End | Refused | Joined


@dataclass(frozen=True, kw_only=True)
class Forward:
    """To the relay: a command for a worker."""

    to: int
    command: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Dismiss:
    """To the relay: a worker is not wanted any more."""

    to: int
    why: str


@dataclass(frozen=True, kw_only=True)
class RunOver:
    """To the relay: the run has come to its end."""


@dataclass(frozen=True, kw_only=True)
class Listening:
    """From the relay: workers can join."""

    port: int


@dataclass(frozen=True, kw_only=True)
class ListenFailed:
    """From the relay: they cannot."""

    why: str


@dataclass(frozen=True, kw_only=True)
class WorkerJoined:
    """From the relay: a worker has greeted it, and its clock is known."""

    index: int
    host: str


@dataclass(frozen=True, kw_only=True)
class WorkerClock:
    """From the relay: what is known of a worker's clock by now."""

    index: int
    reading: ClockReading


@dataclass(frozen=True, kw_only=True)
class WorkerLost:
    """From the relay: a worker is gone."""

    index: int
    how: str


@dataclass(frozen=True, kw_only=True)
class Forwarded:
    """From the relay: a worker's report."""

    index: int
    report: Mapping[str, Any]


ToRelay = Forward | Dismiss | RunOver
FromRelay = Listening | ListenFailed | WorkerJoined | WorkerClock | WorkerLost | Forwarded


def _assignment(plain: Mapping[str, Any]) -> Assignment:
    return Assignment(from_number=plain["from_number"], members=tuple(plain["members"]))


_KINDS: dict[str, type[Any]] = {
    kind.__name__: kind
    for union in (Command, Report, ToRelay, FromRelay)
    for kind in union.__args__
}
_READERS: dict[str, Any] = {
    "assignments": lambda items: tuple(map(_assignment, items)),
    "assignment": _assignment,
    "cells": cells_from_message,
    "interval": Interval.from_message,
    "reading": lambda item: ClockReading(**item),
    "apart": tuple,
    "flows": tuple,
    "tags": tuple,
    "exclude_tags": tuple,
    "remarks": tuple,
}
"""Of the fields that are not plain in JSON, by name."""
_WRITERS: dict[str, Any] = {
    "assignments": lambda items: [asdict(item) for item in items],
    "assignment": asdict,
    "cells": cells_to_message,
    "interval": Interval.to_message,
    "reading": asdict,
}


def to_wire(message: Command | Report | ToRelay | FromRelay) -> dict[str, Any]:
    """The JSON object of a message."""
    plain: dict[str, Any] = {"type": type(message).__name__}
    for field_ in fields(message):
        value = getattr(message, field_.name)
        writer = _WRITERS.get(field_.name)
        plain[field_.name] = writer(value) if writer else value
    return plain


def from_wire(plain: Mapping[str, Any]) -> Any:
    """The message of `to_wire`. Raises LookupError for a type that there is none of."""
    kind = _KINDS[plain["type"]]
    return kind(
        **{
            name: _READERS[name](value) if name in _READERS else value
            for name, value in plain.items()
            if name != "type"
        }
    )
