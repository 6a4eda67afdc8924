"""How a run stands, in words."""

from __future__ import annotations

from kampyn_perf.cli.load.standing import Standing
from kampyn_perf.results.verdict import Outcome
from kampyn_perf.slo import objectives
from kampyn_perf.slo.judging import judge_so_far
from tests.report.html.samples import failing_run
from tests.slo.runs import Run, steady


def standing_of(run) -> Standing:
    return Standing(judge_so_far(run, objectives.load("slo", sets=[])), run)


def test_what_is_missed_has_its_figures() -> None:
    standing = standing_of(failing_run())
    missed = {one.name: one for one in standing.verdict.objectives if one.outcome is Outcome.FAIL}
    assert set(missed) == {"response_time_p95", "response_time_p99"}
    p95, p99 = (missed[name].observed_text for name in sorted(missed))
    assert standing.objectives() == (
        f"2 of 14 hold so far; missed: response_time_p95 {p95} (< 200 ms), "
        f"response_time_p99 {p99} (< 500 ms)"
    )


def test_of_many_that_are_missed_three_are_named() -> None:
    standing = standing_of(failing_run())
    judged = standing.verdict.objectives
    failed = [one.model_copy(update={"outcome": Outcome.FAIL}) for one in judged]
    verdict = standing.verdict.model_copy(update={"objectives": failed})
    text = Standing(verdict, standing.result).objectives()
    assert text.startswith("0 of 14 hold so far; missed: response_time_p50 ")
    assert text.endswith(", 11 more")


def test_nothing_missed_is_said_so() -> None:
    run = Run(phases=[("p", steady(seconds=30))]).result()
    assert standing_of(run).objectives() == "5 of 14 hold so far"


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
    assert dict(standing_of(run).lines())["generator"].endswith("INVALID: the generator was late")
