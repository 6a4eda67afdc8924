"""From how well changes are known to what they come to: four outcomes, over all figures. Pure.

A figure has *no meaningful change* where a change beyond the margin is refused on either side (two
one-sided tests: an equivalence test, no failed search for a difference). It *regressed* or
*improved* where no change at all is refused, and the change observed is beyond the margin. All else
is inconclusive.

Claims of a change are corrected by Holm's procedure over all figures; half of the level is for the
figures of the whole, so that a hundred series cost them nothing more. Claims of no change need no
correction: that *all* figures of the whole stayed is wrong only if the one that did not was passed,
which happens as seldom as for one of them (an intersection-union test: Berger, Technometrics 24,
1982).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from kampyn_perf import stats
from kampyn_perf.compare.effect import Effect, Normal, Signs
from kampyn_perf.compare.figures import ERROR_RATE, RESPONSE_TIME, THROUGHPUT, Key
from kampyn_perf.results.comparison import Change, Compared, Comparison, Conclusion

if TYPE_CHECKING:
    from kampyn_perf.stats import Interval

_PRIMARY, _PARTS, _SERIES = 0.5, 0.3, 0.2
"""How the level is shared out between the whole, its parts, and what was watched beside it."""
_MOST_RUNS = 200
_AT_THE_MARGIN = "it lies so near the margin that hardly any number would decide"
_MOST_FACTOR = 1_000
"""Times as many requests as there were: more are not worth naming."""


class _Settings(Protocol):
    @property
    def confidence(self) -> float: ...


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A figure of both sides, before anything is decided."""

    key: Key
    base: float | None
    new: float | None
    samples: tuple[int, int]
    runs: tuple[int, int]
    relative: bool
    margin: float
    """In the effect's own scale."""
    effect: Effect | None
    """None where a side has no value."""
    missing: str = ""
    primary: bool = False


def rows(pending: Sequence[Pending], settings: _Settings) -> list[Compared]:
    """Every figure with its outcome, all decided together."""
    level = 1 - settings.confidence
    known = [one for one in pending if one.effect is not None]
    weights = _weights(known)
    effects = [(one.effect, one.margin) for one in known if one.effect is not None]
    differs = stats.holm([effect.p_differs() for effect, _ in effects], level, weights)
    within = [effect.p_within(margin) <= level for effect, margin in effects]
    total = math.fsum(weights)
    decided = {
        id(one): (changed, same, level * weight / total)
        for one, changed, same, weight in zip(known, differs, within, weights, strict=True)
    }
    return [_row(one, *decided.get(id(one), (False, False, level)), level) for one in pending]


def moved(row: Compared) -> bool:
    """Whether a control shows a change where there is none."""
    return row.outcome in (Change.REGRESSED, Change.IMPROVED)


def concluded(comparison: Comparison, reasons: Sequence[str]) -> Comparison:
    """The comparison with what its figures come to; `reasons` against it leave none."""
    if reasons:
        undone = [
            row.model_copy(
                update={
                    "outcome": Change.INCONCLUSIVE,
                    "explanation": "the two cannot be compared",
                    "needs": "",
                }
            )
            for row in comparison.rows
        ]
        return comparison.model_copy(
            update={
                "conclusion": Conclusion.NOT_COMPARABLE,
                "reasons": list(reasons),
                "rows": undone,
            }
        )
    conclusion, why = _conclusion(comparison.rows)
    return comparison.model_copy(update={"conclusion": conclusion, "reasons": why})


def _conclusion(judged: Sequence[Compared]) -> tuple[Conclusion, list[str]]:
    worse = [row for row in judged if row.gates and row.outcome is Change.REGRESSED]
    if worse:
        return Conclusion.REGRESSED, [f"{row.title}: {row.change_text}" for row in worse]
    primary = [row for row in judged if row.primary]
    open_ = [row for row in primary if row.outcome is Change.INCONCLUSIVE]
    if open_ or not primary:
        words = [
            f"{row.title}: {row.explanation}{f'; {row.needs}' if row.needs else ''}"
            for row in open_
        ]
        return Conclusion.INCONCLUSIVE, words or ["nothing of the whole was compared"]
    better = [row for row in primary if row.outcome is Change.IMPROVED]
    if better:
        return Conclusion.IMPROVED, [f"{row.title}: {row.change_text}" for row in better]
    return Conclusion.NO_CHANGE, []


def _weights(known: Sequence[Pending]) -> list[float]:
    families = [_family(one) for one in known]
    return [share / families.count((name, share)) for name, share in families]


def _family(one: Pending) -> tuple[str, float]:
    if one.primary:
        return "primary", _PRIMARY
    if one.key.metric in (RESPONSE_TIME, ERROR_RATE, THROUGHPUT, "time"):
        return "parts", _PARTS
    return "series", _SERIES


