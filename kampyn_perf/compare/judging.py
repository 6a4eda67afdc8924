"""Two sides to a comparison. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from kampyn_perf.compare import comparable, decide, of_bench, of_load
from kampyn_perf.compare.comparable import Result
from kampyn_perf.compare.decide import Pending
from kampyn_perf.compare.effect import Effect, Shares, Signs, Widest, between_runs, together
from kampyn_perf.compare.figures import ERROR_RATE, THROUGHPUT, Figure, Figures, Key
from kampyn_perf.compare.settings import Settings
from kampyn_perf.errors import KampynError
from kampyn_perf.results import io
from kampyn_perf.results.comparison import (
    Compared,
    Comparison,
    Conclusion,
    Design,
    RunName,
)
from kampyn_perf.results.load import LoadResult
from kampyn_perf.results.verdict import Unit


def judge(
    base: Sequence[Result],
    new: Sequence[Result],
    *,
    settings: Settings | None = None,
    margin: float | None = None,
    names: tuple[Sequence[RunName], Sequence[RunName]] | None = None,
    paired: bool = False,
    control: Sequence[Result] = (),
    primary: Sequence[tuple[str, str]] = (),
) -> Comparison:
    """What `new` differs from `base` in: one run a side, several (the run is then the unit), or,
    if `paired`, pairs that were run together, `base[i]` with `new[i]`, and `control[i]`, the base
    once more.

    Raises KampynError for what is no comparison: no run, runs of two kinds, nothing in common.
    """
    settings = settings or Settings()
    if margin is not None:
        settings = replace(settings, margin=margin)
    if not base or not new:
        raise KampynError("a comparison needs a run on each side")
    comparable.same_kind([*base, *new])
    try:
        return _judged(base, new, settings, names, paired, control, primary)
    except ValueError as error:  # what was written encoded is only read here
        raise KampynError(f"a result cannot be read: {error}", hint=io.DAMAGED) from error


def _judged(
    base: Sequence[Result],
    new: Sequence[Result],
    settings: Settings,
    names: tuple[Sequence[RunName], Sequence[RunName]] | None,
    paired: bool,
    control: Sequence[Result],
    primary: Sequence[tuple[str, str]],
) -> Comparison:
    design = _design(base, new, paired=paired)
    scatter = design is not Design.PAIRS
    sides = [[figures_of(run, scatter=scatter) for run in runs] for runs in (base, new)]
    judged = of_figures(sides[0], sides[1], design, settings, primary=primary)
    reasons = list(comparable.why_not(base, new, allowed=settings.allowed))
    beside = []
    if control:
        third = [figures_of(run, scatter=False) for run in control]
        beside = of_figures(sides[0], third, design, settings, primary=primary)
        reasons += [
            f"the control moved: {row.title} of the base against itself is {row.change_text}"
            for row in beside
            if row.primary and decide.moved(row)
        ]
    shown = names or (_named(base), _named(new))
    comparison = Comparison(
        kind="load" if isinstance(base[0], LoadResult) else "bench",
        design=design,
        margin=settings.margin,
        between_runs=settings.between_runs if design is Design.SINGLE else 0.0,
        confidence=settings.confidence,
        strict=settings.strict,
        base=list(shown[0]),
        new=list(shown[1]),
        conclusion=Conclusion.INCONCLUSIVE,
        differences=comparable.differences(base[0], new[0]),
        remarks=list(_remarks(base, new, design, settings)),
        rows=judged,
        control=beside,
    )
    return decide.concluded(comparison, reasons)


def of_figures(
    base: Sequence[Figures],
    new: Sequence[Figures],
    design: Design,
    settings: Settings,
    *,
    primary: Sequence[tuple[str, str]] = (),
) -> list[Compared]:
    """What the figures of runs come to, all decided together; `primary` are the metrics and
    statistics of the whole that the conclusion waits for, where not all of them are."""
    known = dict.fromkeys(key for figures in base for key in figures)
    common = [key for key in known if any(key in figures for figures in new)]
    pending = [
        _pending(
            key,
            [figures[key] for figures in base if key in figures],
            [figures[key] for figures in new if key in figures],
            design,
            settings,
            primary=_is_primary(key, primary),
            wanted=len(base) + len(new) if design is Design.PAIRS else 0,
        )
        for key in common
    ]
    return decide.rows(pending, settings)


def _pending(
    key: Key,
    base: Sequence[Figure],
    new: Sequence[Figure],
    design: Design,
    settings: Settings,
    *,
    primary: bool,
    wanted: int,
) -> Pending:
    missing = next(
        (
            f"{side}: {one.why}"
            for side, runs in (("base", base), ("new", new))
            for one in runs
            if one.value is None
        ),
        "",
    )
    if not missing and len(base) + len(new) < wanted:
        missing = "it is not in every run"
    relative = key.metric != ERROR_RATE and not missing and _has_ratio(key, [*base, *new])
    effect: Effect | None = None
    if not missing:
        effect = _effect(key, base, new, design, settings, relative=relative)
    return Pending(
        key=key,
        base=_middle(base),
        new=_middle(new),
        samples=(sum(one.samples for one in base), sum(one.samples for one in new)),
        runs=(len(base), len(new)),
        relative=relative,
        margin=_margin(key, settings, relative=relative),
        effect=effect,
        missing=missing,
        primary=primary,
    )


def _effect(
    key: Key,
    base: Sequence[Figure],
    new: Sequence[Figure],
    design: Design,
    settings: Settings,
    *,
    relative: bool,
) -> Effect:
    before, after = _values(base, relative=relative), _values(new, relative=relative)
    if design is Design.PAIRS:
        return Signs([b - a for a, b in zip(before, after, strict=True)])
    if key.metric == ERROR_RATE:
        pooled = Shares(base=_pooled(base), new=_pooled(new))
        return pooled if design is Design.SINGLE else Widest([pooled, between_runs(before, after)])
    scale = 1.0 if relative else max(abs(each) for each in (*before, *after))
    errors = [[one.error * scale for one in side] for side in (base, new)]
    if design is Design.SEVERAL:
        parts = [math.fsum(e**2 for e in side) / len(side) ** 2 for side in errors]
        return between_runs(before, after, floor=math.sqrt(sum(parts)))
    assumed = 0.0 if key.metric == THROUGHPUT else math.log1p(settings.between_runs) * scale
    return together(
        after[0] - before[0],
        [errors[0][0], errors[1][0]],
        [base[0].freedom, new[0].freedom],
        assumed,
    )


def _values(side: Sequence[Figure], *, relative: bool) -> list[float]:
    values = [one.value for one in side if one.value is not None]
    return [math.log(value) for value in values] if relative else values


_LEAST = {Unit.SHARE: 0.01, Unit.COUNT: 1.0}
"""Values below which a ratio says nothing: it is their difference that is looked at."""


def _has_ratio(key: Key, figures: Sequence[Figure]) -> bool:
    least = _LEAST.get(key.unit, 0.0)
    return all(one.value is not None and one.value > least for one in figures)


def _margin(key: Key, settings: Settings, *, relative: bool) -> float:
    if relative:
        return math.log1p(settings.margin)
    return settings.rate_margin if key.metric == ERROR_RATE else _LEAST.get(key.unit, 1.0)


def _pooled(side: Sequence[Figure]) -> tuple[float, float]:
    shares = [one.share for one in side if one.share]
    return math.fsum(k for k, _ in shares), math.fsum(n for _, n in shares)


def _middle(side: Sequence[Figure]) -> float | None:
    """The value to show: the median of the runs."""
    values = sorted(one.value for one in side if one.value is not None)
    if not values:
        return None
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2


def _is_primary(key: Key, wanted: Sequence[tuple[str, str]]) -> bool:
    """The whole's times, failures and throughput; of a benchmark each case's median."""
    if wanted:
        return not key.scope and (key.metric, key.statistic) in wanted
    if key.metric == of_bench.TIME:
        return key.statistic == "p50"
    return not key.scope


def figures_of(run: Result, *, scatter: bool = True) -> Figures:
    """What a run says; without `scatter` only values, which is all that pairs need."""
    if isinstance(run, LoadResult):
        return of_load.figures_of(run, scatter=scatter)
    return of_bench.figures_of(run, scatter=scatter)


def _design(base: Sequence[Result], new: Sequence[Result], *, paired: bool) -> Design:
    if paired:
        return Design.PAIRS
    return Design.SINGLE if max(len(base), len(new)) == 1 else Design.SEVERAL


def _named(runs: Sequence[Result]) -> list[RunName]:
    return [RunName(name=run.started_at, started_at=run.started_at) for run in runs]


def _remarks(
    base: Sequence[Result], new: Sequence[Result], design: Design, settings: Settings
) -> list[str]:
    remarks = []
    if design is Design.SINGLE:
        remarks.append(
            "one run on a side shows nothing of how runs differ: "
            f"{settings.between_runs * 100:.3g} % is assumed (--between-runs); several runs a "
            "side, or compare --run, measure it"
        )
    if design is Design.SEVERAL and _one_after_the_other(base, new):
        remarks.append(
            "all runs of one side were made before all of the other: what drifted meanwhile looks "
            "like a change; compare --run takes turns in random order"
        )
    if any(isinstance(run, LoadResult) and run.breakdown is None for run in (*base, *new)):
        remarks.append(
            "a result is of an earlier version, which recorded only the whole by the second: the "
            "scatter of its parts is an estimate"
        )
    return remarks


def _one_after_the_other(base: Sequence[Result], new: Sequence[Result]) -> bool:
    before = sorted(run.started_at for run in base)
    after = sorted(run.started_at for run in new)
    return before[-1] < after[0] or after[-1] < before[0]
