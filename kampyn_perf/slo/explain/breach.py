"""When and where a goal was missed first: from a load's breakdown by endpoint and second. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

import numpy as np

from kampyn_perf import names
from kampyn_perf.histogram import Layout
from kampyn_perf.results.breakdown import Breakdown, BreakdownGroup, Row
from kampyn_perf.results.judgement import Judgement, Outcome
from kampyn_perf.results.load import LoadResult
from kampyn_perf.slo.evidence.under_faults import Faults
from kampyn_perf.slo.explain.watched import Span, merged

_ERROR_METRICS = frozenset(
    {"error_rate", "error_rate_4xx", "error_rate_5xx", "availability", names.PROBE_AVAILABILITY}
)
_Key = TypeVar("_Key", str, int)
_TIME_METRICS = frozenset({"response_time", "service_time", "session_time"})
_LONGEST_REACH_US = 10_000_000
"""How far before a request's end what delayed it is looked for."""


class Kind(StrEnum):
    """What was missed."""

    ERRORS = "errors"
    TIMES = "times"
    OTHER = "other"
    """Something that was watched: `cpu`, `memory`."""


@dataclass(frozen=True, kw_only=True)
class Breach:
    """The goal that was missed first, and the requests that missed it."""

    judgement: Judgement
    kind: Kind
    spans: Sequence[Span]
    """When: from before the requests that missed it ended to their end; the whole run where it was
    nothing of requests."""
    ended: Sequence[Span] = ()
    """The stretches in which those requests ended."""
    total: int = 0
    """Requests within them."""
    bad: int = 0
    """Those that missed it."""
    by_endpoint: Counter[str] = field(default_factory=Counter)
    """The same by endpoint."""
    requests_by_endpoint: Counter[str] = field(default_factory=Counter)
    by_phase: Counter[int] = field(default_factory=Counter)
    """The bad of the whole run, by the place of their phase."""
    bad_at: Counter[int] = field(default_factory=Counter)
    """The bad of `ended`, by stretch."""
    width_us: int = 1_000_000
    """Of a stretch."""
    response_us: float = 0.0
    """Of the successful requests within `ended`, all together; at their buckets' ends."""
    service_us: float = 0.0

    @property
    def from_us(self) -> int:
        return self.ended[0][0] if self.ended else self.spans[0][0]

    @property
    def to_us(self) -> int:
        return self.ended[-1][1] if self.ended else self.spans[-1][1]


def missed(judgements: Sequence[Judgement]) -> list[Judgement]:
    """Those that failed, or look as if they would."""
    return [
        judgement for judgement in judgements if judgement.required and _looks_missed(judgement)
    ]


def _looks_missed(judgement: Judgement) -> bool:
    if judgement.outcome is Outcome.FAIL:
        return True
    undecided = judgement.outcome in {Outcome.INCONCLUSIVE, Outcome.INVALID}
    return undecided and (judgement.unanswered or (judgement.margin or 0) < 0)


def first_breach(result: LoadResult, judgements: Sequence[Judgement]) -> Breach | None:
    """The one that began first; errors before times where they began together."""
    breaches = [
        breach
        for judgement in missed(judgements)
        if result.breakdown and (breach := _of_requests(result, result.breakdown, judgement))
    ]
    if breaches:
        return min(
            breaches,
            key=lambda breach: (breach.from_us, breach.kind is not Kind.ERRORS, -breach.bad),
        )
    others = [judgement for judgement in missed(judgements) if kind_of(judgement) is Kind.OTHER]
    if not others:
        return None
    whole = (result.elapsed_us - result.measured_us, result.elapsed_us)
    return Breach(judgement=others[0], kind=Kind.OTHER, spans=[whole])


def kind_of(judgement: Judgement) -> Kind:
    """By its metric."""
    if judgement.metric in _ERROR_METRICS:
        return Kind.ERRORS
    return Kind.TIMES if judgement.metric in _TIME_METRICS else Kind.OTHER


@dataclass
class _Stretch:
    total: int = 0
    bad: int = 0


