"""How often `kampyn-perf compare` is wrong, and how often it finds what is there.

    python -m benchmarks.compare_calibration                        # ten minutes of CPU time
    python -m benchmarks.compare_calibration --real 20 --keep aa    # 20 real pairs, A against A
    python -m benchmarks.compare_calibration --again aa             # the same runs, judged again

The real ones are loads of the bundled backend (`compare_real`), on a machine that has nothing else
to do: two runs a pair, each 20 s and a start; about 18 minutes for 20 pairs.

Simulated runs have what real ones have: log-normal times, a level that drifts within the run
(neighbouring seconds hang together), pauses of the garbage collector's kind, and a level of each
run of its own. `docs/compare.md` has the figures.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.compare_real import judged, kept, made
from kampyn_perf.compare.figures import (
    PERCENTILES,
    RESPONSE_TIME,
    Durations,
    Figure,
    Figures,
    Key,
    blocks_of,
    percentiles_of,
)
from kampyn_perf.compare.judging import of_figures
from kampyn_perf.compare.settings import Condition, Settings
from kampyn_perf.results.compared import Change, Compared
from kampyn_perf.results.comparison import Design
from kampyn_perf.results.unit import Unit

GRAIN = 1.001
PARTS = ("", "endpoint one", "endpoint two", "endpoint three")
"""The whole, and three endpoints that make it."""


@dataclass(frozen=True, kw_only=True)
class System:
    """What makes runs."""

    seconds: int = 60
    rate: int = 120
    """Requests per second."""
    spread: float = 0.6
    """Of the logarithm of a time."""
    drift: float = 0.10
    """Of the level of a second, as a logarithm; it hangs together over `memory` seconds."""
    memory: float = 3.0
    pauses: float = 0.02
    """Chance that a second has a pause, which adds up to 0.2 s to a third of its requests."""
    between: float = 0.01
    """Of the level of a run, as a logarithm."""


def run(system: System, rng: np.random.Generator, *, slower: float = 0.0) -> list[np.ndarray]:
    """Times (µs) by second and request, one array for each endpoint; `slower` is a share."""
    level = rng.normal(0, system.between) + math.log1p(slower)
    keep = math.exp(-1 / system.memory)
    noise = rng.normal(0, system.drift * math.sqrt(1 - keep**2), system.seconds)
    drift = np.empty(system.seconds)
    drift[0] = rng.normal(0, system.drift)
    for second in range(1, system.seconds):
        drift[second] = keep * drift[second - 1] + noise[second]
    paused = rng.random(system.seconds) < system.pauses
    parts = []
    for median_us in (5_000, 15_000, 40_000):
        size = (system.seconds, system.rate // 3)
        times = median_us * np.exp(level + drift[:, None] + rng.normal(0, system.spread, size))
        waits = np.where(rng.random(size) < 1 / 3, rng.uniform(0, 200_000, size), 0)
        parts.append(times + paused[:, None] * waits)
    return parts


def figures(parts: list[np.ndarray], *, scatter: bool) -> Figures:
    """As those of a load's result; without `scatter` only their values, which is quicker."""
    found: Figures = {}
    blocks = None
    for scope, times in zip(PARTS, [np.concatenate(parts, axis=1), *parts], strict=True):
        key = Key(scope=scope, metric=RESPONSE_TIME, unit=Unit.DURATION)
        if scatter:
            durations = durations_of(times)
            blocks = blocks or blocks_of(durations)
            found |= percentiles_of(durations, blocks, key)
            continue
        for name, value in zip(
            PERCENTILES, np.quantile(times, list(PERCENTILES.values())), strict=True
        ):
            figure = Figure(value=float(value), samples=times.size, error=0.0)
            found[replace(key, statistic=name)] = figure
    return found


