"""A percentile of times: what was observed, its interval, and the share beyond a target. Pure.

The q-quantile lies below a value exactly where at most 1 - q of the requests take that long or
longer. So whether it does is a question about a share, with everything that goes with it; the
interval is all the values that such questions do not rule out. Unit: whole microseconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from kampyn_perf import stats
from kampyn_perf.slo.evidence.bounds import Disturbed, Share, beyond
from kampyn_perf.slo.evidence.counted import Counted
from kampyn_perf.slo.evidence.estimate import Estimate, Missing, sample_needed
from kampyn_perf.slo.kinds import Clock
from kampyn_perf.slo.targets import Target

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Question:
    """Which times are asked about, and how."""

    q: float
    clock: Clock
    of_all: bool
    """Whether a failed request counts, as longer than any time."""
    max_us: int | None
    """The exact maximum of successful ones, where it is known."""
    disturbed: Disturbed
    noun: str
    woken_mean_us: float = 0.0
    """How much of a time was the generator's own, on average."""
    low_confidence: float = stats.CONFIDENCE
    """Of the interval whose lower end is taken; more where one of several is picked for being the
    highest."""

    def clipped(self, values_us: Ints) -> Ints:
        """The ends of buckets, of which the last one is known to end earlier."""
        return values_us if self.max_us is None else np.minimum(values_us, self.max_us)


def quantile(counted: Counted, question: Question, target: Target) -> Estimate | Missing:
    """The estimate of a percentile, with an interval that holds `target` exactly where it is not
    ruled out."""

    @cache
    def at(us: int) -> Share:
        return beyond(
            counted, question.clock, us, of_all=question.of_all, disturbed=question.disturbed
        )

    first_bad = target.first_bad
    here = at(first_bad)
    n = here.size
    if not n:
        return Missing(f"there were no {question.noun}")
    allowed = 1 - question.q

    @cache
    def bounds(us: int, confidence: float = stats.CONFIDENCE) -> stats.ShareBounds:
        return at(us).bounds(confidence)

    interval = _interval(
        _buckets(counted, question),
        below=lambda us: bool(bounds(us).high <= allowed),
        above=lambda us: bool(bounds(us, question.low_confidence).low > allowed),
        first_bad=first_bad,
    )
    at_first_bad = bounds(first_bad)
    effective = float(at_first_bad.effective)
    below = 1 - (float(here.fewest.sum() + here.most.sum()) + here.unknown) / 2 / n
    return Estimate(
        observed=_observed(counted, question),
        interval=interval,
        samples=round(n),
        noun=question.noun,
        effective=effective,
        needed=lambda _: sample_needed(
            stats.quantile_size(below, question.q), samples=n, effective=effective
        ),
        slow=bool(at_first_bad.slow),
        note=standing(counted, of_all=question.of_all, noun=question.noun),
    )


def _interval(
    buckets: tuple[Ints, Ints],
    *,
    below: Callable[[int], bool],
    above: Callable[[int], bool],
    first_bad: int,
) -> stats.Interval:
    """All values that are not ruled out, where `below(v)` says that the quantile is less than v for
    sure, and `above(v)` that it is v or more."""
    starts, ends = buckets
    low_place = _last(lambda place: above(int(starts[place])), starts.size)
    high_place = _first(lambda place: below(int(ends[place]) + 1), ends.size)
    low = None if low_place is None else int(starts[low_place])
    high = None if high_place is None else int(ends[high_place])
    # The search takes for granted that what holds for a value holds beyond it. The target itself is
    # asked in any case, and has the last word.
    if below(first_bad):
        high = first_bad - 1 if high is None else min(high, first_bad - 1)
    elif high is not None:
        high = max(high, first_bad)
    if above(first_bad):
        low = first_bad if low is None else max(low, first_bad)
    elif low is not None:
        low = min(low, first_bad - 1)
    return stats.Interval(
        None if low is None else float(low), None if high is None else float(high)
    )


def _buckets(counted: Counted, question: Question) -> tuple[Ints, Ints]:
    """Where the share of longer times may change: first and last values, ascending."""
    times, cut = counted.times(question.clock), counted.cut
    last_us = question.clipped(times.last_us)
    starts, places = np.unique(np.concatenate([times.first_us, cut.first_us]), return_index=True)
    return starts, np.concatenate([last_us, cut.first_us])[places]


def _observed(counted: Counted, question: Question) -> float | None:
    """The value of the rank, what was cut at the time that it surely took; None where the rank is
    that of a failed request."""
    times, cut = counted.times(question.clock), counted.cut
    last_us = question.clipped(times.last_us)
    values = np.concatenate([last_us, cut.first_us])
    counts = np.concatenate([times.counts, cut.counts])
    order = np.argsort(values, kind="stable")
    sums = np.cumsum(counts[order])
    known = float(sums[-1]) if sums.size else 0.0
    failed = question.of_all and not counted.mixed
    size = known + (float(counted.failed.sum()) if failed else 0.0)
    if not size:
        return None
    rank = stats.nearest_rank(math.ceil(size), question.q)
    if rank > known:
        return None
    return float(values[order][np.searchsorted(sums, rank, side="left")])


def standing(counted: Counted, *, of_all: bool | None = None, noun: str = "requests") -> str:
    """How failed and cut ones stand in the numbers; None: not as times."""
    failed, total = int(counted.failed.sum()), int(counted.totals.sum())
    parts = []
    if failed and of_all is None:
        pass
    elif failed and of_all:
        parts.append(f"{failed:,} of {total:,} {noun} failed, which counts as slower than any time")
    elif failed:
        share = (total - failed) / total
        parts.append(f"of the {share * 100:.4g} % of {noun} that succeeded")
    if counted.cut.count:
        cut = f"{counted.cut.count:,} cut by the end of the run"
        parts.append(f"{cut} may have gone either way" if of_all is None else f"{cut} took longer")
    return "; ".join(parts)


def _first(holds: Callable[[int], bool], size: int) -> int | None:
    """The first place from which on it holds; None where it does at none."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low if low < size else None


def _last(holds: Callable[[int], bool], size: int) -> int | None:
    """The last place until which it holds; None where it does at none."""
    beyond_last = _first(lambda place: not holds(place), size)
    last = size if beyond_last is None else beyond_last
    return last - 1 if last else None
