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
from kampyn_perf.results.compared import ALONE, Change, Compared

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
    tested = [figure for figure in pending if figure.effect is not None and not figure.silent]
    heirs = _heirs(tested)
    differs = stats.stepwise(
        [figure.effect.p_differs() for figure in tested if figure.effect],
        level,
        _weights(tested, heirs),
        heirs,
    )
    # One whose turn did not come would be tested with what those before it have.
    turn = max((differs[place].level for place in heirs), default=level)
    steps = [step._replace(level=step.level or turn) for step in differs]
    steps_of = {id(figure): step for figure, step in zip(tested, steps, strict=True)}
    silent = stats.Step(rejected=False, level=level)
    return [_row(figure, steps_of.get(id(figure), silent), level) for figure in pending]


def _heirs(tested: Sequence[Pending]) -> dict[int, int]:
    """The response times of the whole, after the one that pairs were made to decide."""
    primary = [place for place, figure in enumerate(tested) if figure.primary]
    if len(primary) != 1:
        return {}
    others = [
        place
        for place, figure in enumerate(tested)
        if not figure.primary and not figure.key.scope and figure.key.metric == RESPONSE_TIME
    ]
    return dict(pairwise([*primary, *others]))


def _weights(tested: Sequence[Pending], heirs: Mapping[int, int]) -> list[float]:
    late = set(heirs.values())
    families = [None if place in late else _family(figure) for place, figure in enumerate(tested)]
    return [family[1] / families.count(family) if family else 0.0 for family in families]


def _family(figure: Pending) -> tuple[str, float]:
    if figure.primary:
        return "primary", _PRIMARY
    if figure.key.metric in (RESPONSE_TIME, ERROR_RATE, THROUGHPUT, TIME):
        return "parts", _PARTS
    return "series", _SERIES


def _row(figure: Pending, step: stats.Step, level: float) -> Compared:
    key = figure.key
    low = high = change = None
    outcome, words, needs = Change.INCONCLUSIVE, figure.missing, None
    if figure.effect is not None:
        change = figure.effect.change
        interval = figure.effect.interval(level)
        same = figure.effect.p_within(figure.margin) <= level
        outcome, words = _outcome(figure, figure.effect, interval, changed=step.rejected, same=same)
        low, high = interval.low, interval.high
        if outcome is Change.INCONCLUSIVE:
            needs = needed(figure, figure.effect, step.level if figure.beyond else 2 * level)
        if figure.relative:
            low, high, change = (
                None if bound is None else math.expm1(bound) for bound in (low, high, change)
            )
    return Compared(
        scope=key.scope,
        metric=key.metric,
        statistic=key.statistic,
        unit=key.unit,
        more_is_better=key.more_is_better,
        gates=key.gates,
        primary=figure.primary,
        base=figure.base,
        new=figure.new,
        change=change,
        relative=figure.relative,
        low=low,
        high=high,
        outcome=outcome,
        explanation=words,
        needs=needs.words if needs else "",
        needed=needs,
        samples=figure.samples,
    )


def _outcome(
    figure: Pending, effect: Effect, interval: Interval, *, changed: bool, same: bool
) -> tuple[Change, str]:
    beyond = figure.beyond
    if same and not beyond:
        return Change.NO_CHANGE, ""
    if changed and beyond:
        better = (effect.change > 0) is figure.key.more_is_better
        return (Change.IMPROVED if better else Change.REGRESSED), ""
    if changed:
        return Change.INCONCLUSIVE, "it changed; whether by more than the margin is open"
    if beyond and 0 not in interval and interval.low is not None:
        return Change.INCONCLUSIVE, ALONE
    if interval.low is None or interval.high is None:
        return Change.INCONCLUSIVE, "too little was measured to bound a change"
    return Change.INCONCLUSIVE, "the interval holds both no change and one beyond the margin"
