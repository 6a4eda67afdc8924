"""How much faults multiply the requests of a session: what clients that try again do. Pure.

Requests that ended, over sessions that began, in the stretches under faults, over the same ratio in
the others. A session that gives up makes fewer requests, so that the ratio over all endpoints is at
most that of the one that is tried again: ask for that one by its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from kampyn_perf import stats
from kampyn_perf.results.load import Second
from kampyn_perf.slo.evidence.counted import Counted
from kampyn_perf.slo.evidence.estimate import Estimate, Missing
from kampyn_perf.slo.evidence.under_faults import Faults

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_EACH = 0.975
"""Of the two intervals, so that both hold in 95 % of runs."""


def amplification(
    counted: Counted, seconds: Sequence[Second], faults: Faults
) -> Estimate | Missing:
    """Of the requests `counted`."""
    if not faults.windows_us:
        return Missing("the run had no faults")
    width = max([counted.width_us, *(second.width_us for second in seconds)])
    places = {second.at_us // width for second in seconds} | set(
        (counted.at * counted.width_us // width).tolist()
    )
    at = np.array(sorted(places), dtype=np.int64)
    requests = np.zeros(at.size)
    np.add.at(requests, np.searchsorted(at, counted.at * counted.width_us // width), counted.totals)
    starts = np.zeros(at.size)
    for second in seconds:
        starts[np.searchsorted(at, second.at_us // width)] += second.started
    under = faults.over(at * width, width)
    if not starts[under].sum():
        return Missing("no session began under a fault")
    if not requests[~under].sum() or not starts[~under].sum():
        return Missing("there were no requests outside of the faults")
    meanwhile, usual = (_ratio(requests[part], starts[part]) for part in (under, ~under))
    return Estimate(
        observed=meanwhile[0] / usual[0],
        interval=_over(meanwhile[1], usual[1]),
        samples=round(float(requests[under].sum())),
        noun="requests",
        note=f"{meanwhile[0]:.3g} for each session under faults, {usual[0]:.3g} without",
        remedy="a longer fault, or several of them, would decide",
    )


def _ratio(requests: Floats, starts: Floats) -> tuple[float, stats.Interval]:
    interval = stats.mean_interval(requests, starts, careful=True, confidence=_EACH)
    return float(requests.sum() / starts.sum()), interval


def _over(one: stats.Interval, other: stats.Interval) -> stats.Interval:
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return stats.Interval(None, None)
    high = one.high / other.low if other.low > 0 else None
    return stats.Interval(max(one.low, 0.0) / other.high, high)
