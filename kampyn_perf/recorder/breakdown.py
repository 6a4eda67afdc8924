"""What ended, by endpoint, flow, phase and second: recorded for `results.breakdown`.

Unit: whole microseconds. Memory is bounded whatever the length of the run and the number of names:
stretches become twice as long when there are too many of them, or too much in them, and groups
beyond a number share one endpoint's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from kampyn_perf.histogram import Layout
from kampyn_perf.recorder.counted import CountedCell, CountedInterval
from kampyn_perf.recorder.grouping import OTHER_ENDPOINTS
from kampyn_perf.recorder.interval import Cell, CellKey
from kampyn_perf.results.breakdown import (
    Breakdown,
    BreakdownGroup,
    Row,
    Sparse,
    join_rows,
    pack_row,
    rows_text,
)
from kampyn_perf.units import MICROSECONDS

MAX_STRETCHES = 1200
MAX_GROUPS = 200
MAX_BUCKETS = 600_000
"""Filled buckets of all histograms together: some 1.5 MB of a result."""
_UNSETTLED = 5
"""The last ones, for which something may still come."""
_MIN_STRETCHES = 60
"""Below that a verdict could not see dependence; there the number of buckets is let be."""


@dataclass
class _Stretch:
    """One group's stretch, open for more."""

    count: int = 0
    failed: int = 0
    unavailable: int = 0
    status_4xx: int = 0
    status_5xx: int = 0
    response: Sparse = field(default_factory=Sparse.empty)
    service: Sparse = field(default_factory=Sparse.empty)
    _packed: bytes | None = None

    @property
    def buckets(self) -> int:
        """Filled ones; the counts take about as much as four."""
        return int(self.response.places.size + self.service.places.size) + 4

    def add(self, other: _Stretch) -> None:
        """Everything of the other one, too."""
        self.count += other.count
        self.failed += other.failed
        self.unavailable += other.unavailable
        self.status_4xx += other.status_4xx
        self.status_5xx += other.status_5xx
        self.response = self.response.plus(other.response)
        self.service = self.service.plus(other.service)
        self._packed = None

    def row(self, at: int) -> Row:
        """As it is now."""
        return Row(
            at,
            self.count,
            self.failed,
            self.unavailable,
            self.status_4xx,
            self.status_5xx,
            self.response,
            self.service,
        )

    @property
    def is_packed(self) -> bool:
        """Whether nothing has changed since."""
        return self._packed is not None

    def packed(self) -> bytes:
        """For the result; computed once for what does not change any more."""
        if self._packed is None:
            self._packed = pack_row(self.row(0))
        return self._packed


class EndpointRow(NamedTuple):
    """What ended of one endpoint, flow and phase in one stretch, while the run goes on."""

    endpoint: str
    width_us: int
    """Of the stretch; `row.at` counts in it."""
    row: Row


class _Settled(NamedTuple):
    """Rows of a group that are joined already."""

    text: str = ""
    """As in the result."""
    rest: bytes = b""
    """Up to two bytes that belong behind it: three make four letters."""
    last: int = 0
    """The number of the last one."""
    beyond: int = 0
    """All with a smaller number are in it."""


