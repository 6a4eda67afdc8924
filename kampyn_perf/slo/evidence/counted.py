"""A load's requests (or sessions) in time, as arrays: how many of a scope an event came upon. Pure.

An item is one stretch of one phase; phases are strata. Everything here is of the scope that it was
chosen for. Unit: whole microseconds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from kampyn_perf.histogram import Layout
from kampyn_perf.results.breakdown import BreakdownGroup, Row, Sparse
from kampyn_perf.slo.kinds import Clock, Event

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Times:
    """Durations, sorted into buckets: each filled bucket of each item."""

    items: Ints
    first_us: Ints
    """The least value that the bucket may hold."""
    last_us: Ints
    """The greatest one."""
    counts: Floats
    size: int
    """Items of the scope."""

    @classmethod
    def of(cls, histograms: Iterable[tuple[int, Sparse]], size: int, layout: Layout) -> Times:
        """From sparse histograms with their items. Those of one item (of several endpoints) become
        one: most of their buckets are the same."""
        held: dict[int, list[Sparse]] = defaultdict(list)
        for item, sparse in histograms:
            if sparse.places.size:
                held[item].append(sparse)
        if not held:
            return cls.none(size)
        items = sorted(held)
        together = [Sparse.sum(held[item]) for item in items]
        places = np.concatenate([sparse.places for sparse in together])
        return cls(
            items=np.repeat(items, [sparse.places.size for sparse in together]),
            first_us=layout.starts_us[places],
            last_us=layout.ends_us()[places],
            counts=np.concatenate([sparse.counts for sparse in together]).astype(np.float64),
            size=size,
        )

    @classmethod
    def none(cls, size: int) -> Times:
        """No duration at all."""
        nothing = np.empty(0, dtype=np.int64)
        return cls(items=nothing, first_us=nothing, last_us=nothing, counts=np.empty(0), size=size)

    @cached_property
    def count(self) -> int:
        """How many durations."""
        return round(float(self.counts.sum()))

    def surely_from(self, us: int, late_us: Ints | None = None) -> Floats:
        """Of every item, how many are `us` or more whatever their place in their bucket; so much
        more, by item, as the generator may have been `late_us`."""
        from_us = us if late_us is None else us + late_us[self.items]
        return self._sum(self.first_us >= from_us)

    def perhaps_from(self, us: int) -> Floats:
        """Of every item, how many may be `us` or more."""
        return self._sum(self.last_us >= us)

    def sums_us(self) -> Floats:
        """Of every item, about the sum of its durations, from the middles of buckets."""
        middles = (self.first_us + self.last_us) / 2 * self.counts
        return np.bincount(self.items, weights=middles, minlength=self.size).astype(np.float64)

    def part(self, kept: NDArray[np.bool_], places: Ints) -> Times:
        """Of the items that are `kept`, which get new `places`."""
        chosen = kept[self.items]
        return Times(
            items=places[self.items[chosen]],
            first_us=self.first_us[chosen],
            last_us=self.last_us[chosen],
            counts=self.counts[chosen],
            size=int(kept.sum()),
        )

    def _sum(self, chosen: NDArray[np.bool_]) -> Floats:
        return np.bincount(
            self.items[chosen], weights=self.counts[chosen], minlength=self.size
        ).astype(np.float64)


@dataclass(frozen=True, kw_only=True)
class Counted:
    """The requests of one scope."""

    totals: Floats
    """Requests that ended, by item."""
    strata: Sequence[int]
    """The phase of every item."""
    events: dict[Event, Floats]
    times_of: Callable[[Clock], Times]
    """Of successful ones; of all that ended, where `mixed`. Worked out when they are asked for:
    many a question is about one clock, or none."""
    cut: Times
    """How long requests had been due whose answer was still out at the end of the run."""
    unplaced: Floats
    """Others that were cut, and may be of this scope or not: their endpoint is not known."""

    at: Ints
    """The number of the stretch of time of every item."""
    width_us: int
    """How long a stretch is."""
    woken_us: Ints | None = None
    """How late the generator was woken, at most, by item; None where nobody knows."""
    left_out: frozenset[int] = frozenset()
    """Stretches that are not in it, for what happened in them."""
    mixed: bool = False
    """Whether the times of failed requests cannot be told from those of successful ones: in a
    result of an earlier version."""

    @cached_property
    def response(self) -> Times:
        """Response times."""
        return self.times_of(Clock.RESPONSE)

    @cached_property
    def service(self) -> Times:
        """Service times."""
        return self.times_of(Clock.SERVICE)

    def times(self, clock: Clock) -> Times:
        """Of successful requests."""
        return self.response if clock is Clock.RESPONSE else self.service

    @property
    def failed(self) -> Floats:
        """By item."""
        return self.events[Event.FAILED]

    def part(self, kept: NDArray[np.bool_]) -> Counted:
        """Only the items that are `kept`."""
        places = np.cumsum(kept) - 1
        return Counted(
            totals=self.totals[kept],
            strata=[self.strata[place] for place in np.flatnonzero(kept).tolist()],
            events={event: counts[kept] for event, counts in self.events.items()},
            times_of=lambda clock: self.times(clock).part(kept, places),
            cut=self.cut.part(kept, places),
            unplaced=self.unplaced[kept],
            at=self.at[kept],
            width_us=self.width_us,
            woken_us=None if self.woken_us is None else self.woken_us[kept],
            left_out=self.left_out,
            mixed=self.mixed,
        )


class Table:
    """All groups of a breakdown, ready to be summed up by scope."""

    def __init__(
        self,
        groups: Sequence[BreakdownGroup],
        cut: Sequence[BreakdownGroup],
        *,
        splits_us: Iterable[int],
        width_us: int,
        woken: Callable[[int, int], int] = lambda _from_us, _to_us: 0,
    ) -> None:
        """`woken` says how late the generator was woken within a stretch of time."""
        self._layout = Layout(splits_us)
        self._groups = [(group, [_small(row) for row in group.rows()]) for group in groups]
        self._cut = [(group, [_small(row) for row in group.rows()]) for group in cut]
        every = self._groups + self._cut
        spans: dict[int, tuple[int, int]] = {}
        for group, rows in every:
            for row in rows:
                first, last = spans.get(group.phase, (row.at, row.at))
                spans[group.phase] = min(first, row.at), max(last, row.at)
        # A second in which nothing ended is a second of the run too.
        keys = [(p, at) for p in sorted(spans) for at in range(spans[p][0], spans[p][1] + 1)]
        self._places = {key: place for place, key in enumerate(keys)}
        self._strata = [phase for phase, _ in keys]
        self._at = np.array([at for _, at in keys], dtype=np.int64)
        self._width_us = width_us
        late = {at: woken(at * width_us, (at + 1) * width_us) for at in set(self._at.tolist())}
        self._woken_us = np.array([late[at] for at in self._at.tolist()], dtype=np.int64)

    def select(
        self,
        wanted: Callable[[BreakdownGroup], bool],
        *,
        perhaps: Callable[[BreakdownGroup], bool] = lambda _: False,
    ) -> Counted:
        """The groups that are `wanted`, together. Of what was cut, some are `perhaps` of them."""
        rows = [
            (self._places[group.phase, row.at], row)
            for group, held in self._groups
            if wanted(group)
            for row in held
        ]
        cut = [
            (self._places[group.phase, row.at], row)
            for group, held in self._cut
            if wanted(group)
            for row in held
        ]
        unplaced = [
            (self._places[group.phase, row.at], row)
            for group, held in self._cut
            if perhaps(group)
            for row in held
        ]
        size = len(self._strata)

        def times_of(clock: Clock) -> Times:
            response = clock is Clock.RESPONSE
            held = ((p, row.response if response else row.service) for p, row in rows)
            return Times.of(held, size, self._layout)

        return Counted(
            totals=_column(rows, size, lambda row: row.total),
            strata=self._strata,
            events={
                Event.FAILED: _column(rows, size, lambda row: row.failed),
                Event.UNAVAILABLE: _column(rows, size, lambda row: row.unavailable),
                Event.STATUS_4XX: _column(rows, size, lambda row: row.status_4xx),
                Event.STATUS_5XX: _column(rows, size, lambda row: row.status_5xx),
            },
            times_of=times_of,
            cut=Times.of(((p, row.response) for p, row in cut), size, self._layout),
            unplaced=_column(unplaced, size, lambda row: row.total),
            at=self._at,
            width_us=self._width_us,
            woken_us=self._woken_us,
        )


def _column(rows: Sequence[tuple[int, Row]], size: int, value: Callable[[Row], int]) -> Floats:
    if not rows:
        return np.zeros(size)
    return np.bincount(
        [place for place, _ in rows], weights=[value(row) for _, row in rows], minlength=size
    ).astype(np.float64)


def _small(row: Row) -> Row:
    """The same in half the memory: a long run has millions of filled buckets."""
    return row._replace(response=row.response.small(), service=row.service.small())
