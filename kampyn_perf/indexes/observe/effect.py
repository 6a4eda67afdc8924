"""What an index does to queries and writes: samples in, comparison out. Pure. Nanoseconds.

Percentiles are order statistics with exact 95 % intervals. Two of them differ where their
intervals do not touch and the difference is one that matters; what the sample does not show is
called not shown, never "the same".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kampyn_perf.indexes.model.query import Query

QUANTILES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}


MEANINGFUL = 0.05
"""A smaller difference of two percentiles is none that anybody would act on; and with samples that
lean on each other, intervals alone find such differences in noise."""
ACROSS_RUNS = 1.0
"""Between two programs at two times the machine itself may differ that much: claim no less than a
factor of two."""


class Change(StrEnum):
    """Of the second against the first."""

    FASTER = "faster"
    SLOWER = "slower"
    NOT_SHOWN = "not shown"


@dataclass(frozen=True, kw_only=True)
class Point:
    """One percentile and its interval; an end that the sample is too small for is None."""

    value_ns: int
    low_ns: int | None
    high_ns: int | None


@dataclass(frozen=True, kw_only=True)
class Timing:
    """One query, run many times. `failure` is what the server said, if it would not run it."""

    runs: int = 0
    points: Mapping[str, Point] | None = None
    failure: str = ""


@dataclass(frozen=True, kw_only=True)
class QueryEffect:
    """One query without and with (or before and after)."""

    query: Query
    before: Timing
    after: Timing
    margin: float = MEANINGFUL

    @property
    def changes(self) -> Mapping[str, Change]:
        if not self.before.points or not self.after.points:
            return {}
        return {
            name: compare(self.before.points[name], self.after.points[name], self.margin)
            for name in QUANTILES
        }

    def factor(self, name: str) -> float | None:
        """How many times as fast as before."""
        if not self.before.points or not self.after.points:
            return None
        return self.before.points[name].value_ns / max(self.after.points[name].value_ns, 1)


@dataclass(frozen=True, kw_only=True)
class WriteCost:
    """The median of one insert, without this index and with it."""

    without_ns: Point
    with_ns: Point

    @property
    def share(self) -> float:
        """0.25: an insert takes a quarter longer."""
        return self.with_ns.value_ns / max(self.without_ns.value_ns, 1) - 1


@dataclass(frozen=True, kw_only=True)
class IndexEffect:
    """What one index does. Without queries, `skipped` says why."""

    collection: str
    index: str
    queries: tuple[QueryEffect, ...] = ()
    size_bytes: int | None = None
    writes: WriteCost | None = None
    skipped: str = ""


def summarise(times_ns: Sequence[int]) -> Timing:
    """Percentiles of the samples and their intervals."""
    return Timing(runs=len(times_ns), points={n: point(times_ns, q) for n, q in QUANTILES.items()})


def point(times_ns: Sequence[int], q: float) -> Point:
    """The q-quantile of at least one sample, with its interval."""
    from kampyn_perf.stats import nearest_rank, rank_bounds

    ordered = sorted(times_ns)
    low, high = rank_bounds(len(ordered), q)
    return Point(
        value_ns=ordered[nearest_rank(len(ordered), q) - 1],
        low_ns=None if low is None else ordered[low - 1],
        high_ns=None if high is None else ordered[high - 1],
    )


def compare(before: Point, after: Point, margin: float = MEANINGFUL) -> Change:
    """Faster or slower where the intervals lie apart, by a difference that matters."""
    slow, fast = max(before.value_ns, after.value_ns), min(before.value_ns, after.value_ns)
    if slow < fast * (1 + margin):
        return Change.NOT_SHOWN
    if after.high_ns is not None and before.low_ns is not None and after.high_ns < before.low_ns:
        return Change.FASTER
    if before.high_ns is not None and after.low_ns is not None and before.high_ns < after.low_ns:
        return Change.SLOWER
    return Change.NOT_SHOWN
