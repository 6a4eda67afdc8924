"""What would decide a figure, if it stayed as it looks: so many requests, runs or pairs. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kampyn_perf import stats
from kampyn_perf.compare.effect import Effect, Normal, Signs
from kampyn_perf.compare.figures import RESPONSE_TIME, THROUGHPUT
from kampyn_perf.compare.pending import Pending
from kampyn_perf.results.compared import Needed

_MOST_RUNS = 200
_MOST_FACTOR = 1_000
"""Times as many requests as there were: more are not worth naming."""
RUNS, PAIRS = "runs a side", "pairs"
_AT_THE_MARGIN = Needed(noun=RUNS)
_FEWEST_RUNS = 5


def needed(pending: Pending, effect: Effect, alpha: float) -> Needed | None:
    """By `alpha`, two-sided; None where nothing can be said."""
    match effect:
        case Signs(changes):
            return _pairs(pending, changes, alpha)
        case Normal() if max(pending.runs) > 1:
            return _runs(pending, effect, alpha)
        case Normal() if math.isfinite(effect.error):
            return _requests(pending, effect, alpha)
        case _:
            return None


def _pairs(pending: Pending, changes: Sequence[float], alpha: float) -> Needed:
    n = len(changes)
    middle = Signs(changes).change
    if pending.beyond:
        share = sum(1 for change in changes if (change > 0) is (middle > 0)) / n
        count = stats.pairs_needed(share, alpha / 2)
    else:
        above = sum(1 for change in changes if change > -pending.margin)
        inside = min(above, sum(1 for change in changes if change < pending.margin))
        count = stats.pairs_needed(inside / n, alpha / 2)
    return Needed(count=max(count, n + 1) if count else None, noun=PAIRS)


def _distance(pending: Pending, effect: Normal) -> float:
    """How far the observed change is from what it has to be told from."""
    size = abs(effect.change)
    return size if pending.beyond else pending.margin - size


def _runs(pending: Pending, effect: Normal, alpha: float) -> Needed:
    if not math.isfinite(effect.error):
        return Needed(count=_FEWEST_RUNS, noun=RUNS)
    have = 2 / (1 / pending.runs[0] + 1 / pending.runs[1])
    return _so_many_runs(_distance(pending, effect), effect.error * math.sqrt(have), alpha)


def _requests(pending: Pending, effect: Normal, alpha: float) -> Needed:
    """More requests narrow what a run scatters by, and not what is between runs."""
    distance = _distance(pending, effect)
    wanted = (distance / _quantile(effect.freedom, alpha / 2)) ** 2 - effect.between**2
    within = effect.error**2 - effect.between**2
    if wanted > 0 and 1 < within / wanted < _MOST_FACTOR and max(pending.samples):
        noun = "requests" if pending.key.metric in (RESPONSE_TIME, THROUGHPUT) else "samples"
        return Needed(count=_rounded(max(pending.samples) * within / wanted), noun=f"{noun} a side")
    return _so_many_runs(distance, effect.error, alpha)


def _so_many_runs(distance: float, deviation: float, alpha: float) -> Needed:
    """`deviation`: the standard error of a change between one run a side."""
    for count in range(2, _MOST_RUNS + 1):
        half = -_quantile(2 * count - 2, alpha / 2) * deviation / math.sqrt(count)
        if half < distance:
            return Needed(count=count, noun=RUNS)
    return _AT_THE_MARGIN


def _quantile(freedom: float, p: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, p))


def _rounded(count: float) -> int:
    digits = max(0, math.floor(math.log10(count)) - 1)
    return round(round(count, -digits))