def _row(one: Pending, changed: bool, same: bool, alpha: float, level: float) -> Compared:
    key = one.key
    low = high = change = None
    outcome, words, needs = Change.INCONCLUSIVE, one.missing, ""
    if one.effect is not None:
        change = one.effect.change
        interval = one.effect.interval(level)
        outcome, words = _outcome(one, one.effect, interval, changed=changed, same=same)
        low, high = interval.low, interval.high
        if outcome is Change.INCONCLUSIVE:
            needs = _needs(one, one.effect, alpha if _beyond(one, one.effect) else 2 * level)
        if one.relative:
            low, high, change = (
                None if each is None else math.expm1(each) for each in (low, high, change)
            )
    return Compared(
        scope=key.scope,
        metric=key.metric,
        statistic=key.statistic,
        unit=key.unit,
        more_is_better=key.more_is_better,
        gates=key.gates,
        primary=one.primary,
        base=one.base,
        new=one.new,
        change=change,
        relative=one.relative,
        low=low,
        high=high,
        outcome=outcome,
        explanation=words,
        needs=needs,
        samples=one.samples,
    )


def _outcome(
    one: Pending, effect: Effect, interval: Interval, *, changed: bool, same: bool
) -> tuple[Change, str]:
    beyond = _beyond(one, effect)
    if same and not beyond:
        return Change.NO_CHANGE, ""
    if changed and beyond:
        better = (effect.change > 0) is one.key.more_is_better
        return (Change.IMPROVED if better else Change.REGRESSED), ""
    if changed:
        return Change.INCONCLUSIVE, "it changed; whether by more than the margin is open"
    if beyond and 0 not in interval and interval.low is not None:
        return (
            Change.INCONCLUSIVE,
            "by itself it would count as changed; among so many figures it may be chance",
        )
    if interval.low is None or interval.high is None:
        return Change.INCONCLUSIVE, "too little was measured to bound a change"
    return Change.INCONCLUSIVE, "the interval holds both no change and one beyond the margin"


def _beyond(one: Pending, effect: Effect) -> bool:
    return abs(effect.change) > one.margin


def _needs(one: Pending, effect: Effect, alpha: float) -> str:
    """What would decide, if it stayed as it looks; `alpha` is two-sided."""
    match effect:
        case Signs(changes):
            return _pairs(one, changes, alpha) or _AT_THE_MARGIN
        case Normal() if one.runs[0] > 1 or one.runs[1] > 1:
            return _runs(one, effect, alpha) or _AT_THE_MARGIN
        case Normal() if math.isfinite(effect.error):
            return _requests(one, effect, alpha) or _AT_THE_MARGIN
        case _:
            return ""


def _pairs(one: Pending, changes: Sequence[float], alpha: float) -> str:
    n = len(changes)
    middle = Signs(changes).change
    if abs(middle) > one.margin:
        share = sum(1 for each in changes if (each > 0) is (middle > 0)) / n
        needed = stats.pairs_needed(share, alpha / 2)
    else:
        above = sum(1 for each in changes if each > -one.margin)
        inside = min(above, sum(1 for each in changes if each < one.margin))
        needed = stats.pairs_needed(inside / n, alpha / 2)
    return f"about {max(needed, n + 1):,} pairs would decide" if needed else ""


def _distance(one: Pending, effect: Normal) -> float:
    """How far the observed change is from what it has to be told from, without an allowance."""
    size = abs(effect.change)
    return size if size > one.margin else one.margin - size


def _runs(one: Pending, effect: Normal, alpha: float) -> str:
    distance = _distance(one, effect)
    if distance <= 0 or not math.isfinite(effect.error):
        return "about 5 runs a side" if not math.isfinite(effect.error) else ""
    have = 2 / (1 / one.runs[0] + 1 / one.runs[1])
    between = effect.error * math.sqrt(have)
    return _so_many_runs(distance, between, alpha)


def _requests(one: Pending, effect: Normal, alpha: float) -> str:
    """More requests narrow what the runs scatter by, and not what is between them."""
    left = _distance(one, effect) - effect.allowance
    if left > 0 and math.isfinite(effect.error):
        half = -_quantile(effect.freedom, alpha / 2) * effect.error
        factor = (half / left) ** 2
        if 1 < factor < _MOST_FACTOR and max(one.samples):
            count = max(one.samples) * factor
            noun = "requests" if one.key.metric in (RESPONSE_TIME, THROUGHPUT) else "samples"
            return f"about {_round(count)} {noun} a side would decide"
    if not math.isfinite(effect.error):
        return ""
    between = math.hypot(effect.error, effect.allowance / 2 * math.sqrt(2))
    return _so_many_runs(_distance(one, effect), between, alpha)


def _so_many_runs(distance: float, deviation: float, alpha: float) -> str:
    """`deviation`: the standard error of a change between one run a side."""
    if distance <= 0:
        return ""
    for count in range(2, _MOST_RUNS + 1):
        half = -_quantile(2 * count - 2, alpha / 2) * deviation / math.sqrt(count)
        if half < distance:
            return f"about {count} runs a side would decide"
    return ""


def _quantile(freedom: float, p: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, p))


def _round(count: float) -> str:
    digits = max(0, math.floor(math.log10(count)) - 1)
    return f"{round(count, -digits):,.0f}"
