"""How a run stands, in words."""

from __future__ import annotations

from dataclasses import replace

from kampyn_perf.cli.load.standing import Standing
from kampyn_perf.results.faults import FaultRecord
from kampyn_perf.results.load import LoadResult
from kampyn_perf.slo import objectives
from kampyn_perf.slo.so_far import so_far
from tests.report.html.samples import failing_run
from tests.slo.runs import Run, steady

SLO = objectives.load("slo", sets=[])


def standing_of(run: LoadResult) -> Standing:
    return Standing(so_far(run, SLO), run)


def test_what_is_beyond_its_goal_has_its_figures() -> None:
    run = failing_run()
    beyond = {one.name: one.text for one in so_far(run, SLO) if not one.within}
    text = standing_of(run).objectives()
    assert text.startswith("5 of 9 within their goals so far; beyond: response_time_p95 ")
    assert all(f"{name} {words}" in text for name, words in list(beyond.items())[:3])


def test_of_many_that_are_beyond_three_are_named() -> None:
    run = failing_run()
    many = [replace(one, within=False) for one in so_far(run, SLO)]
    text = Standing(many, run).objectives()
    assert text.startswith("0 of 9 within their goals so far; beyond: response_time_p50 ")
    assert text.endswith(", 6 more")


def test_nothing_beyond_is_said_so() -> None:
    run = Run(phases=[("p", steady(seconds=30))]).result()
    assert standing_of(run).objectives() == "7 of 7 within their goals so far"


def test_the_last_sample_of_the_server_the_most_of_several() -> None:
    assert standing_of(failing_run()).server() == "CPU 78 %, memory 85.8 MB"
    assert standing_of(Run(phases=[("p", steady(seconds=3))]).result()).server() == ""


def test_errors_by_their_number_with_the_words_of_the_first() -> None:
    run = failing_run()
    first = run.failures[0].model_copy(update={"message": "no\nroom " * 40})
    told = standing_of(run.model_copy(update={"failures": [first, *run.failures[1:]]})).errors()
    most = sorted(run.failures, key=lambda one: -one.count)[0]
    assert told.startswith(f"{most.count} × {most.cause} {most.endpoint}")
    assert "no room no room" in told
    assert "\n" not in told


def test_an_invalid_run_says_so_at_once() -> None:
    run = Run(phases=[("p", steady(seconds=3))], invalid=["the generator was late"]).result()
    assert ("INVALID", "the generator was late", "magenta") in list(standing_of(run).lines())


def test_what_fires_and_what_is_done_on_purpose_go_on_until_they_end() -> None:
    run = failing_run()
    fault = FaultRecord(name="slow disk", kind="command", start_us=12_000_000)
    rows = {
        fact.label: fact.text
        for fact in standing_of(run.model_copy(update={"faults": [fault]})).lines()
    }
    assert rows["alerts"] == "slow answers since 11.0 s (600 ms, fires > 500 ms)"
    assert rows["faults"] == "slow disk since 12.0 s"
    (alert,) = run.alerts
    ended = [one.model_copy(update={"resolved_us": 13_000_000}) for one in alert.firings]
    over = {
        "alerts": [alert.model_copy(update={"firings": ended})],
        "faults": [fault.model_copy(update={"end_us": 13_000_000})],
    }
    labels = {fact.label for fact in standing_of(run.model_copy(update=over)).lines()}
    assert not labels & {"alerts", "faults"}
