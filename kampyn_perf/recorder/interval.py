"""What a generator hands over about once a second: everything that happened since the last time.

Pure data; the unit is microseconds since the start of the run. It travels as one JSON line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from kampyn_perf.recorder.generator_health import HealthSample
from kampyn_perf.recorder.traces import SessionTrace


class CellKey(NamedTuple):
    """The finest group that samples are kept in."""

    endpoint: str
    flow: str
    phase: int


@dataclass
class Cell:
    """Requests of one endpoint, flow and phase that ended within the interval."""

    responses_us: list[int] = field(default_factory=list)
    """Of requests that succeeded."""
    services_us: list[int] = field(default_factory=list)
    failed_responses_us: list[int] = field(default_factory=list)
    failed_services_us: list[int] = field(default_factory=list)
    cut_us: list[int] = field(default_factory=list)
    """How long requests had been due whose answer was still out when the run was ended."""
    unavailable: int = 0
    """Requests without a response, or with a status from 500 on."""
    statuses: dict[str, int] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)
    """Failed requests by cause (`grouping.cause_of`)."""
    messages: dict[str, str] = field(default_factory=dict)
    """In whose words the first of a cause failed; only where its generator had none before."""
    received: int = 0
    """Bytes."""
    sent: int = 0
    """Bytes."""

    @property
    def ended(self) -> int:
        """How many requests."""
        return len(self.responses_us) + len(self.failed_responses_us)


@dataclass
class SessionCounts:
    """Sessions of one flow and phase; their ends count where they began."""

    planned: int = 0
    """Arrivals that came due."""
    started: int = 0
    dropped: int = 0
    completed: int = 0
    failed: int = 0
    cut: int = 0
    durations_us: list[int] = field(default_factory=list)
    """From due time to end, of those that ended well within the interval."""
    failed_durations_us: list[int] = field(default_factory=list)
    cut_us: list[int] = field(default_factory=list)
    """How long sessions had been due that were cut, or never started, when the run was ended."""


@dataclass
class Gauges:
    """The generator's state at the end of the interval."""

    in_flight: int = 0
    """Sessions at work."""
    waiting: int = 0
    """Arrivals due that wait for a free virtual user."""
    vusers: int = 0


@dataclass
class Interval:
    """One stretch of one generator's run."""

    from_us: int
    to_us: int
    cells: dict[CellKey, Cell] = field(default_factory=dict)
    sessions: dict[tuple[str, int], SessionCounts] = field(default_factory=dict)
    """By flow and phase."""
    started_in: dict[int, int] = field(default_factory=dict)
    """Sessions by the phase that was running when they actually started."""
    lateness_us: list[int] = field(default_factory=list)
    """Of sessions that found a free virtual user."""
    waited: int = 0
    """Sessions that had to wait for one."""
    waited_max_us: int = 0
    faults: int = 0
    """Samples or intervals that the recorder could not keep: any makes the run invalid."""
    gauges: Gauges = field(default_factory=Gauges)
    health: HealthSample = field(default_factory=HealthSample)
    acknowledged: list[str] = field(default_factory=list)
    """Ids that answers told, of a run that is audited."""
    traces: tuple[SessionTrace, ...] = ()
    """Of sessions that ended slow or failed, where the run is traced."""
    traces_left_out: int = 0
    """Such sessions beyond those that are kept."""

    def take_apart(self, size: int) -> Iterator[dict[CellKey, Cell]]:
        """Take cells out, some at a time with about `size` requests together, until the rest has
        less than that."""
        left = sum(cell.ended for cell in self.cells.values())
        while left > size:
            part: dict[CellKey, Cell] = {}
            held = 0
            while self.cells and held < size:
                key, cell = self.cells.popitem()
                part[key] = cell
                held += cell.ended
            left -= held
            yield part

    def to_message(self) -> dict[str, Any]:
        """Plain data for the wire; JSON has no tuples as keys."""
        return {
            "from_us": self.from_us,
            "to_us": self.to_us,
            "cells": cells_to_message(self.cells),
            "sessions": [[*key, vars(counts)] for key, counts in self.sessions.items()],
            "started_in": [[phase, count] for phase, count in self.started_in.items()],
            "lateness_us": self.lateness_us,
            "waited": self.waited,
            "waited_max_us": self.waited_max_us,
            "faults": self.faults,
            "gauges": asdict(self.gauges),
            "health": vars(self.health),
            "acknowledged": self.acknowledged,
            "traces": [asdict(trace) for trace in self.traces],
            "traces_left_out": self.traces_left_out,
        }

    @classmethod
    def from_message(cls, message: dict[str, Any]) -> Interval:
        """The interval of `to_message`."""
        return cls(
            **message
            | {
                "cells": cells_from_message(message["cells"]),
                "sessions": {
                    (flow, phase): SessionCounts(**counts)
                    for flow, phase, counts in message["sessions"]
                },
                "started_in": dict(message["started_in"]),
                "gauges": Gauges(**message["gauges"]),
                "health": HealthSample(**message["health"]),
                "traces": tuple(map(SessionTrace.from_message, message["traces"])),
            }
        )


def cells_to_message(cells: Mapping[CellKey, Cell]) -> list[list[Any]]:
    """Plain data for the wire."""
    return [[*key, vars(cell)] for key, cell in cells.items()]


def cells_from_message(message: Iterable[list[Any]]) -> dict[CellKey, Cell]:
    """The cells of `cells_to_message`."""
    return {CellKey(*key): Cell(**cell) for *key, cell in message}
