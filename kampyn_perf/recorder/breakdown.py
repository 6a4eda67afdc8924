"""What ended, by endpoint, flow, phase and second: recorded for `results.breakdown`.

Unit: whole microseconds. Memory is bounded whatever the length of the run and the number of names:
stretches become twice as long when there are too many of them, or too much in them, and groups
beyond a number share one endpoint's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kampyn_perf.histogram import Layout
from kampyn_perf.recorder.counted import CountedCell, CountedInterval
from kampyn_perf.recorder.interval import Cell, CellKey
from kampyn_perf.recorder.lines import Lines, LineStretch
from kampyn_perf.results.breakdown import Breakdown, Row, Sparse
from kampyn_perf.units import MICROSECONDS

MAX_STRETCHES = 1200
MAX_BUCKETS = 600_000
"""Filled buckets of all histograms together: some 2 MB of a result."""
_MIN_STRETCHES = 60
"""Below that a verdict could not see dependence; there the number of buckets is let be. A hundred
stretches of seven endpoints at 12,000 requests/s have some five million: 15 MB of a result."""


class EndpointRow(NamedTuple):
    """What ended of one endpoint, flow and phase in one stretch, while the run goes on."""

    endpoint: str
    width_us: int
    """Of the stretch; `row.at` counts in it."""
    row: Row


class BreakdownRecorder:
    """Everything measured so far. A warm-up, phase 0 then, is left out by its caller."""

    def __init__(self, splits_us: Iterable[int] = (), *, first_phase: int = 0) -> None:
        """`splits_us`: thresholds to be told exactly; `first_phase`: the first that counts."""
        self.layout = Layout(splits_us)
        self.width_us = MICROSECONDS
        self._first_phase = first_phase
        self._requests, self._sessions = Lines(), Lines()
        self._cut_requests, self._cut_sessions = Lines(), Lines()

    def take(self, moment_us: int, counted: CountedInterval) -> Iterator[None]:
        """Add, step by step, what ended in the second around `moment_us`; it was counted in this
        `layout`."""
        at = moment_us // self.width_us
        for key, requests in counted.cells.items():
            if key.phase < self._first_phase:
                continue
            self._add(self._requests, key, at, _of_cell(requests))
            self._add(self._cut_requests, key, at, _of_times(requests.fine_cut))
        for (flow, phase), sessions in counted.sessions.items():
            if phase < self._first_phase:
                continue
            key = CellKey("", flow, phase)
            ended = _of_times(sessions.fine_duration)
            ended.failed = sessions.failed_duration.count
            ended.count += ended.failed
            self._add(self._sessions, key, at, ended)
            self._add(self._cut_sessions, key, at, _of_times(sessions.fine_cut))
        yield
        for lines in self._all:
            yield from lines.settle()
        while self._too_much():
            yield from self._halve()

    def completed(self, *, since_us: int, until_us: int) -> list[EndpointRow]:
        """Rows of requests in stretches that begin at or after `since_us` and have ended by
        `until_us`, in order of time."""
        first = -(-since_us // self.width_us)
        beyond = min(until_us // self.width_us, self._requests.last + 1)
        return [
            EndpointRow(key.endpoint, self.width_us, row)
            for key, row in self._requests.rows(first, beyond)
        ]

    def ahead(self) -> Iterator[None]:
        """Compute what `figures` will need, piece by piece."""
        for lines in self._all:
            yield from lines.ahead()

    def figures(self) -> Breakdown:
        """For the result, as it is now."""
        requests, sessions, cut_requests, cut_sessions = (
            lines.figures(self._first_phase) for lines in self._all
        )
        return Breakdown(
            width_us=self.width_us,
            splits_us=list(self.layout.splits_us),
            requests=requests,
            sessions=sessions,
            cut_requests=cut_requests,
            cut_sessions=cut_sessions,
        )

    @property
    def _all(self) -> tuple[Lines, Lines, Lines, Lines]:
        return self._requests, self._sessions, self._cut_requests, self._cut_sessions

    def _add(self, lines: Lines, key: CellKey, at: int, more: LineStretch) -> None:
        if more.count:
            lines.add(key, at, more)

    def _too_much(self) -> bool:
        stretches = max(lines.last for lines in self._all) + 1
        buckets = sum(lines.buckets for lines in self._all)
        return stretches > MAX_STRETCHES or (
            buckets > MAX_BUCKETS and stretches >= 2 * _MIN_STRETCHES
        )

    def _halve(self) -> Iterator[None]:
        halved = Lines(), Lines(), Lines(), Lines()
        for lines, into in zip(self._all, halved, strict=True):
            yield from lines.halve(into)
        self.width_us *= 2
        self._requests, self._sessions, self._cut_requests, self._cut_sessions = halved


def _of_cell(counted: CountedCell) -> LineStretch:
    cell = counted.cell
    return LineStretch(
        count=cell.ended,
        failed=counted.failed_response.count,
        unavailable=cell.unavailable,
        status_4xx=_statuses(cell, "4"),
        status_5xx=_statuses(cell, "5"),
        response=counted.fine_response,
        service=counted.fine_service,
    )


def _of_times(times: Sparse) -> LineStretch:
    return LineStretch(count=int(times.counts.sum()), response=times)


def _statuses(cell: Cell, first: str) -> int:
    return sum(count for status, count in cell.statuses.items() if status.startswith(first))
