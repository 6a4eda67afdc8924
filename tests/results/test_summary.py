"""The head of a run: taken from its result, kept, and made anew where the result is another."""

from __future__ import annotations

import json
from pathlib import Path

import orjson
import pytest

from kampyn_perf.results import io, summary
from kampyn_perf.results.load import LoadResult, RunStatus
from tests.slo.runs import ENDPOINTS, Run, machine, steady


def put(folder: Path, **more: object) -> LoadResult:
    run = Run(
        phases=[("p", steady(seconds=10, rate=20))],
        errors={"503": 10},
        measurements=[machine("cpu", [0.2, 0.4], weights=[1, 3])],
    )
    result = run.result().model_copy(update=more)
    io.write(folder / "result.json", result)
    return result


def test_its_figures_are_those_of_the_result(tmp_path: Path) -> None:
    result = put(tmp_path)
    found = summary.read(tmp_path)
    assert (found.kind, found.status, found.valid) == ("load", "complete", True)
    assert found.label == "test on reference"
    successful = result.requests.successful_response
    assert successful is not None
    assert found.metrics["p95"] == successful.p95_us
    assert found.metrics["error_rate"] == pytest.approx(10 / 200)
    assert found.metrics["throughput"] == pytest.approx(result.requests_per_second)
    assert f"{ENDPOINTS[0]} p99" in found.metrics
    assert found.metrics["machine cpu"] == pytest.approx(0.35)


def test_it_is_kept_and_made_anew_where_the_result_changed(tmp_path: Path) -> None:
    put(tmp_path)
    first = summary.read(tmp_path)
    kept = tmp_path / "summary.json"
    document = json.loads(kept.read_text())
    document["summary"]["metrics"]["p95"] = 1.0
    kept.write_text(json.dumps(document))
    assert summary.read(tmp_path).metrics["p95"] == 1.0  # read, not computed
    put(tmp_path, profile="other")
    assert summary.read(tmp_path).label == "other on reference"
    assert summary.read(tmp_path).metrics["p95"] == first.metrics["p95"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": "kampyn-perf/summary", "of": []}'])
def test_a_damaged_one_is_made_anew(tmp_path: Path, text: str) -> None:
    put(tmp_path)
    (tmp_path / "summary.json").write_text(text)
    assert summary.read(tmp_path).kind == "load"


def test_that_of_a_run_that_goes_on_is_not_kept(tmp_path: Path) -> None:
    put(tmp_path, status=RunStatus.RUNNING)
    assert summary.read(tmp_path).status == "running"
    assert not (tmp_path / "summary.json").exists()


def test_a_folder_that_takes_nothing_is_read_all_the_same(tmp_path: Path) -> None:
    put(tmp_path)
    (tmp_path / "summary.json").mkdir()
    assert summary.read(tmp_path).kind == "load"


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"schema": "kampyn-perf/load"}', "3"])
def test_what_is_no_result(tmp_path: Path, text: str) -> None:
    (tmp_path / "result.json").write_text(text)
    assert summary.read(tmp_path).status == summary.BROKEN
    assert summary.read(tmp_path / "gone").status == "no result"


def test_runs_of_one_schedule_target_and_machine_make_a_history(tmp_path: Path) -> None:
    put(tmp_path)
    document = orjson.loads((tmp_path / "result.json").read_bytes())
    key = summary.summarise(document).key
    assert summary.summarise({**document, "seed": 9, "started_at": "x"}).key == key
    machine_ = {**document["machine"], "hostname": "other"}
    assert summary.summarise({**document, "machine": machine_}).key != key
    assert summary.summarise({**document, "phases": []}).key != key


def test_results_of_earlier_versions_have_one_too() -> None:
    paths = sorted((Path(__file__).parent / "stored").glob("**/*.json"))
    documents = [orjson.loads(path.read_bytes()) for path in paths]
    results = [one for one in documents if one["schema"] == "kampyn-perf/load"]
    assert {one["version"] for one in results} >= {1}
    for document in results:
        assert summary.summarise(document).metrics["p95"] > 0
