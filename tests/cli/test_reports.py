"""`kampyn-perf reports` as the real program, and tags that a run is given at its start."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from kampyn_perf.results import io
from tests import forked
from tests.report.comparison.test_formats import comparison
from tests.slo.evidence.test_capacity import around
from tests.slo.evidence.test_capacity import result as search
from tests.slo.runs import Run, steady


def reports(cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    plain = {key: value for key, value in os.environ.items() if not key.startswith("KAMPYN_")}
    return forked.run(list(arguments), cwd, plain, timeout=60)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for seed in (1, 2, 3):
        phases = [("p", steady(seconds=5, rate=20, seed=seed))]
        moment = {"started_at": f"2026-11-23T20:0{seed}:00+00:00"}
        io.write(
            tmp_path / "reports" / f"run-{seed}" / "result.json",
            Run(phases=phases).result().model_copy(update=moment),
        )
    return tmp_path


def test_the_newest_first_with_tags(folder: Path) -> None:
    done = reports(folder, "reports", "tag", "run-2", "main", "--note", "after index X")
    assert done.returncode == 0, done.stderr
    assert done.stderr == "run-2: main (after index X)\n"
    done = reports(folder, "reports", "list")
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == [
        "Run",
        "run-3",
        "run-2",
        "run-1",
    ]
    assert "main (after index X)" in done.stdout
    document = json.loads(reports(folder, "reports", "list", "--with", "main", "--json").stdout)
    assert [one["name"] for one in document] == ["run-2"]
    assert document[0]["metrics"]["p95"] > 0
    assert reports(folder, "reports", "list", "--last", "1").stdout.endswith(
        "2 older ones (--last 0)\n"
    )


def test_a_tag_is_a_run_for_every_command(folder: Path) -> None:
    reports(folder, "reports", "tag", "run-2", "main")
    assert "run-2: load of" in reports(folder, "check", "main").stdout
    assert reports(folder, "reports", "show", "main").stdout.startswith("run-2: load of 2026")
    shown = reports(folder, "reports", "show", "main", "--json")
    assert json.loads(shown.stdout)["tags"] == ["main"]


def test_tags_are_taken_away_by_name(folder: Path) -> None:
    reports(folder, "reports", "tag", "run-2", "main", "old")
    assert reports(folder, "reports", "tag", "main", "old", "--remove").stderr == "run-2: main\n"
    again = reports(folder, "reports", "tag", "main", "old", "--remove")
    assert again.returncode == 2
    assert "run-2 has no tag old" in again.stderr
    assert reports(folder, "reports", "tag", "main", "--remove").stderr == "run-2: no tag\n"
    nothing = reports(folder, "reports", "tag", "run-2")
    assert (nothing.returncode, "nothing to do" in nothing.stderr) == (2, True)


def test_old_runs_go_only_when_it_is_confirmed(folder: Path) -> None:
    reports(folder, "reports", "tag", "run-1", "main")
    dry = reports(folder, "reports", "prune", "--keep", "1", "--dry-run")
    assert dry.returncode == 0
    assert dry.stdout.startswith("run-2\n1 of 3 runs, ")
    assert (folder / "reports" / "run-2").exists()
    unasked = reports(folder, "reports", "prune", "--keep", "1")
    assert unasked.returncode == 2
    assert (folder / "reports" / "run-2").exists()
    done = reports(folder, "reports", "prune", "--keep", "1", "--yes")
    assert done.returncode == 0
    assert sorted(path.name for path in (folder / "reports").iterdir()) == ["run-1", "run-3"]
    assert "say what may go" in reports(folder, "reports", "prune").stderr
    assert "--older-than" in reports(folder, "reports", "prune", "--older-than", "long").stderr


def test_searches_and_comparisons_are_runs_too(folder: Path) -> None:
    io.write(folder / "reports" / "search" / "result.json", search(*around(500)))
    io.write(folder / "reports" / "pairs" / "comparison.json", comparison())
    listed = reports(folder, "reports", "list").stdout
    assert "capacity of reference" in listed
    assert "1 pair: regressed" in listed
    only = reports(folder, "reports", "list", "--kind", "capacity", "--json")
    (one,) = json.loads(only.stdout)
    assert (one["name"], one["status"], one["valid"]) == ("search", "complete", True)
    assert 450 < one["metrics"]["capacity"] < 550
    assert "pairs: compare of 2026" in reports(folder, "reports", "show", "pairs").stdout
    # A history of capacities is one more trend.
    assert reports(folder, "trend", "capacity").stdout.startswith("capacity: 1 run, ")


def test_an_empty_store(tmp_path: Path) -> None:
    assert "There are no runs in reports" in reports(tmp_path, "reports", "list").stderr
    assert reports(tmp_path, "reports", "list", "--json").stdout.strip() == "[]"
    gone = reports(tmp_path, "reports", "show", "main")
    assert (gone.returncode, "there is no run 'main'" in gone.stderr) == (2, True)


def test_a_bad_tag_is_refused_before_anything_runs(tmp_path: Path) -> None:
    done = reports(tmp_path, "load", "127.0.0.1:1", "--tag", "latest")
    assert done.returncode == 2
    assert "'latest' cannot be a tag" in done.stderr


def test_a_benchmark_is_tagged_as_it_ends(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(
        "from kampyn_perf import bench\n\n@bench.case\ndef nothing():\n    pass\n"
    )
    done = reports(tmp_path, "bench", "own.py", "-n", "20", "--tag", "main", "--note", "first")
    assert done.returncode == 0, done.stderr
    (run,) = json.loads(reports(tmp_path, "reports", "list", "--json").stdout)
    assert (run["tags"], run["note"], run["kind"]) == (["main"], "first", "bench")
    assert "own.nothing p95" in run["metrics"]
