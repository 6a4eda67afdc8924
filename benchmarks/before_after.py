"""What a load costs its generator, in two checkouts: `python -m benchmarks.before_after OLD NEW`.

Loads of the documented mix against a backend of the checkout's own, in turn, the first one first
and then the other first. Of each: the CPU time that the generator spent on a request, and how many
requests/s one core would carry at that. The limit for what a change may cost is 5 %.

Each checkout is run by its own `.venv`, where it has one, or by this Python with the checkout first
on its path. A machine that has other things to do makes every request dearer: look at the spread.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

CHEAP = ("backend.passwords.memory=8KB", "backend.passwords.iterations=1")
_SHOWS_MOST = 1_500
"""Characters of what a load said that did not run."""


@dataclass(frozen=True)
class Run:
    """One load."""

    requests: int
    cpu_us: float
    """Of all generators, for one request."""

    @property
    def one_core(self) -> float:
        """Requests/s that one core carries at that cost."""
        return 1e6 / self.cpu_us


def load(checkout: Path, *, rate: int, seconds: int) -> Run:
    """The documented mix at so many sessions per second, by the program of `checkout`."""
    folder = Path(tempfile.mkdtemp(prefix="kampyn-before-after-"))
    own = checkout / ".venv" / "bin" / "python"
    python = str(own) if own.exists() else sys.executable
    environment = {key: value for key, value in os.environ.items() if not key.startswith("KAMPYN_")}
    environment["PYTHONPATH"] = str(checkout)
    phase = f"{{duration: {seconds}, arrivalRate: {rate}}}"
    sets = [f"profiles.mix={{phases: [{phase}]}}", *CHEAP]
    command = [
        *(python, "-m", "kampyn_perf", "load", "--profile", "mix", "--out", "run"),
        *(["--no-watch"] if (checkout / "kampyn_perf" / "measure" / "runner.py").exists() else []),
        *(word for one in sets for word in ("--set", one)),
    ]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    path = folder / "run" / "result.json"
    if not path.exists():
        raise SystemExit(f"{checkout}: the load did not run:\n{done.stderr[-_SHOWS_MOST:]}")
    result = json.loads(path.read_bytes())
    # Results of version 1 call it by another name.
    health = result.get("validity") or result["certificate"]
    spent_us = health["cpu_share"] * result["elapsed_us"]
    return Run(result["requests"]["count"], spent_us / max(result["requests"]["count"], 1))


def table(old: Sequence[Run], new: Sequence[Run]) -> str:
    """Both, and the ratio of each pair."""
    lines = ["| | CPU per request | requests/s of one core | from | to |", "|---|---|---|---|---|"]
    for name, runs in (("before", old), ("after", new)):
        cores = [run.one_core for run in runs]
        cpu = statistics.median(run.cpu_us for run in runs)
        lines.append(
            f"| {name} | {cpu:.1f} \u00b5s | {statistics.median(cores):,.0f} "
            f"| {min(cores):,.0f} | {max(cores):,.0f} |"
        )
    ratios = [after.cpu_us / before.cpu_us for before, after in zip(old, new, strict=True)]
    each = ", ".join(f"{ratio:.3f}" for ratio in ratios)
    return "\n".join(
        [*lines, f"\nCPU after / before: median {statistics.median(ratios):.3f} (pairs: {each})"]
    )


def main() -> None:
    """All pairs, and the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("old", type=Path, help="a checkout")
    parser.add_argument("new", type=Path, help="another")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--rate", type=int, default=100, help="sessions/s; 2.4 requests each")
    asked = parser.parse_args()
    runs: dict[Path, list[Run]] = {asked.old: [], asked.new: []}
    if len(runs) < 2:
        raise SystemExit("two different checkouts are compared")
    for pair in range(asked.pairs):
        order = list(runs) if pair % 2 == 0 else list(runs)[::-1]
        for checkout in order:
            run = load(checkout.resolve(), rate=asked.rate, seconds=asked.seconds)
            runs[checkout].append(run)
            print(f"{checkout}: {run.cpu_us:.1f} \u00b5s", file=sys.stderr, flush=True)
    print(table(runs[asked.old], runs[asked.new]))


if __name__ == "__main__":
    main()
