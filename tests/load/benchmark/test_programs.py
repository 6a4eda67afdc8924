"""What other generators say of their runs, as it stands in their files and on their terminals."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from kampyn_perf.load.benchmark import Task, Work, ours
from kampyn_perf.load.benchmark.programs import K6, OTHERS, STOCK_LOCUST


def task(folder: Path, work: Work = Work.MIX) -> Task:
    return Task(work=work, url="http://127.0.0.1:1", rate=1_200, seconds=7, folder=folder)


def k6_says(folder: Path, **more: object) -> None:
    metrics = {
        "http_reqs": {"values": {"count": 8400}},
        "http_req_duration": {"values": {"med": 0.25, "p(99)": 1.6}},
        "http_req_failed": {"values": {"passes": 0, "fails": 8400}},
        **more,
    }
    (folder / "summary.json").write_text(json.dumps(metrics))


def test_k6_is_valid_where_it_dropped_nothing(tmp_path: Path) -> None:
    k6_says(tmp_path, checks={"values": {"passes": 8400, "fails": 0}})
    figures = K6.figures(task(tmp_path), "")
    assert (figures.p50_us, figures.p99_us, figures.failed, figures.invalid) == (250, 1600, 0, ())


def test_k6_that_dropped_arrivals_or_failed_checks_says_so(tmp_path: Path) -> None:
    k6_says(
        tmp_path,
        dropped_iterations={"values": {"count": 141}},
        checks={"values": {"passes": 8393, "fails": 7}},
    )
    figures = K6.figures(task(tmp_path), "")
    assert (figures.failed, figures.invalid) == (7, ("it dropped 141 arrivals",))


def test_locust_is_asked_for_whole_seconds_which_are_all_it_knows(tmp_path: Path) -> None:
    command = STOCK_LOCUST.command(replace(task(tmp_path), seconds=7.25))
    assert command[command.index("-t") + 1] == "13s"


def test_locusts_entries_are_put_together(tmp_path: Path) -> None:
    entries = [
        {"num_failures": 1, "response_times": {"1": 98, "40": 2}},
        {"num_failures": 0, "response_times": {"2": 100}},
    ]
    figures = STOCK_LOCUST.figures(task(tmp_path), "some words\n" + json.dumps(entries))
    assert (figures.failed, figures.p50_us, figures.p99_us) == (1, 2_000, 40_000)


@pytest.mark.parametrize("name", ["validity", "certificate"])
def test_our_own_result_is_read_of_this_and_of_earlier_versions(tmp_path: Path, name: str) -> None:
    (tmp_path / "run").mkdir()
    result = {
        name: {"reasons": ["the generator was late"]},
        "requests": {"failed": 3, "response": {"p50_us": 700, "p99_us": None}},
    }
    (tmp_path / "run" / "result.json").write_text(json.dumps(result))
    figures = ours().figures(task(tmp_path), "")
    assert (figures.failed, figures.p50_us, figures.p99_us) == (3, 700, None)
    assert figures.invalid == ("the generator was late",)


def test_the_rate_of_the_mix_is_in_sessions(tmp_path: Path) -> None:
    command = ours(python="python3").command(task(tmp_path))
    assert command[:3] == ["python3", "-m", "kampyn_perf"]
    assert command[command.index("--rate") + 1] == "500"
    assert task(tmp_path).environment["KAMPYN_RATE"] == "500"
    alone = ours().command(task(tmp_path, Work.REQUEST))
    assert alone[alone.index("--rate") + 1] == "1200"
    assert "http://127.0.0.1:1/items" in alone


def test_tools_without_flows_do_a_single_request(tmp_path: Path) -> None:
    works = {one.name: tuple(one.works) for one in OTHERS}
    assert works["k6"] == (Work.MIX, Work.REQUEST)
    assert {works[name] for name in ("artillery", "hey", "wrk")} == {(Work.REQUEST,)}
    (wrk,) = (one for one in OTHERS if one.name == "wrk")
    flat = Task(work=Work.REQUEST, url="http://h", rate=0, seconds=7, folder=tmp_path)
    assert wrk.command(flat) == ["wrk", "-t1", "-c50", "-d7s", "--latency", "http://h/items"]
