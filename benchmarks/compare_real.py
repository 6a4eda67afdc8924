"""Real loads of the bundled backend, A against A: rows of
`python -m benchmarks.compare_calibration --real 20`.

Whatever is said to have changed is a false alarm. The runs can be kept, and judged again.
"""

from __future__ import annotations

import math
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from kampyn_perf import compare, load, names
from kampyn_perf.cli import watching
from kampyn_perf.compare import Condition, Settings
from kampyn_perf.compare.judging import Paired
from kampyn_perf.measure import WatchFlags
from kampyn_perf.results import io
from kampyn_perf.results.compared import Change
from kampyn_perf.results.comparison import Comparison, Conclusion
from kampyn_perf.results.load import LoadResult

Pair = tuple[LoadResult, LoadResult]
RATE = 30
LIKE = 6
"""Other runs, from which the last row takes what is between runs."""


def made(count: int, seconds: int, keep: Path | None) -> Iterator[Pair]:
    """Pairs of runs, one after the other."""
    for number in range(1, count + 1):
        both = []
        for side in ("a", "b"):
            both.append(_load(seconds))
            if keep:
                io.write(keep / f"{number:02}-{side}" / names.RESULT_FILE, both[-1])
        yield both[0], both[1]


def kept(folder: Path) -> Iterator[Pair]:
    """Those of before."""
    for base in sorted(folder.glob("*-a")):
        a, b = (
            io.read(
                base.with_name(f"{base.name[:-1]}{side}") / names.RESULT_FILE,
                {names.LOAD_SCHEMA: LoadResult},
            )
            for side in "ab"
        )
        yield a, b


def judged(pairs: Iterator[Pair], allowed: Sequence[Condition]) -> Iterator[tuple[str, str]]:
    """What each pair comes to, and all of them."""
    settings = Settings(allowed=allowed)
    usable: list[Pair] = []
    singles: list[Comparison] = []
    for number, (a, b) in enumerate(pairs, start=1):
        single = compare.judge([a], [b], settings=settings)
        yield f"pair {number}", f"{single.headline} {'; '.join(single.reasons)}"
        if single.conclusion is not Conclusion.NOT_COMPARABLE:
            usable.append((a, b))
            singles.append(single)
    if not usable:
        yield "all", "no pair counts"
        return
    yield from _rows("one run a side", singles)
    base, new = ([pair[side] for pair in usable] for side in (0, 1))
    paired = compare.judge(base, new, settings=settings, paired=Paired())
    yield from _rows("all runs as pairs", [paired])
    yield from _rows("all runs as several a side", [compare.judge(base, new, settings=settings)])
    if len(usable) > LIKE:
        yield from _rows(
            f"one run a side, {LIKE} others to see what is between runs",
            [
                compare.judge([a], [b], settings=settings, alike=[_others(base, at)])
                for at, (a, b) in enumerate(usable)
            ],
        )
    yield from _spread(usable)


def _others(base: Sequence[LoadResult], at: int) -> list[LoadResult]:
    """The next ones, as if they had been stored before."""
    return [base[(at + step) % len(base)] for step in range(1, LIKE + 1)]


def _rows(words: str, found: Sequence[Comparison]) -> Iterator[tuple[str, str]]:
    alarms = [one for one in found if one.conclusion is Conclusion.REGRESSED]
    by = Counter(row.title for one in alarms for row in one.of(Change.REGRESSED) if row.gates)
    told = ", ".join(f"{title} ({count})" for title, count in by.most_common()) or "none"
    every = Counter(row.outcome.words for one in found for row in one.rows if row.counts)
    yield (
        words,
        f"{len(alarms)} false alarms in {len(found)} that count, by: {told}; figures: "
        + ", ".join(f"{count} {outcome}" for outcome, count in every.most_common()),
    )


def _spread(usable: Sequence[Pair]) -> Iterator[tuple[str, str]]:
    """What two runs differ by, within-run scatter included."""
    for name in ("p50", "p95", "p99"):
        logs = [[math.log(getattr(run.requests.shown, f"{name}_us")) for run in p] for p in usable]
        apart = np.abs(np.diff(np.asarray(logs), axis=1)).ravel()
        deviation = float(np.sqrt(np.mean(apart**2) / 2))
        yield (
            f"{name.upper()} from run to run",
            f"standard deviation {deviation:.1%} within pairs; {np.sum(apart > math.log(1.1))} of "
            f"{len(apart)} pairs differ by more than 10 %, the most {np.expm1(apart.max()):.1%}",
        )


def _load(seconds: int) -> LoadResult:
    """One run, as `kampyn-perf load` makes it."""
    with tempfile.TemporaryDirectory(prefix="compare-calibration-") as state:
        phases = f"[{{name: Load, duration: {seconds}, arrivalRate: {RATE}}}]"
        options = load.LoadOptions(
            profile="quick", sets=[f"profiles.quick.phases={phases}"], state=Path(state)
        )
        request = load.resolve(options)
        watch = watching.settings_of(request, WatchFlags())
        return load.run(request, watcher=watching.BesideLoad(request, watch))