def _of_requests(result: LoadResult, breakdown: Breakdown, judgement: Judgement) -> Breach | None:
    kind = kind_of(judgement)
    if kind is Kind.OTHER:
        return None
    counting = _Counting(judgement, kind, Layout(breakdown.splits_us))
    groups = breakdown.sessions if judgement.metric == "session_time" else breakdown.requests
    rows = [
        (group, row)
        for group in groups
        if _in_scope(result, group, judgement)
        for row in group.rows()
    ]
    if judgement.masked_us:
        left_out = _under_faults(result, {row.at for _, row in rows}, breakdown.width_us)
        rows = [(group, row) for group, row in rows if row.at not in left_out]
    stretches: dict[int, _Stretch] = {}
    for _, row in rows:
        stretch = stretches.setdefault(row.at, _Stretch())
        stretch.total += row.total
        stretch.bad += counting.bad(row)
    numbers = _beyond(stretches, counting.allowed)
    if not numbers:
        return None
    inside = [(group, row) for group, row in rows if row.at in numbers]
    width = breakdown.width_us
    ended = merged([(at * width, (at + 1) * width) for at in numbers])
    return Breach(
        judgement=judgement,
        kind=kind,
        spans=merged([(max(0, a - _reach(result, a, b)), b) for a, b in ended]),
        ended=ended,
        total=sum(row.total for _, row in inside),
        bad=sum(counting.bad(row) for _, row in inside),
        by_endpoint=_counted((group.endpoint, counting.bad(row)) for group, row in inside),
        requests_by_endpoint=_counted((group.endpoint, row.total) for group, row in inside),
        by_phase=_counted((group.phase, counting.bad(row)) for group, row in rows),
        bad_at=_counted((row.at, counting.bad(row)) for _, row in inside),
        width_us=width,
        response_us=sum(
            counting.sum_us(row.response.places, row.response.counts) for _, row in inside
        ),
        service_us=sum(
            counting.sum_us(row.service.places, row.service.counts) for _, row in inside
        ),
    )


def _under_faults(result: LoadResult, stretches: set[int], width_us: int) -> set[int]:
    """What the goal leaves out is not where it was missed."""
    at = np.array(sorted(stretches), dtype=np.int64)
    return set(at[Faults.of(result).over(at * width_us, width_us)].tolist())


class _Counting:
    """Which requests of a row miss a goal, and how many may."""

    def __init__(self, judgement: Judgement, kind: Kind, layout: Layout) -> None:
        self._judgement, self._kind = judgement, kind
        self._ends_us = layout.ends_us()
        self.allowed = _allowed(judgement, kind)

    def bad(self, row: Row) -> int:
        if self._kind is Kind.ERRORS:
            metric = self._judgement.metric
            named = {
                "error_rate_4xx": row.status_4xx,
                "error_rate_5xx": row.status_5xx,
                "availability": row.unavailable,
            }
            return named.get(metric, row.failed)
        times = row.service if self._judgement.metric == "service_time" else row.response
        slow = times.counts[self._ends_us[times.places] >= self._judgement.target]
        return int(slow.sum()) + row.failed

    def sum_us(self, places: np.ndarray, counts: np.ndarray) -> float:
        return float((self._ends_us[places] * counts).sum())


def _allowed(judgement: Judgement, kind: Kind) -> float:
    if kind is Kind.ERRORS:
        more_is_better = judgement.comparison in {">", ">="}
        return 1 - judgement.target if more_is_better else judgement.target
    number = judgement.statistic.removeprefix("p")
    return 1 - float(number) / 100 if number.replace(".", "").isdecimal() else 0.0


def _beyond(stretches: dict[int, _Stretch], allowed: float) -> set[int]:
    """Stretches with more bad ones than chance would give; else all that have more than allowed."""
    for deviations in (2.0, 0.0):
        numbers = {
            at
            for at, stretch in stretches.items()
            if stretch.bad
            > allowed * stretch.total + deviations * math.sqrt(allowed * stretch.total)
        }
        if numbers:
            return numbers
    return set()


def _in_scope(result: LoadResult, group: BreakdownGroup, judgement: Judgement) -> bool:
    scope = judgement.scope
    phase = result.phases[group.phase].name if group.phase < len(result.phases) else ""
    held = {"endpoint": group.endpoint, "flow": group.flow, "phase": phase}
    return all(held.get(key) == wanted for key, wanted in scope.items())


def _reach(result: LoadResult, start_us: int, end_us: int) -> int:
    """How long the slowest request took that ended in between."""
    longest = max(
        (
            second.response.max_us or 0
            for second in result.seconds
            if second.response and start_us <= second.at_us < end_us
        ),
        default=0,
    )
    return min(longest, _LONGEST_REACH_US)


def _counted(pairs: Iterator[tuple[_Key, int]]) -> Counter[_Key]:
    counter: Counter[_Key] = Counter()
    for key, number in pairs:
        counter[key] += number
    return +counter
