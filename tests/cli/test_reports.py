"""`kampyn-perf reports`, and tags that a run is given at its start."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kampyn_perf.results import io
from tests.cli import program
from tests.report.comparison.test_formats import comparison
from tests.slo.evidence.test_capacity import around
from tests.slo.evidence.test_capacity import result as search
from tests.slo.runs import Run, steady


def reports(cwd: Path, *arguments: str) -> program.Done:
    return program.here(cwd, *arguments)


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
    done = program.run(folder, "reports", "tag", "run-2", "main", "--note", "after index X")
    assert done.code == 0, done.err
    assert done.err == "run-2: main (after index X)\n"
    done = program.run(folder, "reports", "list")
    assert done.code == 0
    assert [line.split()[0] for line in done.out.splitlines()] == [
        "Run",
        "run-3",
        "run-2",
        "run-1",
    ]
    assert "main (after index X)" in done.out
    document = json.loads(reports(folder, "reports", "list", "--with", "main", "--json").out)
    assert [one["name"] for one in document] == ["run-2"]
    assert document[0]["metrics"]["p95"] > 0
    assert reports(folder, "reports", "list", "--last", "1").out.endswith(
        "2 older ones (--last 0)\n"
    )


def test_a_tag_is_a_run_for_every_command(folder: Path) -> None:
    reports(folder, "reports", "tag", "run-2", "main")
    assert "run-2: load of" in reports(folder, "check", "main").out
    assert reports(folder, "reports", "show", "main").out.startswith("run-2: load of 2026")
    shown = reports(folder, "reports", "show", "main", "--json")
    assert json.loads(shown.out)["tags"] == ["main"]


def test_tags_are_taken_away_by_name(folder: Path) -> None:
    reports(folder, "reports", "tag", "run-2", "main", "old")
    assert reports(folder, "reports", "tag", "main", "old", "--remove").err == "run-2: main\n"
    again = reports(folder, "reports", "tag", "main", "old", "--remove")
    assert again.code == 2
    assert "run-2 has no tag old" in again.err
    assert reports(folder, "reports", "tag", "main", "--remove").err == "run-2: no tag\n"
    nothing = reports(folder, "reports", "tag", "run-2")
    assert (nothing.code, "nothing to do" in nothing.err) == (2, True)


def test_old_runs_go_only_when_it_is_confirmed(folder: Path) -> None:
    reports(folder, "reports", "tag", "run-1", "main")
    dry = reports(folder, "reports", "prune", "--keep", "1", "--dry-run")
    assert dry.code == 0
    assert dry.out.startswith("run-2\n1 of 3 runs, ")
    assert (folder / "reports" / "run-2").exists()
    unasked = program.run(folder, "reports", "prune", "--keep", "1")
    assert unasked.code == 2
    assert (folder / "reports" / "run-2").exists()
    done = reports(folder, "reports", "prune", "--keep", "1", "--yes")
    assert done.code == 0
    assert sorted(path.name for path in (folder / "reports").iterdir()) == ["run-1", "run-3"]
    assert "say what may go" in reports(folder, "reports", "prune").err
    assert "--older-than" in reports(folder, "reports", "prune", "--older-than", "long").err


def test_searches_and_comparisons_are_runs_too(folder: Path) -> None:
    io.write(folder / "reports" / "search" / "result.json", search(*around(500)))
    io.write(folder / "reports" / "pairs" / "comparison.json", comparison())
    listed = reports(folder, "reports", "list").out
    assert "capacity of reference" in listed
    assert "1 pair: regressed" in listed
    only = reports(folder, "reports", "list", "--kind", "capacity", "--json")
    (one,) = json.loads(only.out)
    assert (one["name"], one["status"], one["valid"]) == ("search", "complete", True)
    assert 450 < one["metrics"]["capacity"] < 550
    assert "pairs: compare of 2026" in reports(folder, "reports", "show", "pairs").out
    # A history of capacities is one more trend.
    assert reports(folder, "trend", "capacity").out.startswith("capacity: 1 run, ")


def test_an_empty_store(tmp_path: Path) -> None:
    assert "There are no runs in reports" in reports(tmp_path, "reports", "list").err
    assert reports(tmp_path, "reports", "list", "--json").out.strip() == "[]"
    gone = reports(tmp_path, "reports", "show", "main")
    assert (gone.code, "there is no run 'main'" in gone.err) == (2, True)


def test_a_bad_tag_is_refused_before_anything_runs(tmp_path: Path) -> None:
    done = reports(tmp_path, "load", "127.0.0.1:1", "--tag", "latest")
    assert done.code == 2
    assert "'latest' cannot be a tag" in done.err


def test_a_benchmark_is_tagged_as_it_ends(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(
        "from kampyn_perf import bench\n\n@bench.case\ndef nothing():\n    pass\n"
    )
    done = program.run(tmp_path, "bench", "own.py", "-n", "20", "--tag", "main", "--note", "first")
    assert done.code == 0, done.err
    (run,) = json.loads(reports(tmp_path, "reports", "list", "--json").out)
    assert (run["tags"], run["note"], run["kind"]) == (["main"], "first", "bench")
    assert "own.nothing p95" in run["metrics"]
