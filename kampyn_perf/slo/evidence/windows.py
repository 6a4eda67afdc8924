"""An objective over every stretch of a run of one length: the worst of them decides. Pure.

Windows begin every half of their length, the last one ends with the run: what is bad for as long as
a window fills three quarters of one at least. The value that is estimated is that of the worst
window. Its 95 % interval:

- the upper end is the greatest upper end of any window's own 95 % interval. Whichever window is
  truly the worst, its own interval is wrong on that side in 2.5 % of runs, and this end is no lower
  (the intersection-union test: Berger, Technometrics 24, 1982);
- the lower end is the greatest lower end of intervals of 1 - 5 %/K, K windows together: one of many
  windows looks bad by chance, and is picked for it (Bonferroni).

A window in which nothing ended says nothing: the upper end is open then. (For "more is better" the
same holds of failures.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from kampyn_perf import stats, units
from kampyn_perf.slo.evidence import estimate
from kampyn_perf.slo.evidence.bounds import Disturbed, share_of
from kampyn_perf.slo.evidence.counted import Counted
from kampyn_perf.slo.evidence.estimate import Estimate, Missing
from kampyn_perf.slo.evidence.quantiles import Question, quantile, standing
from kampyn_perf.slo.kinds import Event
from kampyn_perf.slo.metrics import ScopeKind
from kampyn_perf.slo.objective import Objective

EARLIER = "the result is of an earlier version, which did not record requests by the second"
_REMEDY = "longer windows, or more requests in each, would decide"


@dataclass(frozen=True, kw_only=True)
class Window:
    """One stretch."""

    start_us: int
    counted: Counted


@dataclass(frozen=True, kw_only=True)
class Windows:
    """All windows of a run."""

    length_us: int
    every: Sequence[Window]

    @property
    def low_confidence(self) -> float:
        """Of the intervals whose lower ends are compared."""
        return 1 - (1 - stats.CONFIDENCE) / len(self.every)

    def said(self, worst: Window, empty: int, note: str) -> str:
        """Which one is told of."""
        length, start = units.spell_duration(self.length_us), units.spell_duration(worst.start_us)
        words = f"the worst of {len(self.every):,} windows of {length}, from {start} on"
        if empty:
            words += f"; in {empty:,} of them nothing ended"
        return f"{words}; {note}" if note else words


def windows_of(counted: Counted, objective: Objective) -> Windows | Missing:
    """The windows of the objective's scope; a phase has its own."""
    window_us, within_us = objective.window_us or 0, objective.within_us
    in_scope = np.ones(counted.at.size, dtype=np.bool_)
    if objective.scope.kind is ScopeKind.PHASE and counted.totals.any():
        phase = counted.strata[int(np.flatnonzero(counted.totals)[0])]
        in_scope = np.array(counted.strata) == phase
    at = counted.at[in_scope]
    if not at.size:
        return Missing("there were no requests")
    if window_us < counted.width_us:
        kept = units.spell_duration(counted.width_us)
        return Missing(f"so long a run is kept by stretches of {kept}, longer than a window")
    size = -(-window_us // counted.width_us)
    first, last = int(at.min()), int(at.max())
    if within_us is not None:
        first = max(first, last + 1 - -(-within_us // counted.width_us))
    if last - first + 1 < size:
        lasted = units.spell_duration((last - first + 1) * counted.width_us)
        length = units.spell_duration(window_us)
        return Missing(f"it lasted {lasted}, and a window is {length} long")
    starts = sorted({*range(first, last - size + 2, max(1, size // 2)), last - size + 1})
    every = [
        Window(
            start_us=start * counted.width_us,
            counted=counted.part(in_scope & (counted.at >= start) & (counted.at < start + size)),
        )
        for start in starts
        if 2 * len(counted.left_out.intersection(range(start, start + size))) <= size
    ]
    if not every:
        return Missing("more than half of every window lay under faults")
    return Windows(length_us=size * counted.width_us, every=every)


def quantile_of_worst(
    counted: Counted, question: Question, objective: Objective
) -> Estimate | Missing:
    """The percentile of the window in which it is the greatest."""
    windows = windows_of(counted, objective)
    if isinstance(windows, Missing):
        return windows
    asked = replace(question, low_confidence=windows.low_confidence)
    pairs = [
        (window, quantile(window.counted, asked, objective.target)) for window in windows.every
    ]
    estimated = [(window, estimate) for window, estimate in pairs if isinstance(estimate, Estimate)]
    if not estimated:
        return Missing(f"there were no {question.noun}")
    empty = len(pairs) - len(estimated)
    window, worst = max(estimated, key=lambda pair: _badness(pair[1].observed))
    intervals = [estimate.interval for _, estimate in estimated if estimate.interval]
    lows = [interval.low for interval in intervals if interval.low is not None]
    highs = [interval.high for interval in intervals if interval.high is not None]
    open_above = empty or len(highs) < len(pairs)
    return replace(
        worst,
        interval=stats.Interval(max(lows, default=None), None if open_above else max(highs)),
        needed=estimate.undecidable,
        remedy=_REMEDY,
        note=windows.said(window, empty, worst.note),
    )


def _badness(observed: float | None) -> float:
    return float("inf") if observed is None else observed


def share_of_worst(
    counted: Counted, event: Event, objective: Objective, *, disturbed: Disturbed
) -> Estimate | Missing:
    """The share in the window in which most requests (of all) met the event."""
    windows = windows_of(counted, objective)
    if isinstance(windows, Missing):
        return windows
    pairs = [
        (window, share_of(window.counted, event, disturbed=disturbed)) for window in windows.every
    ]
    with_requests = [(window, share, share.bounds()) for window, share in pairs if share.size]
    if not with_requests:
        return Missing("there were no requests")
    empty = len(pairs) - len(with_requests)
    low = max(float(share.bounds(windows.low_confidence).low) for _, share, _ in with_requests)
    high = max(float(bounds.high) for _, _, bounds in with_requests)
    window, share, bounds = max(
        with_requests,
        key=lambda window: (window[1].fewest.sum() / window[1].size, float(window[2].high)),
    )
    answer = estimate.share(
        round(float(share.fewest.sum())),
        round(share.size),
        bounds=bounds._replace(low=np.asarray(low), high=np.asarray(1.0 if empty else high)),
        noun="requests",
        of_successes=objective.described.more_is_better,
        note=windows.said(window, empty, standing(window.counted)),
    )
    if isinstance(answer, Missing):
        return answer
    return replace(answer, needed=estimate.undecidable, remedy=_REMEDY)