class _Lines:
    """The stretches of several groups."""

    def __init__(self) -> None:
        self.groups: dict[CellKey, dict[int, _Stretch]] = {}
        self._settled: dict[CellKey, _Settled] = {}
        self.buckets = 0
        self.last = 0

    def add(self, key: CellKey, at: int, more: _Stretch) -> None:
        if key not in self.groups and len(self.groups) >= MAX_GROUPS:
            key = key._replace(endpoint=OTHER_ENDPOINTS)
        if key in self._settled and at < self._settled[key].beyond:
            del self._settled[key]
        stretches = self.groups.setdefault(key, {})
        if (stretch := stretches.get(at)) is None:
            stretch = stretches[at] = more
        else:
            self.buckets -= stretch.buckets
            stretch.add(more)
        self.buckets += stretch.buckets
        self.last = max(self.last, at)

    def halve(self, into: _Lines) -> Iterator[None]:
        """All of it, with stretches twice as long: others, step by step. This one is done with."""
        for key, stretches in self.groups.items():
            for at, stretch in stretches.items():
                into.add(key, at // 2, stretch)
                yield

    def ahead(self) -> Iterator[None]:
        """Pack the rows that will be needed."""
        for key, stretches in list(self.groups.items()):
            for at in range(self._settled.get(key, _Settled()).beyond, self.last + 1):
                if at in stretches and not stretches[at].is_packed:
                    stretches[at].packed()
                    yield

    def figures(self, first_phase: int) -> list[BreakdownGroup]:
        return [
            BreakdownGroup(
                endpoint=key.endpoint,
                flow=key.flow,
                phase=key.phase - first_phase,
                packed=self._text(key),
            )
            for key in sorted(self.groups)
        ]

    def _text(self, key: CellKey) -> str:
        """All rows of a group. Most of a long run's do not change any more, and are joined once."""
        settled = self._settled.get(key, _Settled())
        if self.last - settled.beyond >= 2 * _UNSETTLED:
            settled = self._settled[key] = self._more(key, settled, self.last - _UNSETTLED)
        whole = self._more(key, settled, self.last + 1)
        return whole.text + rows_text(whole.rest)

    def _more(self, key: CellKey, settled: _Settled, beyond: int) -> _Settled:
        """With the rows that follow, up to a number."""
        stretches = self.groups[key]
        here = [at for at in range(settled.beyond, beyond) if at in stretches]
        rows = settled.rest + join_rows(
            ((at, stretches[at].packed()) for at in here), before=settled.last
        )
        even = len(rows) - len(rows) % 3
        return _Settled(
            settled.text + rows_text(rows[:even]),
            rows[even:],
            here[-1] if here else settled.last,
            beyond,
        )


class BreakdownRecorder:
    """Everything measured so far. A warm-up, phase 0 then, is left out by its caller."""

    def __init__(self, splits_us: Iterable[int] = (), *, first_phase: int = 0) -> None:
        """`splits_us`: thresholds to be told exactly; `first_phase`: the first that counts."""
        self.layout = Layout(splits_us)
        self.width_us = MICROSECONDS
        self._first_phase = first_phase
        self._requests, self._sessions = _Lines(), _Lines()
        self._cut_requests, self._cut_sessions = _Lines(), _Lines()

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
        while self._too_much():
            yield from self._halve()

    def completed(self, *, since_us: int, until_us: int) -> list[EndpointRow]:
        """Rows of requests in stretches that begin at or after `since_us` and have ended by
        `until_us`, in order of time."""
        first = -(-since_us // self.width_us)
        beyond = min(until_us // self.width_us, self._requests.last + 1)
        return [
            EndpointRow(key.endpoint, self.width_us, stretches[at].row(at))
            for at in range(first, beyond)
            for key, stretches in self._requests.groups.items()
            if at in stretches
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
    def _all(self) -> tuple[_Lines, _Lines, _Lines, _Lines]:
        return self._requests, self._sessions, self._cut_requests, self._cut_sessions

    def _add(self, lines: _Lines, key: CellKey, at: int, more: _Stretch) -> None:
        if more.count:
            lines.add(key, at, more)

    def _too_much(self) -> bool:
        stretches = max(lines.last for lines in self._all) + 1
        buckets = sum(lines.buckets for lines in self._all)
        return stretches > MAX_STRETCHES or (
            buckets > MAX_BUCKETS and stretches >= 2 * _MIN_STRETCHES
        )

    def _halve(self) -> Iterator[None]:
        halved = _Lines(), _Lines(), _Lines(), _Lines()
        for lines, into in zip(self._all, halved, strict=True):
            yield from lines.halve(into)
        self.width_us *= 2
        self._requests, self._sessions, self._cut_requests, self._cut_sessions = halved


def _of_cell(counted: CountedCell) -> _Stretch:
    cell = counted.cell
    return _Stretch(
        count=cell.ended,
        failed=counted.failed_response.count,
        unavailable=cell.unavailable,
        status_4xx=_statuses(cell, "4"),
        status_5xx=_statuses(cell, "5"),
        response=counted.fine_response,
        service=counted.fine_service,
    )


def _of_times(times: Sparse) -> _Stretch:
    return _Stretch(count=int(times.counts.sum()), response=times)


def _statuses(cell: Cell, first: str) -> int:
    return sum(count for status, count in cell.statuses.items() if status.startswith(first))
