"""Failed requests by endpoint and cause, for `results.failures`. Unit: whole microseconds.

Memory is bounded whatever the length of the run: causes beyond a number share one endpoint's name,
and stretches become twice as long when there are too many of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from kampyn_perf.outcomes import ErrorKind, kind_of_status
from kampyn_perf.recorder.grouping import MAX_CAUSES, OTHER_ENDPOINTS
from kampyn_perf.recorder.interval import Cell, CellKey
from kampyn_perf.results.failures import Failure
from kampyn_perf.units import MICROSECONDS

MAX_STRETCHES = 240


class _Key(NamedTuple):
    endpoint: str
    cause: str


@dataclass
class _Group:
    first_us: int
    last_us: int
    message: str = ""
    width_us: int = MICROSECONDS
    counts: dict[int, int] = field(default_factory=dict)
    """By the number of the stretch."""

    def take(self, count: int, from_us: int, to_us: int) -> None:
        self.first_us, self.last_us = min(self.first_us, from_us), max(self.last_us, to_us)
        self._add((from_us + to_us) // 2 // self.width_us, count)
        while len(self.counts) > MAX_STRETCHES:
            self.width_us *= 2
            finer, self.counts = self.counts, {}
            for at, held in finer.items():
                self._add(at // 2, held)

    def _add(self, at: int, count: int) -> None:
        self.counts[at] = self.counts.get(at, 0) + count


class FailureRecorder:
    """Everything that failed so far."""

    def __init__(self, *, first_phase: int = 0) -> None:
        """`first_phase`: the first that counts; a warm-up does not."""
        self._first_phase = first_phase
        self._groups: dict[_Key, _Group] = {}

    def take(self, from_us: int, to_us: int, cells: Mapping[CellKey, Cell]) -> None:
        """Add what failed within one interval."""
        for key, cell in cells.items():
            if not cell.failures or key.phase < self._first_phase:
                continue
            for cause, count in cell.failures.items():
                group = self._group(_Key(key.endpoint, cause), from_us, to_us)
                group.take(count, from_us, to_us)
                group.message = group.message or cell.messages.get(cause, "")

    def figures(self) -> list[Failure]:
        """For the result: what failed most often first."""
        failures = [self._failure(key, group) for key, group in self._groups.items()]
        return sorted(
            failures, key=lambda failure: (-failure.count, failure.endpoint, failure.cause)
        )

    def _group(self, key: _Key, from_us: int, to_us: int) -> _Group:
        if key not in self._groups and len(self._groups) >= MAX_CAUSES:
            key = key._replace(endpoint=OTHER_ENDPOINTS)
        return self._groups.setdefault(key, _Group(from_us, to_us))

    def _failure(self, key: _Key, group: _Group) -> Failure:
        at = sorted(group.counts)
        kind = kind_of_status(int(key.cause)) if key.cause.isdecimal() else ErrorKind(key.cause)
        return Failure(
            endpoint=key.endpoint,
            cause=key.cause,
            kind=kind.value if kind else key.cause,
            count=sum(group.counts.values()),
            first_us=group.first_us,
            last_us=group.last_us,
            message=group.message,
            width_us=group.width_us,
            at=at,
            counts=[group.counts[number] for number in at],
        )
