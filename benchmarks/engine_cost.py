"""What a request costs the engine, this state against the last commit's: for CI, two minutes.

    python -m benchmarks.engine_cost [--base COMMIT] [--pairs 12]

Both run the documented mix at the same time, at the same rate, each against a server of its own, on
the same core: what disturbs one disturbs the other. Compared is the CPU time (user and system) of
the whole program for a request, not a duration; of both as users have them, compiled, or of both
without where one of them cannot be. Of the pairs' ratios the median counts, with the interval that
holds it in 90 % of cases at least: of twelve pairs it leaves out the two lowest and the two
highest, of the five for which a slow machine has time none.

    all of it above 1.10     exit code 1: a request costs over a tenth more
    none of it above         exit code 0
    else                     "undecided", exit code 0: this machine cannot tell

Without a commit to compare with (a shallow clone), where nothing that runs was changed, or where
the older state does not run with what is installed here, it says so, and passes.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from benchmarks.checkouts import ROOT, NoCommitError, before, checkout, compile_in, git
from kampyn_perf import compiled
from kampyn_perf.errors import KampynError
from kampyn_perf.load import benchmark
from kampyn_perf.load.benchmark import Attempt, Program, Task, Work
from kampyn_perf.stats.ranks import quantile_interval

LIMIT = 1.10
_RUNS = ("kampyn_perf", "scenarios", "configs", "pyproject.toml")
"""What a request could cost more by."""
_CONFIDENCE = 0.9
"""At least; five pairs have it."""
_ALIKE = 0.9
"""Rates that differ more are two different loads: a request is cheaper in company."""


def pair(programs: Sequence[Program], *, rate: float, seconds: float) -> list[Attempt]:
    """Both at once. Raises KampynError."""
    cores = benchmark.choose_cores()

    def run(program: Program) -> Attempt:
        with benchmark.running_server(cores) as server:
            task = Task(work=Work.MIX, url=server.url, rate=rate, seconds=seconds, folder=Path())
            return benchmark.measure(program, task, server, cores=cores)

    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(len(programs)))
        return list(pool.map(run, programs))


def verdict(ratios: Sequence[float], limit: float = LIMIT) -> tuple[str, int]:
    """In words, and the exit code."""
    middle = median(ratios)
    interval = quantile_interval(sorted(ratios), 0.5, _CONFIDENCE)
    low, high = interval.low, interval.high
    if low is None or high is None:
        return f"undecided: {len(ratios)} pairs are too few", 0
    words = f"{middle:.3f} times the CPU for a request ({low:.3f} to {high:.3f})"
    if low > limit:
        return f"slower: {words}; the limit is {limit:.2f}", 1
    if high <= limit:
        return f"within the limit of {limit:.2f}: {words}", 0
    return f"undecided: {words}; pairs differ too much here to tell it from {limit:.2f}", 0


def changed(base: str) -> bool:
    """Whether something that runs differs from `base`."""
    return bool(git("diff", "--name-only", base, "--", *_RUNS))


def measure(base: str, asked: argparse.Namespace, held: Path) -> tuple[str, int]:
    """Against `base`, whose files go below `held`. Raises NoCommitError, KampynError."""
    older = checkout(base, held=held, install=False)
    pure = bool(compiled.why_not()) or not compile_in(older)
    print(f"both {'without what is compiled' if pure else 'compiled'}", flush=True)
    programs = [
        benchmark.ours("before", python=older.python, checkout=older.folder, pure=pure),
        benchmark.ours("now", checkout=ROOT, pure=pure),
    ]
    ratios: list[float] = []
    end = time.monotonic() + asked.budget
    for number in itertools.count():
        if len(ratios) == asked.pairs or time.monotonic() > end:
            break
        order = programs if number % 2 else programs[::-1]
        by_name = {one.program: one for one in pair(order, rate=asked.rate, seconds=asked.seconds)}
        old, new = by_name["before"], by_name["now"]
        told = f"before {old.cpu_us:.1f}, now {new.cpu_us:.1f} us a request"
        if min(old.reached, new.reached) < _ALIKE * max(old.reached, new.reached):
            words = f"left out: at {old.reached:,.0f} and {new.reached:,.0f} requests/s"
            print(f"pair {number + 1}: {told}; {words}", flush=True)
            continue
        ratios.append(new.cpu_us / old.cpu_us)
        print(f"pair {number + 1}: {told}, ratio {ratios[-1]:.3f}", flush=True)
    return verdict(ratios) if ratios else ("undecided: no pair was of two loads alike", 0)


def main() -> int:
    """Compare, say, and give the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.engine_cost",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--base", default="", help="a commit; default: main's, or the one before")
    parser.add_argument("--pairs", type=int, default=12)
    parser.add_argument(
        "--budget", type=float, default=120.0, help="seconds after which no pair begins"
    )
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rate", type=float, default=1_800.0, help="requests/s of each")
    asked = parser.parse_args()
    try:
        base = asked.base or before()
        if not changed(base):
            print(f"engine cost: nothing that runs differs from {base[:12]}")
            return 0
        with tempfile.TemporaryDirectory(prefix="kampyn-engine-cost-") as held:
            words, code = measure(base, asked, Path(held))
    except NoCommitError as error:
        print(f"engine cost: not compared, there is no commit to compare with: {error}")
        return 0
    except KampynError as error:
        print(f"engine cost: not compared: {error.message}")
        return 0
    print(f"engine cost: against {base[:12]}, {words}")
    return code


if __name__ == "__main__":
    sys.exit(main())
