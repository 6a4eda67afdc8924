"""One figure of both sides: what changed, and how well that is known by the design. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kampyn_perf.compare.effect import (
    Between,
    Effect,
    Shares,
    Signs,
    Widest,
    between_runs,
    one_run_each,
)
from kampyn_perf.compare.figures import ERROR_RATE, RESPONSE_TIME, THROUGHPUT, TIME, Figure, Key
from kampyn_perf.compare.pending import Pending
from kampyn_perf.compare.settings import Settings
from kampyn_perf.compare.spread import Spread
from kampyn_perf.results.comparison import Design
from kampyn_perf.results.unit import Unit


def weigh(
    key: Key,
    base: Sequence[Figure],
    new: Sequence[Figure],
    design: Design,
    settings: Settings,
    spread: Spread,
    *,
    primary: bool,
    wanted: int,
) -> Pending:
    """One figure of both sides: what changed, and how well that is known."""
    missing = next(
        (
            f"{side}: {run.why}"
            for side, runs in (("base", base), ("new", new))
            for run in runs
            if run.value is None
        ),
        "",
    )
    if not missing and len(base) + len(new) < wanted:
        missing = "it is not in every run"
    relative = key.metric != ERROR_RATE and not missing and _has_ratio(key, [*base, *new])
    effect: Effect | None = None
    if not missing:
        effect = _effect(key, base, new, design, settings, spread, relative=relative)
    return Pending(
        key=key,
        base=_middle(base),
        new=_middle(new),
        samples=(sum(figure.samples for figure in base), sum(figure.samples for figure in new)),
        runs=(len(base), len(new)),
        relative=relative,
        margin=_margin(key, settings, relative=relative),
        effect=effect,
        missing=missing,
        primary=primary,
        silent=not any(figure.value for figure in (*base, *new)),
    )


def _effect(
    key: Key,
    base: Sequence[Figure],
    new: Sequence[Figure],
    design: Design,
    settings: Settings,
    spread: Spread,
    *,
    relative: bool,
) -> Effect:
    before, after = _values(base, relative=relative), _values(new, relative=relative)
    if design is Design.PAIRS:
        return Signs([b - a for a, b in zip(before, after, strict=True)])
    seen = spread.between(key, relative=relative)
    if key.metric == ERROR_RATE:
        return _of_shares(base, new, before, after, design, seen)
    scale = 1.0 if relative else max(abs(value) for value in (*before, *after))
    errors = [[figure.error * scale for figure in side] for side in (base, new)]
    if design is Design.SEVERAL:
        parts = [math.fsum(e**2 for e in side) / len(side) ** 2 for side in errors]
        return between_runs(before, after, floor=math.sqrt(sum(parts)))
    return one_run_each(
        after[0] - before[0],
        [errors[0][0], errors[1][0]],
        [base[0].freedom, new[0].freedom],
        seen or Between(_assumed(key, settings) * scale),
    )


def _assumed(key: Key, settings: Settings) -> float:
    """By how much runs differ, where no others say it. Throughput is what was planned."""
    if key.metric == THROUGHPUT:
        return 0.0
    return settings.deviation(watched=key.metric not in (RESPONSE_TIME, TIME))


def _of_shares(
    base: Sequence[Figure],
    new: Sequence[Figure],
    before: Sequence[float],
    after: Sequence[float],
    design: Design,
    seen: Between | None,
) -> Effect:
    """Of shares of failed requests."""
    pooled = Shares(base=_pooled(base), new=_pooled(new))
    if design is Design.SEVERAL:
        return Widest([pooled, between_runs(before, after)])
    if seen is None:
        return pooled
    return Widest([pooled, one_run_each(after[0] - before[0], [], [], seen)])


def _values(side: Sequence[Figure], *, relative: bool) -> list[float]:
    values = [figure.value for figure in side if figure.value is not None]
    return [math.log(value) for value in values] if relative else values


_LEAST = {Unit.SHARE: 0.01, Unit.COUNT: 1.0}
"""Values below which a ratio says nothing: it is their difference that is looked at."""


def _has_ratio(key: Key, figures: Sequence[Figure]) -> bool:
    least = _LEAST.get(key.unit, 0.0)
    return all(figure.value is not None and figure.value > least for figure in figures)


def _margin(key: Key, settings: Settings, *, relative: bool) -> float:
    if relative:
        return math.log1p(settings.margin)
    return settings.rate_margin if key.metric == ERROR_RATE else _LEAST.get(key.unit, 1.0)


def _pooled(side: Sequence[Figure]) -> tuple[float, float]:
    shares = [figure.share for figure in side if figure.share]
    return math.fsum(k for k, _ in shares), math.fsum(n for _, n in shares)


def _middle(side: Sequence[Figure]) -> float | None:
    """The value to show: the median of the runs."""
    values = sorted(figure.value for figure in side if figure.value is not None)
    if not values:
        return None
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2
