"""An objective with `abort: true` ends a real load, and the verdict says so."""

from __future__ import annotations

from pathlib import Path

from kampyn_perf import names
from kampyn_perf.results import io
from kampyn_perf.results.load import LoadResult, RunStatus
from tests.cli import program
from tests.cli.program import profile

GOALS = """
objectives:
  instant: {metric: response_time, statistic: p50, target: "< 1 us", abort: true, grace: 4s}
"""


def test_a_failed_objective_ends_the_load(tmp_path: Path, against: list[str]) -> None:
    path = tmp_path / "goals.yaml"
    path.write_text(GOALS)
    phase = profile("{duration: 40, arrivalRate: 20}")
    done = program.run(tmp_path, "load", *against, *phase, "--slo", str(path))
    assert done.code == 1, done.err
    result = io.read(
        tmp_path / "reports" / "latest" / "result.json", {names.LOAD_SCHEMA: LoadResult}
    )
    assert result.status is RunStatus.PARTIAL
    assert "the objective instant failed: p50 is " in result.reason
    assert 4_000_000 <= result.elapsed_us < 30_000_000
    assert "failed: instant" in done.err
    assert "the run is partial: ended early: the objective instant failed" in done.err
