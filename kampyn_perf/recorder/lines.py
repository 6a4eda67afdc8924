"""The stretches of a breakdown's groups, open for more, and their rows as the result keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from kampyn_perf.recorder.grouping import OTHER_ENDPOINTS
from kampyn_perf.recorder.interval import CellKey
from kampyn_perf.recorder.settled import SettledRows
from kampyn_perf.results.breakdown import BreakdownGroup, Row, Sparse, pack_row
from kampyn_perf.results.io import LongText

MAX_GROUPS = 200
_UNSETTLED = 5
"""The last ones, for which something may still come."""
_AT_ONCE = 2
"""As many rows are settled at once."""


@dataclass
class LineStretch:
    """One group's stretch, open for more."""

    count: int = 0
    failed: int = 0
    unavailable: int = 0
    status_4xx: int = 0
    status_5xx: int = 0
    response: Sparse = field(default_factory=Sparse.empty)
    service: Sparse = field(default_factory=Sparse.empty)
    _packed: bytes | None = None

    @classmethod
    def of(cls, row: Row) -> LineStretch:
        """What a row says."""
        return cls(*row[1:])

    @property
    def buckets(self) -> int:
        """Filled ones; the counts take about as much as four."""
        return int(self.response.places.size + self.service.places.size) + 4

    def add(self, other: LineStretch) -> None:
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


@dataclass
class _Group:
    """The stretches of one group by number: the last ones open for more, the others settled."""

    settled: SettledRows = field(default_factory=SettledRows)
    open: dict[int, LineStretch] = field(default_factory=dict)

    def add(self, at: int, more: LineStretch) -> int:
        """Put `more` to stretch `at`; by how many filled buckets there are more."""
        if at < self.settled.beyond:
            for row in self.settled.take_out(at):
                self.open[row.at] = LineStretch.of(row)
        if (stretch := self.open.get(at)) is None:
            self.open[at] = more
            return more.buckets
        before = stretch.buckets
        stretch.add(more)
        return stretch.buckets - before

    def rows(self, first: int = 0) -> Iterator[Row]:
        """Those from a number on, in the order of time."""
        if first < self.settled.beyond:
            yield from self.settled.since(first) if first else self.settled.rows()
        for at in sorted(self.open):
            if at >= first:
                yield self.open[at].row(at)

    def moved_out(self) -> Iterator[Row]:
        """All of them, in the order of time; this group is done with."""
        yield from self.settled.moved_out()
        for at in sorted(self.open):
            yield self.open.pop(at).row(at)

    def ahead(self, beyond: int) -> Iterator[None]:
        """Pack the rows below a number."""
        for at, stretch in list(self.open.items()):
            if at < beyond and not stretch.is_packed:
                stretch.packed()
                yield

    def settle(self, beyond: int) -> Iterator[None]:
        """Those below a number are done with."""
        yield from self.ahead(beyond)
        done = sorted(at for at in self.open if at < beyond)
        self.settled.append([(at, self.open.pop(at).packed()) for at in done], beyond=beyond)
        yield

    def text(self) -> LongText:
        """All rows, for the result."""
        more = [(at, self.open[at].packed()) for at in sorted(self.open)]
        return LongText(self.settled.texts(more))


class Lines:
    """The stretches of several groups."""

    def __init__(self) -> None:
        self._groups: dict[CellKey, _Group] = {}
        self.buckets = 0
        self.last = 0

    def add(self, key: CellKey, at: int, more: LineStretch) -> None:
        if key not in self._groups and len(self._groups) >= MAX_GROUPS:
            key = key._replace(endpoint=OTHER_ENDPOINTS)
        self.buckets += self._groups.setdefault(key, _Group()).add(at, more)
        self.last = max(self.last, at)

    def rows(self, first: int, beyond: int) -> list[tuple[CellKey, Row]]:
        """Those from a number on, and below another, in the order of time."""
        found = [
            (key, row)
            for key, group in self._groups.items()
            for row in group.rows(first)
            if row.at < beyond
        ]
        return sorted(found, key=lambda each: each[1].at)

    def settle(self) -> Iterator[None]:
        """Put away what nothing is expected for any more: several rows at once."""
        beyond = self.last - _UNSETTLED
        for group in list(self._groups.values()):
            if beyond - group.settled.beyond >= _AT_ONCE:
                yield from group.settle(beyond)

    def halve(self, into: Lines) -> Iterator[None]:
        """Move all of it, step by step, to others whose stretches are twice as long."""
        into.last = self.last // 2
        for key in list(self._groups):
            halved = into._groups[key] = _Group()
            for row in self._groups.pop(key).moved_out():
                at = row.at // 2
                if at - halved.settled.beyond >= _UNSETTLED + _AT_ONCE:
                    yield from halved.settle(min(at, into.last - _UNSETTLED))
                into.buckets += halved.add(at, LineStretch.of(row))
                yield

    def ahead(self) -> Iterator[None]:
        """Pack the rows that will be needed."""
        for group in list(self._groups.values()):
            yield from group.ahead(self.last + 1)

    def figures(self, first_phase: int) -> list[BreakdownGroup]:
        return [
            BreakdownGroup(
                endpoint=key.endpoint,
                flow=key.flow,
                phase=key.phase - first_phase,
                packed=self._groups[key].text(),
            )
            for key in sorted(self._groups)
        ]
