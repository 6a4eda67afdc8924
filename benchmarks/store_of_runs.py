"""How long a store of a thousand runs takes: `python -m benchmarks.store_of_runs [--runs 1000]`.

Makes the runs (as the demo's loads are, without their breakdown), and asks the real program for a
list and a trend, first without summaries (as after an update), then with them. CPU seconds of the
program, its start included; its bytecode is there already, as it is where a program is installed.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import orjson

from kampyn_perf import names

_NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"


def make(reports: Path, runs: int, seed: int = 1) -> None:
    """So many results of one history; the level of the last third is another one."""
    rng = random.Random(seed)
    for number in range(runs):
        level = 20_000 * (1.1 if number > runs * 2 / 3 else 1.0)
        p95 = round(level * rng.lognormvariate(0, 0.03))
        times = {"p50_us": p95 // 4, "p95_us": p95, "p99_us": p95 * 2}
        requests = {"count": 10_000, "failed": 0, "response": times}
        moment = f"2026-{number // 672 + 1:02}-{number // 24 % 28 + 1:02}T{number % 24:02}:00:00"
        document = {
            "schema": names.LOAD_SCHEMA,
            "status": "complete",
            "started_at": f"{moment}+00:00",
            "elapsed_us": 60_000_000,
            "machine": {"hostname": "h", "cpu": "c", "cores": 2, "git_commit": f"{number:07x}"},
            "profile": "quick",
            "target": {"name": "reference"},
            "phases": [],
            "flows": [],
            "endpoints": [{"name": f"GET /{n}", "requests": requests} for n in range(7)],
            "validity": {"valid": True},
            "requests": requests,
        }
        folder = reports / f"{moment.replace(':', '-')}-quick"
        folder.mkdir(parents=True)
        (folder / names.RESULT_FILE).write_bytes(orjson.dumps(document))


def timed(folder: Path, *arguments: str) -> str:
    """CPU and wall seconds of one command, and the first line of what it said."""
    before, began = os.times(), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "kampyn_perf", *arguments],
        cwd=folder,
        env={
            **{name: value for name, value in os.environ.items() if name != _NO_BYTECODE},
            "PYTHONPYCACHEPREFIX": str(folder.parent / "bytecode"),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    after, took = os.times(), time.perf_counter() - began
    cpu = after.children_user + after.children_system
    cpu -= before.children_user + before.children_system
    said = next(iter((done.stdout or done.stderr).splitlines()), "")
    return f"{cpu:5.2f} s of CPU, {took:5.2f} s: {said[:70]}"


def main() -> None:
    """Make, ask, tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=1_000)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as temporary:
        small, folder = Path(temporary) / "small", Path(temporary) / "large"
        make(small / "reports", 9)
        timed(small, "reports", "list")
        timed(small, "trend", "p95", "--format", "html", "-o", "t.html")
        make(folder / "reports", runs)
        last = ("--last", str(min(runs, 1_000)))
        for words, arguments in (
            ("list, the first time", ("reports", "list")),
            ("list", ("reports", "list")),
            (f"trend of {runs}", ("trend", "p95", *last)),
            ("trend of the last 200", ("trend", "p95")),
            ("the page of a trend", ("trend", "p95", *last, "--format", "html", "-o", "t.html")),
        ):
            print(f"{words:<24}{timed(folder, *arguments)}")


if __name__ == "__main__":
    main()
