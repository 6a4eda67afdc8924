"""What the watchers beside a load cost: `python -m benchmarks.watchers [--pairs N] [--seconds N]`.

Loads of the bundled backend with and without watching, in turn. Of those with it: the CPU time of
each watcher, as it measures itself, as a share of one core (the limit is 1 % for all together). Of
both: the CPU time of the whole run, backend and generator included, in which the probe's and the
scrapes' requests show; and the response times, which must not differ.

A machine that has other things to do makes the second comparison noisy, and the first dearer.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from kampyn_perf import names
from kampyn_perf.results import io
from kampyn_perf.results.load import LoadResult
from tests.cli import program


@dataclass(frozen=True)
class Run:
    """One load."""

    result: LoadResult
    cpu_s: float
    """Of everything that it started."""


def load(seconds: int, rate: int, *, watched: bool) -> Run:
    folder = Path(tempfile.mkdtemp(prefix="kampyn-watchers-"))
    phase = f"{{duration: {seconds}, arrivalRate: {rate}}}"
    more = () if watched else ("--no-watch",)
    before = cpu_of_children()
    arguments = ("load", "--out", "run", *program.profile(phase), *more)
    # A child of this process, whose CPU time the system adds to that of our children.
    command = [sys.executable, "-m", "kampyn_perf", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1, 4):
        raise SystemExit(done.stderr)
    result = io.read(folder / "run" / names.RESULT_FILE, {names.LOAD_SCHEMA: LoadResult})
    return Run(result, cpu_of_children() - before)


def cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def show_watchers(runs: list[Run]) -> None:
    facts = [run.result.watching for run in runs if run.result.watching]
    for index, watcher in enumerate(facts[0].watchers):
        shares = [
            one.watchers[index].cpu_us / run.result.elapsed_us
            for one, run in zip(facts, runs, strict=True)
        ]
        print(
            f"  {watcher.name:<34} every {watcher.interval_us / 1e6:g} s"
            f"  {100 * statistics.median(shares):.3f} %"
        )
    total = statistics.median(one.cpu_share for one in facts)
    print(f"  {'all, waiting and saving included':<34}          {100 * total:.3f} % of a core")


def show_run(name: str, runs: list[Run]) -> None:
    cpu = statistics.median(run.cpu_s for run in runs)
    p50, p95 = (
        statistics.median(getattr(run.result.requests.response, key) for run in runs)
        for key in ("p50_us", "p95_us")
    )
    print(
        f"  {name:<10} {cpu:6.2f} s of CPU in all, P50 {p50 / 1e3:.2f} ms, P95 {p95 / 1e3:.2f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--rate", type=int, default=50)
    asked = parser.parse_args()
    watched: list[Run] = []
    alone: list[Run] = []
    for pair in range(asked.pairs):
        # First one, then the other first: what the machine does meanwhile meets both alike.
        for is_watched in (pair % 2 == 0, pair % 2 == 1):
            run = load(asked.seconds, asked.rate, watched=is_watched)
            (watched if is_watched else alone).append(run)
    print(f"{asked.pairs} pairs of {asked.seconds} s at {asked.rate} sessions/s")
    show_watchers(watched)
    show_run("watched", watched)
    show_run("alone", alone)


if __name__ == "__main__":
    main()
