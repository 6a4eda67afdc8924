"""The stretches of a breakdown's groups, open for more, and their rows as the result keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from kampyn_perf.recorder.grouping import OTHER_ENDPOINTS
from kampyn_perf.recorder.interval import CellKey
from kampyn_perf.results.breakdown import (
    BreakdownGroup,
    Row,
    Sparse,
    join_rows,
    pack_row,
    rows_text,
)

MAX_GROUPS = 200
_UNSETTLED = 5
"""The last ones, for which something may still come."""


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


class Lines:
    """The stretches of several groups."""

    def __init__(self) -> None:
        self.groups: dict[CellKey, dict[int, LineStretch]] = {}
        self._settled: dict[CellKey, _Settled] = {}
        self.buckets = 0
        self.last = 0

    def add(self, key: CellKey, at: int, more: LineStretch) -> None:
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

    def halve(self, into: Lines) -> Iterator[None]:
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
