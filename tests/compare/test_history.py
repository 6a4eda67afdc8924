"""Which runs make one history, of which figure, and where it changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kampyn_perf.compare.history import history
from kampyn_perf.errors import KampynError
from kampyn_perf.results.store import Run
from kampyn_perf.results.summary import Summary
from kampyn_perf.results.tags import Tags


def run(at: int, value: float = 10.0, *, tag: str = "", **more: Any) -> Run:
    plain: dict[str, Any] = {
        "kind": "load",
        "status": "complete",
        "valid": True,
        "started_at": f"2026-01-01T{at // 60:02}:{at % 60:02}:00",
        "elapsed_us": 1,
        "label": "quick on reference",
        "key": "one",
        "commit": "",
        "metrics": {"p95": value, "GET /x p95": 1.0, "GET /x p99": 2.0},
    }
    return Run(Path(f"run-{at}"), Summary(**{**plain, **more}), Tags((tag,) if tag else ()))


def test_runs_that_cannot_be_compared_are_left_out_and_counted() -> None:
    runs = [
        run(1),
        run(2, key="another"),
        run(3, valid=False),
        run(4, status="partial"),
        run(5, metrics={}),
        run(6),
    ]
    found = history(runs, "p95")
    assert [one.name for one in found.runs] == ["run-1", "run-6"]
    assert found.left_out == [
        "2 runs not complete, or not valid",
        "1 run of another schedule, target or machine",
        "1 run without the figure",
    ]


def test_the_newest_so_many() -> None:
    found = history([run(at) for at in range(10)], "p95", last=3)
    assert [one.name for one in found.runs] == ["run-7", "run-8", "run-9"]
    assert found.left_out == ["7 runs older"]


def test_by_tag_and_of_a_run() -> None:
    runs = [run(1, tag="main"), run(2), run(3, key="another", tag="main")]
    assert [one.name for one in history(runs, "p95", tag="main").runs] == ["run-3"]
    assert [one.name for one in history(runs, "p95", tag="main", like=runs[0]).runs] == ["run-1"]


def test_a_change_is_found_with_its_run() -> None:
    runs = [run(at, 10.0 + at % 3 * 0.1 + (2 if at >= 20 else 0)) for at in range(40)]
    document = history(runs, "p95").plain()
    (point,) = document["change_points"]
    assert (point["run"], point["at"]) == ("run-20", 20)
    assert document["runs"][0]["value"] == 10.0


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        ("get /x", "several figures are meant by 'get /x': GET /x p95; GET /x p99"),
        ("p50", "there is no figure 'p50': p95; GET /x p95"),
    ],
)
def test_a_figure_is_named_by_any_part_that_is_its_own(metric: str, words: str) -> None:
    assert history([run(1)], "/x p99").metric == "GET /x p99"
    assert history([run(1)], "p95").metric == "p95"  # its whole name comes first
    with pytest.raises(KampynError, match=words):
        history([run(1)], metric)


def test_no_run() -> None:
    with pytest.raises(KampynError, match="there is no run that is complete and valid"):
        history([], "p95")
    with pytest.raises(KampynError, match="there is no run with the tag 'x'"):
        history([run(1)], "p95", tag="x")
