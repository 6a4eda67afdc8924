"""`kampyn-perf bench` as the real program, and what it left."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from kampyn_perf.results.bench import BenchResult, CaseStatus
from tests import forked

Bench = Callable[..., subprocess.CompletedProcess[str]]
CHEAP = ("--set", "passwords.memory=64KB", "--set", "passwords.iterations=1")
SMALL = ("--set", "seed.users=20", "--set", "seed.orders=300", "--set", "seed.items=120")


def bench_in(folder: Path) -> Bench:
    """The command, run in `folder`."""
    return lambda *arguments: program(folder, "bench", *map(str, arguments))


def program(folder: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Any command, run in `folder`, with more in its environment."""
    return forked.run([*words], folder, environment() | environ, timeout=100)


def environment() -> dict[str, str]:
    import kampyn_perf

    root = str(Path(kampyn_perf.__file__).parent.parent)
    return os.environ | {"PYTHONPATH": root, "NO_COLOR": "1"}


def latest(folder: Path) -> BenchResult:
    return BenchResult.model_validate_json((folder / "reports/latest/result.json").read_bytes())


def ok(done: subprocess.CompletedProcess[str], folder: Path) -> BenchResult:
    """The newest result, of a run in which every case was measured."""
    assert done.returncode == 0, done.stderr
    result = latest(folder)
    assert all(case.status is CaseStatus.OK for case in result.cases)
    return result
