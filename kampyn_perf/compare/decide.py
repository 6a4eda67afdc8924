"""From how well changes are known to what they come to: four outcomes, over all figures. Pure.

A figure has *no meaningful change* where a change beyond the margin is refused on either side (two
one-sided tests: an equivalence test, no failed search for a difference). It *regressed* or
*improved* where no change at all is refused, and the change observed is beyond the margin. All else
is inconclusive.

Claims of a change are corrected by Holm's procedure over all figures; half of the level is for the
figures of the whole, so that a hundred series cost them nothing more. Where pairs were made to
decide one figure, the other response times of the whole are tested after it, one by one, each with
its share. A figure that is 0 in every run cannot be claimed to have changed and takes no part in
the level (Tarone, Biometrics 46, 1990). Claims of no change need no
correction: that *all* figures of the whole stayed is wrong only if the one that did not was passed,
which happens as seldom as for one of them (an intersection-union test: Berger, Technometrics 24,
1982).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

from kampyn_perf import stats
from kampyn_perf.compare.effect import Effect
from kampyn_perf.compare.figures import ERROR_RATE, RESPONSE_TIME, THROUGHPUT, TIME
from kampyn_perf.compare.needs import needed
from kampyn_perf.compare.pending import Pending
from kampyn_perf.results.comparison import ALONE, Change, Compared

if TYPE_CHECKING:
    from kampyn_perf.stats import Interval

_PRIMARY, _PARTS, _SERIES = 0.5, 0.3, 0.2
"""How the level is shared out between the whole, its parts, and what was watched beside it."""


class _Settings(Protocol):
    @property
    def confidence(self) -> float: ...


def rows(pending: Sequence[Pending], settings: _Settings) -> list[Compared]:
    """Every figure with its outcome, all decided together."""
    level = 1 - settings.confidence
    tested = [one for one in pending if one.effect is not None and not one.silent]
    heirs = _heirs(tested)
    differs = stats.stepwise(
        [one.effect.p_differs() for one in tested if one.effect],
        level,
        _weights(tested, heirs),
        heirs,
    )
    found = {id(one): step for one, step in zip(tested, differs, strict=True)}
    silent = stats.Step(rejected=False, level=level)
    return [_row(one, found.get(id(one), silent), level) for one in pending]


def _heirs(tested: Sequence[Pending]) -> dict[int, int]:
    """The response times of the whole, after the one that pairs were made to decide."""
    primary = [place for place, one in enumerate(tested) if one.primary]
    if len(primary) != 1:
        return {}
    others = [
        place
        for place, one in enumerate(tested)
        if not one.primary and not one.key.scope and one.key.metric == RESPONSE_TIME
    ]
    return dict(pairwise([*primary, *others]))


def _weights(tested: Sequence[Pending], heirs: Mapping[int, int]) -> list[float]:
    late = set(heirs.values())
    families = [None if place in late else _family(one) for place, one in enumerate(tested)]
    return [one[1] / families.count(one) if one else 0.0 for one in families]


def _family(one: Pending) -> tuple[str, float]:
    if one.primary:
        return "primary", _PRIMARY
    if one.key.metric in (RESPONSE_TIME, ERROR_RATE, THROUGHPUT, TIME):
        return "parts", _PARTS
    return "series", _SERIES


def _row(one: Pending, step: stats.Step, level: float) -> Compared:
    key = one.key
    low = high = change = None
    outcome, words, needs = Change.INCONCLUSIVE, one.missing, None
    if one.effect is not None:
        change = one.effect.change
        interval = one.effect.interval(level)
        same = one.effect.p_within(one.margin) <= level
        outcome, words = _outcome(one, one.effect, interval, changed=step.rejected, same=same)
        low, high = interval.low, interval.high
        if outcome is Change.INCONCLUSIVE:
            needs = needed(one, one.effect, step.level if one.beyond else 2 * level)
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
        needs=needs.words if needs else "",
        needed=needs,
        samples=one.samples,
    )


def _outcome(
    one: Pending, effect: Effect, interval: Interval, *, changed: bool, same: bool
) -> tuple[Change, str]:
    beyond = one.beyond
    if same and not beyond:
        return Change.NO_CHANGE, ""
    if changed and beyond:
        better = (effect.change > 0) is one.key.more_is_better
        return (Change.IMPROVED if better else Change.REGRESSED), ""
    if changed:
        return Change.INCONCLUSIVE, "it changed; whether by more than the margin is open"
    if beyond and 0 not in interval and interval.low is not None:
        return Change.INCONCLUSIVE, ALONE
    if interval.low is None or interval.high is None:
        return Change.INCONCLUSIVE, "too little was measured to bound a change"
    return Change.INCONCLUSIVE, "the interval holds both no change and one beyond the margin"
