"""`kampyn-perf compare`, over runs in files; once as the real program.

Tests `kampyn_perf/cli/naming.py` too.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from kampyn_perf.results import io, tags
from kampyn_perf.results.bench import BenchResult
from kampyn_perf.results.load import RunStatus
from kampyn_perf.results.tags import Tags
from tests.bench.conftest import MACHINE, options
from tests.cli import program
from tests.slo.runs import Run, steady


def run(cwd: Path, *arguments: str, **environ: str) -> program.Done:
    return program.here(cwd, "compare", *arguments, env=environ)


def put(folder: Path, name: str, median_us: int, *, seed: int, tag: str = "", **more: Any) -> None:
    phases = [("p", steady(seconds=30, rate=20, median_us=median_us, seed=seed))]
    result = Run(phases=phases, **more).result()
    moment = f"2026-11-23T20:{seed:02}:00+00:00"
    io.write(
        folder / "reports" / name / "result.json",
        result.model_copy(update={"started_at": moment}),
    )
    if tag:
        tags.write(folder / "reports" / name, Tags((tag,)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three runs of one system, and a slow one."""
    made = tmp_path_factory.mktemp("runs")
    for seed in (1, 2, 3):
        put(made, f"main-{seed}", 20_000, seed=seed, tag="main")
    put(made, "slow", 40_000, seed=4)
    benchmark = BenchResult(
        status=RunStatus.COMPLETE,
        started_at="2026-01-01T00:00:00+00:00",
        elapsed_us=1,
        machine=MACHINE,
        options=options(),
        planned_cases=0,
        cases=[],
    )
    io.write(made / "reports" / "bench" / "result.json", benchmark)
    return made


def test_a_regression_by_tag(folder: Path) -> None:
    done = program.run(folder, "compare", "main", "slow")
    assert done.code == 1, done.err
    assert done.err == ""
    assert done.out.startswith("REGRESSED on ")
    assert "base: main-" in done.out
    assert "\nnew:  slow\n" in done.out
    assert "✗  response time P95" in done.out


def test_the_newest_of_its_kind_is_compared_where_none_is_named(folder: Path) -> None:
    reports = folder / "reports"
    (reports / "latest").symlink_to("bench")
    (reports / "latest-load").symlink_to("slow")
    done = run(folder, "main", "--json")
    assert done.code == 1, done.err
    assert [one["name"] for one in json.loads(done.out)["new"]] == ["slow"]


def test_several_runs_by_tag_and_by_name(folder: Path) -> None:
    done = run(folder, "main@2", "slow", "--base", "reports/main-1/result.json", "--json")
    assert done.code == 1, done.err
    document = json.loads(done.out)
    assert document["design"] == "several"
    assert {one["name"] for one in document["base"]} == {"main-1", "main-2", "main-3"}
    assert document["base"][0]["tags"] == ["main"]
    by_commas = run(folder, "main-1,main-2,main-3", "slow", "--json")
    assert json.loads(by_commas.out)["rows"] == document["rows"]


def test_documents_for_ci(folder: Path) -> None:
    done = run(folder, "main", "slow", "--format", "junit", "--output", "junit.xml")
    assert done.code == 1
    suite = ElementTree.parse(folder / "junit.xml")
    assert list(suite.iter("failure"))
    assert done.err.startswith("REGRESSED")
    assert run(folder, "main", "slow", "--format", "github").out.startswith("::error title=")
    assert run(folder, "main", "slow", "--format", "markdown").out.startswith("## ❌")


def test_what_is_not_decided_is_strict_in_ci(folder: Path) -> None:
    lenient = run(folder, "main-1", "main-2", "--lenient", CI="true")
    assert "INCONCLUSIVE" in lenient.out
    assert run(folder, "main-1", "main-2", "--strict").code == 4
    assert run(folder, "main-1", "main-2", CI="true").code == 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "there is nothing to compare with"),
        (("nowhere", "slow"), "there is no run 'nowhere': no folder, no result, no tag (the tags"),
        (("gone/run", "slow"), "there is no result at gone/run/result.json"),
        (("main@many", "slow"), "behind @ stands how many runs of the tag"),
        (("bench", "slow"), "a load and a benchmark cannot be compared"),
        (("main", "slow", "--margin", "0"), "a margin is above 0"),
        (("main", "slow", "--margin", "five"), "--margin 'five' is no percentage below 100 %"),
        (("broken", "slow"), "is not JSON"),
        (("newer", "slow"), "is of version 99"),
    ],
)
def test_what_is_no_comparison(folder: Path, arguments: tuple[str, ...], words: str) -> None:
    for name, text in (
        ("broken", "{"),
        ("newer", '{"schema": "kampyn-perf/load", "version": 99}'),
    ):
        (folder / "reports" / name).mkdir(exist_ok=True)
        (folder / "reports" / name / "result.json").write_text(text)
    done = run(folder, *arguments)
    assert done.code == 2
    assert words in done.err.replace("\n", " ")
    assert "Traceback" not in done.err


def test_another_seed_has_to_be_allowed(folder: Path) -> None:
    path = folder / "reports" / "slow" / "result.json"
    other = json.loads(path.read_text()) | {"seed": 7}
    (folder / "reports" / "seed").mkdir(exist_ok=True)
    (folder / "reports" / "seed" / "result.json").write_text(json.dumps(other))
    done = run(folder, "main", "seed")
    assert done.code == 4
    assert "another seed: 1 and 7" in done.out
    assert run(folder, "main", "seed", "--allow", "seed").code == 1
