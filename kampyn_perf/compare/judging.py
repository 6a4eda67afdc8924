"""Two sides to a comparison. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kampyn_perf.compare import comparable, conclude, decide, of_bench, of_load
from kampyn_perf.compare.comparable import Result
from kampyn_perf.compare.figures import TIME, Figures, Key
from kampyn_perf.compare.settings import Settings
from kampyn_perf.compare.spread import Spread
from kampyn_perf.compare.weighing import weigh
from kampyn_perf.errors import KampynError
from kampyn_perf.results import io
from kampyn_perf.results.compared import Compared
from kampyn_perf.results.comparison import Comparison, Conclusion, Design, RunName
from kampyn_perf.results.load import LoadResult
from kampyn_perf.units import counted, format_percent


@dataclass(frozen=True, kw_only=True)
class Paired:
    """Runs of both sides that were made one beside the other, in pairs."""

    control: Sequence[Result] = ()
    """The base once more, in each pair."""
    primary: Sequence[tuple[str, str]] = ()
    """Metrics and statistics of the whole that the conclusion waits for; none: all."""
    figures: Sequence[Sequence[Figures]] = ()
    """Of the base, the other side and the control, where they are known: `figures_of` each run,
    without scatter."""


def judge(
    base: Sequence[Result],
    new: Sequence[Result],
    *,
    settings: Settings | None = None,
    margin: float | None = None,
    names: tuple[Sequence[RunName], Sequence[RunName]] | None = None,
    paired: Paired | None = None,
    alike: Sequence[Sequence[Result]] = (),
) -> Comparison:
    """What `new` differs from `base` in: one run a side, several (the run is then the unit), or,
    if `paired`, pairs that were run together, `base[i]` with `new[i]`. `alike` are other runs, in
    groups of one configuration each: with one run a side they say how much runs differ.

    Raises KampynError for what is no comparison: no run, runs of two kinds, nothing in common.
    """
    settings = settings or Settings()
    if margin is not None:
        settings = replace(settings, margin=margin)
    if not base or not new:
        raise KampynError("a comparison needs a run on each side")
    comparable.same_kind([*base, *new])
    try:
        return _judged(base, new, settings, names, paired, alike)
    except ValueError as error:  # what was written encoded is only read here
        raise KampynError(f"a result cannot be read: {error}", hint=io.DAMAGED) from error


def _judged(
    base: Sequence[Result],
    new: Sequence[Result],
    settings: Settings,
    names: tuple[Sequence[RunName], Sequence[RunName]] | None,
    paired: Paired | None,
    alike: Sequence[Sequence[Result]],
) -> Comparison:
    design = _design(base, new, paired=paired is not None)
    control, primary = (paired.control, paired.primary) if paired else ((), ())
    scatter = design is not Design.PAIRS
    sides = (
        paired.figures
        if paired and paired.figures
        else [[figures_of(run, scatter=scatter) for run in runs] for runs in (base, new, control)]
    )
    spread = Spread()
    if design is Design.SINGLE and settings.between_runs is None:
        spread = spread_of(alike)
    judged = of_figures(sides[0], sides[1], design, settings, primary=primary, spread=spread)
    reasons = list(comparable.why_not(base, new, allowed=settings.allowed))
    beside = []
    if control:
        beside = of_figures(sides[0], sides[2], design, settings, primary=primary)
        reasons += [
            f"the control moved: {row.title} of the base against itself is {row.change_text}"
            for row in beside
            if row.primary and conclude.moved(row)
        ]
    shown = names or (_named(base), _named(new))
    comparison = Comparison(
        kind="load" if isinstance(base[0], LoadResult) else "bench",
        design=design,
        margin=settings.margin,
        rate_margin=settings.rate_margin,
        between_runs=settings.assumed if design is Design.SINGLE and not spread.runs else 0.0,
        runs_before=spread.runs,
        confidence=settings.confidence,
        strict=settings.strict,
        base=list(shown[0]),
        new=list(shown[1]),
        conclusion=Conclusion.INCONCLUSIVE,
        differences=comparable.differences(base[0], new[0]),
        remarks=list(_remarks(base, new, design, settings, spread)),
        rows=judged,
        control=beside,
    )
    return conclude.concluded(comparison, reasons)


def of_figures(
    base: Sequence[Figures],
    new: Sequence[Figures],
    design: Design,
    settings: Settings,
    *,
    primary: Sequence[tuple[str, str]] = (),
    spread: Spread | None = None,
) -> list[Compared]:
    """What the figures of runs come to, all decided together; `primary` are the metrics and
    statistics of the whole that the conclusion waits for, where not all of them are; `spread` is
    how other runs of the same configuration differed."""
    known = dict.fromkeys(key for figures in base for key in figures)
    common = [
        key
        for key in known
        if any(key in figures for figures in new) and not _is_the_whole(key, [*base, *new])
    ]
    pending = [
        weigh(
            key,
            [figures[key] for figures in base if key in figures],
            [figures[key] for figures in new if key in figures],
            design,
            settings,
            spread or Spread(),
            primary=_is_primary(key, primary),
            wanted=len(base) + len(new) if design is Design.PAIRS else 0,
        )
        for key in common
    ]
    return decide.rows(pending, settings)


def _is_the_whole(key: Key, runs: Sequence[Figures]) -> bool:
    """Whether a part is all there is, as the only flow or phase: it says nothing of its own."""
    whole = replace(key, scope="")
    if not key.scope:
        return False
    return all(
        key in figures and whole in figures and figures[key].value == figures[whole].value
        and figures[key].samples == figures[whole].samples
        for figures in runs
    )  # fmt: skip


def _is_primary(key: Key, wanted: Sequence[tuple[str, str]]) -> bool:
    """The whole's times, failures and throughput; of a benchmark each case's median."""
    if wanted:
        return not key.scope and (key.metric, key.statistic) in wanted
    if key.metric == TIME:
        return key.statistic == "p50"
    return not key.scope


def figures_of(run: Result, *, scatter: bool = True) -> Figures:
    """What a run says; without `scatter` only values, which is all that pairs need."""
    if isinstance(run, LoadResult):
        return of_load.figures_of(run, scatter=scatter)
    return of_bench.figures_of(run, scatter=scatter)


def spread_of(alike: Sequence[Sequence[Result]]) -> Spread:
    """How runs differ, from groups of one configuration each."""
    return Spread([[figures_of(run, scatter=False) for run in runs] for runs in alike])


def _design(base: Sequence[Result], new: Sequence[Result], *, paired: bool) -> Design:
    if paired:
        return Design.PAIRS
    return Design.SINGLE if max(len(base), len(new)) == 1 else Design.SEVERAL


def _named(runs: Sequence[Result]) -> list[RunName]:
    return [RunName(name=run.started_at, started_at=run.started_at) for run in runs]


def _remarks(
    base: Sequence[Result],
    new: Sequence[Result],
    design: Design,
    settings: Settings,
    spread: Spread,
) -> list[str]:
    remarks = []
    if design is Design.SINGLE and spread.runs:
        remarks.append(
            f"how runs differ is taken from {counted(spread.runs, 'other run')} of the same "
            "configuration"
        )
    elif design is Design.SINGLE:
        remarks.append(
            "one run on a side shows nothing of how runs differ: "
            f"{format_percent(settings.assumed)} is assumed (--between-runs); several runs a "
            f"side, compare --run, or {Spread.FEWEST} stored runs of one side's configuration "
            "measure it"
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