def durations_of(times: np.ndarray) -> Durations:
    """By second, in buckets as fine as a histogram's."""
    grains = np.rint(np.log(times) / math.log(GRAIN)).astype(np.int64)
    filled, places = np.unique(grains, return_inverse=True)
    counts = np.zeros((times.shape[0], filled.size), dtype=np.float32)
    rows = np.repeat(np.arange(times.shape[0]), times.shape[1])
    np.add.at(counts, (rows, places.ravel()), 1)
    third = times.shape[0] // 3
    strata = [min(second // max(third, 1), 2) for second in range(times.shape[0])]
    return Durations(counts=counts, values=GRAIN ** filled.astype(float), strata=strata)


Judged = Callable[[System, np.random.Generator, float], list[Compared]]


def single(system: System, rng: np.random.Generator, slower: float) -> list[Compared]:
    """One run on each side."""
    base, new = (figures(run(system, rng, slower=each), scatter=True) for each in (0.0, slower))
    return of_figures([base], [new], Design.SINGLE, Settings())


def several(count: int) -> Judged:
    """So many runs on each side."""

    def of_them(system: System, rng: np.random.Generator, slower: float) -> list[Compared]:
        base, new = (
            [figures(run(system, rng, slower=each), scatter=False) for _ in range(count)]
            for each in (0.0, slower)
        )
        return of_figures(base, new, Design.SEVERAL, Settings())

    return of_them


@dataclass
class Sequence:
    """What pairs came to, looked at after each."""

    rows: list[Compared]
    pairs: int


def pairs(system: System, rng: np.random.Generator, slower: float, most: int) -> Sequence:
    """Pair after pair, until P95 of the whole is decided."""
    primary = [(RESPONSE_TIME, "p95")]
    base: list[Figures] = []
    new: list[Figures] = []
    rows: list[Compared] = []
    for count in range(1, most + 1):
        base.append(figures(run(system, rng), scatter=False))
        new.append(figures(run(system, rng, slower=slower), scatter=False))
        rows = of_figures(base, new, Design.PAIRS, Settings(), primary=primary)
        if count > 1 and all(r.outcome is not Change.INCONCLUSIVE for r in rows if r.primary):
            return Sequence(rows, count)
    return Sequence(rows, most)


def outcome_of(rows: list[Compared], scope: str = "", statistic: str = "p95") -> Change:
    """Of one figure."""
    return next(r.outcome for r in rows if r.scope == scope and r.statistic == statistic)


def claims(rows: list[Compared]) -> bool:
    """Whether any figure at all is said to have regressed."""
    return any(row.outcome is Change.REGRESSED for row in rows)


def simulate(times: int, seed: int, only: str) -> Iterator[tuple[str, str]]:
    """Every line of the table: what was done, and what came of it."""
    for name, system in SYSTEMS.items():
        if only not in name:
            continue
        for words, way in (
            ("1 run a side", single),
            ("3 runs a side", several(3)),
            ("5 runs a side", several(5)),
            ("10 runs a side", several(10)),
        ):
            rng = np.random.default_rng(seed)
            false = sum(claims(way(system, rng, 0.0)) for _ in range(times))
            found = Counter(outcome_of(way(system, rng, 0.10)) for _ in range(times // 2))
            same = Counter(outcome_of(way(system, rng, 0.0)) for _ in range(times // 2))
            yield (
                f"{name}, {words}",
                f"false alarms {false / times:.1%} of {times}; +10 % of P95 found in "
                f"{found[Change.REGRESSED] / (times // 2):.0%}, passed as no change in "
                f"{found[Change.NO_CHANGE] / (times // 2):.0%}; no change shown in "
                f"{same[Change.NO_CHANGE] / (times // 2):.0%} of equal ones",
            )
        rng = np.random.default_rng(seed)
        most = 30
        equal = [pairs(system, rng, 0.0, most) for _ in range(times)]
        slower = [pairs(system, rng, 0.10, most) for _ in range(times // 2)]
        hits = [one for one in slower if outcome_of(one.rows) is Change.REGRESSED]
        missed = sum(outcome_of(one.rows) is Change.NO_CHANGE for one in slower)
        shown = sum(outcome_of(one.rows) is Change.NO_CHANGE for one in equal)
        yield (
            f"{name}, pairs until decided, {most} at most",
            f"false alarms {sum(claims(one.rows) for one in equal) / times:.1%} of {times}; "
            f"+10 % of P95 found in {len(hits) / len(slower):.0%} (pairs: median "
            f"{int(np.median([one.pairs for one in slower]))}, 90 % within "
            f"{int(np.quantile([one.pairs for one in slower], 0.9))}), passed as no change in "
            f"{missed / len(slower):.0%}; no change shown in {shown / times:.0%} of equal ones "
            f"(median {int(np.median([one.pairs for one in equal]))})",
        )


SYSTEMS = {
    "quiet (runs differ by 1 %)": System(),
    "usual (runs differ by 3 %)": System(between=0.03),
    "noisy (runs differ by 6 %)": System(between=0.06, drift=0.2, memory=6),
}


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=200, help="simulated comparisons of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="systems whose name contains this")
    parser.add_argument("--real", type=int, default=0, help="pairs of real runs, instead")
    parser.add_argument("--seconds", type=int, default=20, help="of a real run")
    parser.add_argument("--allow-busy", action="store_true", help="on a machine that is not idle")
    parser.add_argument("--keep", type=Path, help="the folder that real runs are kept in")
    parser.add_argument("--again", type=Path, help="judge the runs of such a folder again")
    arguments = parser.parse_args()
    lines = simulate(arguments.times, arguments.seed, arguments.only)
    allowed = (Condition.BUSY,) if arguments.allow_busy else ()
    if arguments.again:
        lines = judged(kept(arguments.again), allowed)
    elif arguments.real:
        lines = judged(made(arguments.real, arguments.seconds, arguments.keep), allowed)
    for what, came in lines:
        print(f"{what}: {came}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
