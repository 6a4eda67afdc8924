"""How long a system took after a fault until its response times were what they had been. Pure.

The P95 of each stretch, a failed request being slower than any time, is held against its range
over the (up to) 60 s before the fault: it is back where three stretches with requests in a row are
no higher than the highest of those. That is the upper end of a prediction interval: of n steady
stretches before, a healthy one is higher than all of them once in n + 1 (1.6 % of 60). An interval
of the percentile itself would be narrower than one second scatters, and nothing would ever be back.
Where the fault's own phase has five stretches before it, only those are taken: another phase has
another load. Fewer than five say nothing. Unit: whole microseconds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kampyn_perf import stats
from kampyn_perf.slo.evidence.counted import Counted
from kampyn_perf.slo.evidence.estimate import Estimate, Missing
from kampyn_perf.units import format_duration

_QUANTILE = 0.95
_BEFORE_US = 60_000_000
_FEWEST_BEFORE = 5
_BACK = 3
"""Stretches in a row."""
_NOT_BACK = "more time after it would decide"


@dataclass(frozen=True, kw_only=True)
class Span:
    """One fault, and between which others it lies."""

    name: str
    start_us: int
    end_us: int
    from_us: int
    """Where the one before had settled; the start of the run."""
    until_us: int
    """Where the next one begins; the end of the run."""


@dataclass(frozen=True, kw_only=True)
class _Recovery:
    name: str
    limit_us: float
    low_us: int
    observed_us: int | None
    """None: it was not back in the time that was seen, which is then `low_us`."""
    high_us: int


def recovery(
    counted: Counted, spans: Sequence[Span], *, phases_us: Sequence[int] = ()
) -> Estimate | Missing:
    """That of the fault after which it took longest. `phases_us`: when each phase began."""
    if not spans:
        return Missing("the run had no faults")
    p95 = _by_stretch(counted)
    width = counted.width_us
    recoveries = [_after(_within_phase(span, phases_us, width), p95, width) for span in spans]
    for recovery in recoveries:
        if isinstance(recovery, Missing):
            return recovery
    known = [recovery for recovery in recoveries if isinstance(recovery, _Recovery)]
    worst = max(
        known,
        key=lambda recovery: math.inf if recovery.observed_us is None else recovery.observed_us,
    )
    note = f"after {worst.name}, until P95 was at most {format_duration(round(worst.limit_us))}"
    if worst.observed_us is None:
        return Estimate(
            observed=None,
            interval=stats.Interval(float(max(recovery.low_us for recovery in known)), None),
            samples=len(known),
            noun="faults",
            note=note,
            remedy=_NOT_BACK,
        )
    high = max(recovery.high_us for recovery in known)
    return Estimate(
        observed=float(worst.observed_us),
        interval=stats.Interval(float(worst.low_us), float(high)),
        samples=len(known),
        noun="faults",
        note=note,
        remedy="it is known to the second",
    )


def _within_phase(span: Span, phases_us: Sequence[int], width_us: int) -> Span:
    """Before it, no other phase, if its own was long enough until then."""
    began = max((at for at in phases_us if at <= span.start_us), default=span.from_us)
    if began <= span.from_us or span.start_us // width_us - -(-began // width_us) < _FEWEST_BEFORE:
        return span
    return replace(span, from_us=began)


def _by_stretch(counted: Counted) -> Mapping[int, float]:
    """The P95 of each stretch in which something ended."""
    times, at = counted.response, counted.at
    order = np.argsort(times.last_us, kind="stable")
    stretches, ends, counts = at[times.items][order], times.last_us[order], times.counts[order]
    p95: dict[int, float] = {}
    for stretch in np.unique(at[counted.totals > 0]).tolist():
        total = float(counted.totals[at == stretch].sum())
        here = stretches == stretch
        sums = np.cumsum(counts[here])
        rank = max(1.0, math.ceil(round(_QUANTILE * total, 6)))
        place = int(np.searchsorted(sums, rank))
        p95[stretch] = float(ends[here][place]) if place < sums.size else math.inf
    return p95


def _after(span: Span, p95: Mapping[int, float], width_us: int) -> _Recovery | Missing:
    first = max(span.from_us, span.start_us - _BEFORE_US)
    before = [
        value
        for at, value in p95.items()
        if at * width_us >= first and (at + 1) * width_us <= span.start_us
    ]
    if len(before) < _FEWEST_BEFORE:
        return Missing(
            f"before {span.name} there were {len(before)} stretches with requests and without "
            f"another fault; {_FEWEST_BEFORE} are needed to know what it has to come back to"
        )
    limit = max(before)
    if math.isinf(limit):
        return Missing(f"before {span.name} one request in twenty failed already, in one second")
    candidates = range(-(-span.end_us // width_us), span.until_us // width_us)
    row = 0
    for at in candidates:
        row = row + 1 if p95.get(at, math.inf) <= limit else 0
        if row == _BACK:
            back_us = (at - _BACK + 1) * width_us
            low = back_us - width_us if at - _BACK + 1 > candidates.start else span.end_us
            return _Recovery(
                name=span.name,
                limit_us=limit,
                low_us=max(low - span.end_us, 0),
                observed_us=max(back_us - span.end_us, 0),
                high_us=back_us + width_us - span.end_us,
            )
    if row or not candidates:
        return Missing(
            f"after {span.name} the next fault, or the end of the run, came too soon to tell"
        )
    seen = span.until_us - span.end_us
    return _Recovery(name=span.name, limit_us=limit, low_us=seen, observed_us=None, high_us=seen)
