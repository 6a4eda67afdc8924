"""An objective with `abort: true` ends a real load, and the verdict says so.

Tests `kampyn_perf/cli/load/aborting.py` and `kampyn_perf/slo/aborting.py`.
"""

from __future__ import annotations

from pathlib import Path

from kampyn_perf import names
from kampyn_perf.results import io
from kampyn_perf.results.load import LoadResult, RunStatus
from tests.bench.server import ok, serving
from tests.cli import program

GOALS = """
objectives:
  errors: {metric: error_rate, target: "< 1 %", abort: true, grace: 4s}
"""


def half(request: bytes) -> bytes:
    return ok() if b" /health " in request else ok(status="404 Not Found")


def test_a_failed_objective_ends_the_load(tmp_path: Path) -> None:
    path = tmp_path / "goals.yaml"
    path.write_text(GOALS)
    phase = ("--rate", "20", "--for", "40s")
    with serving(half) as server:
        urls = (f"{server}/health", f"{server}/there/is/no/such/page")
        done = program.run(tmp_path, "load", *urls, *phase, "--slo", str(path))
    assert done.code == 1, done.err
    result = io.read(
        tmp_path / "reports" / "latest" / "result.json", {names.LOAD_SCHEMA: LoadResult}
    )
    assert result.status is RunStatus.PARTIAL
    assert "the objective errors failed: " in result.reason
    assert 4_000_000 <= result.elapsed_us < 30_000_000
    assert "failed: errors" in done.out
    assert "the run is partial: ended early: the objective errors failed" in done.out
