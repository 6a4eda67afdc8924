"""`kampyn-perf trend` as the real program, over summaries of runs."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests import forked

RESULT = (
    '{"schema": "kampyn-perf/load", "status": "complete", "started_at": "%s",'
    ' "elapsed_us": 1000000, "machine": {"hostname": "h", "cpu": "c", "cores": 1,'
    ' "git_commit": "c%d"},'
    ' "profile": "p",'
    ' "target": {"name": "t"}, "phases": [], "flows": [], "endpoints": [],'
    ' "validity": {"valid": true}, "requests": {"count": 10, "failed": 0,'
    ' "response": {"p50_us": 1, "p95_us": %d, "p99_us": 3}}}'
)


def trend(cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    plain = {key: value for key, value in os.environ.items() if not key.startswith("KAMPYN_")}
    return forked.run(["trend", *arguments], cwd, plain, timeout=60)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for at in range(24):
        run = tmp_path / "reports" / f"run-{at:02}"
        run.mkdir(parents=True)
        moment = f"2026-01-{at + 1:02}T00:00:00+00:00"
        value = 10_000 + at % 3 * 100 + (3_000 if at >= 15 else 0)
        (run / "result.json").write_text(RESULT % (moment, at, value))
    return tmp_path


def test_a_chart_and_the_run_that_changed_it(folder: Path) -> None:
    done = trend(folder)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "p95: 24 runs, 10.0 ms to 13.2 ms"
    assert any("█" in line for line in lines)
    assert " " * 15 + "^" in lines
    assert "changed at run-15, commit c15: 10.1 ms to 13.1 ms, +29.7 % (p = 0.005)" in lines
    assert done.stderr == ""


def test_for_programs(folder: Path) -> None:
    document = json.loads(trend(folder, "error_rate", "--json").stdout)
    assert document["change_points"] == []
    assert len(document["runs"]) == 24
    assert trend(folder, "error_rate").stdout.splitlines()[-1] == "no change point"


def test_as_a_page_with_the_plot(folder: Path) -> None:
    done = trend(folder, "--format", "html", "--output", "trend.html")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    page = (folder / "trend.html").read_text()
    assert page.count("<circle ") == 24
    assert "changed at run-15, commit c15: 10.1 ms to 13.1 ms, +29.7 % (p = 0.005)" in page


def test_what_there_is_no_trend_of(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    gone = trend(folder, "p42")
    assert (gone.returncode, "there is no figure 'p42'" in gone.stderr) == (2, True)
    empty = trend(tmp_path_factory.mktemp("empty"))
    assert (empty.returncode, "there is no run" in empty.stderr) == (2, True)
