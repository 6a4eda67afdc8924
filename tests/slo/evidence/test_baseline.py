"""A time against that of an earlier run: what passes, what fails, what is not compared.

Tests `kampyn_perf/stats/between_runs.py` too.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from pydantic import ValidationError

from kampyn_perf.results.judgement import Judgement, Outcome
from kampyn_perf.results.load import LoadResult, RunStatus
from kampyn_perf.slo import judge
from kampyn_perf.slo.evidence.baseline import factor_apart
from kampyn_perf.slo.objective import Objective
from kampyn_perf.slo.objectives import Slo
from tests.slo.runs import FLOW, Run

GOAL = {"metric": "response_time", "statistic": "p50", "target": "<= +10 %"}


def around(us: int, *, seconds: int = 120, **more: Any) -> Run:
    """Requests that took `us`, but for one in a hundred each way."""
    second = [us * (100 + at % 3 - 1) // 100 for at in range(100)]
    return Run(phases=[("Peak", [second] * seconds)], **more)


def result_of(us: int, **more: Any) -> LoadResult:
    result = around(us, **more).result()
    return result.model_copy(update={"started_at": f"2026-11-23T20:00:{us % 60:02}Z"})


def judged(run: LoadResult, baseline: LoadResult | None, **fields: Any) -> Judgement:
    slo = Slo.model_validate({"objectives": {"goal": {**GOAL, **fields}}})
    (judgement,) = judge(run, slo, baseline=baseline).objectives
    return judgement


@cache
def base() -> LoadResult:
    return result_of(100_000)


def replaced(record: Any, **fields: Any) -> Any:
    return record.model_copy(update=fields)


@pytest.mark.parametrize(
    ("us", "target", "outcome"),
    [
        (100_001, "<= +15 %", Outcome.PASS),
        (100_001, "<= +10 %", Outcome.INCONCLUSIVE),  # two runs of one system differ by that
        (130_000, "<= +10 %", Outcome.FAIL),
        (108_000, "<= +10 %", Outcome.INCONCLUSIVE),  # within 10 % of 110 ms
        (113_000, "<= +10 %", Outcome.INCONCLUSIVE),
        (113_000, "<= +25 %", Outcome.PASS),
        (70_000, "< -20 %", Outcome.PASS),
        (100_001, "< -20 %", Outcome.FAIL),
    ],
)
def test_the_change_decides(us: int, target: str, outcome: Outcome) -> None:
    judgement = judged(result_of(us), base(), target=target)
    assert judgement.outcome is outcome, judgement.explanation
    assert "the baseline's was 100 ms" in judgement.explanation


def test_the_target_becomes_a_value_and_the_interval_that_of_both_runs() -> None:
    judgement = judged(result_of(120_000), base())
    assert judgement.target == pytest.approx(110_000, rel=0.002)
    assert judgement.observed == pytest.approx(120_000, rel=0.002)
    assert judgement.interval is not None
    # Both runs are steady, which leaves what two runs differ by.
    assert judgement.interval.low == pytest.approx(120_000 / 1.1, rel=0.003)
    assert judgement.interval.high == pytest.approx(120_000 * 1.1, rel=0.003)
    assert "+20 %" in judgement.explanation


def test_a_baseline_that_is_little_known_makes_it_open() -> None:
    few = result_of(100_000, seconds=120)
    slow = [[100_000, 300_000][at // 40 % 2] for at in range(120)]
    wavy = Run(phases=[("Peak", [[us] * 100 for us in slow])]).result()
    assert judged(result_of(100_001), few, target="<= +15 %").outcome is Outcome.PASS
    assert judged(result_of(100_001), wavy, target="<= -20 %").outcome is Outcome.INCONCLUSIVE


def test_other_runs_like_these_say_what_is_between_runs() -> None:
    slo = Slo.model_validate({"objectives": {"goal": GOAL}})

    def judgement(apart: float | None) -> Judgement:
        (one,) = judge(result_of(100_001), slo, baseline=base(), apart=lambda _: apart).objectives
        return one

    assert judgement(None).outcome is Outcome.INCONCLUSIVE
    found = judgement(0.02)
    assert found.outcome is Outcome.PASS
    assert found.interval is not None
    assert found.interval.high == pytest.approx(102_000, rel=0.003)


def test_both_runs_and_what_is_between_them_add_up_as_squares() -> None:
    """Half of the widths, as logarithms: 3, 4 and 12 come to 13."""
    widths = [math.exp(share / 100) for share in (3, 4, 12)]
    own, other, between = widths
    factor = factor_apart((own, 1.0), (1.0, 1 / other), between - 1)
    assert factor == pytest.approx(math.exp(0.13))
    assert factor_apart((None, 1.0), (1.0, 0.9), 0.1) is None


def test_failed_requests_are_no_faster_than_the_baseline() -> None:
    run = around(100_001, seconds=20, errors={"503": 1_500}).result()
    judgement = judged(run, result_of(100_000, seconds=20))
    assert judgement.outcome is not Outcome.PASS
    assert judgement.unanswered


def test_without_a_baseline_there_is_no_data() -> None:
    judgement = judged(result_of(100_000), None)
    assert judgement.outcome is Outcome.NO_DATA
    assert "--baseline RUN" in judgement.explanation


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            lambda _: {"status": RunStatus.PARTIAL, "reason": "ended early"},
            "the baseline is not complete",
        ),
        (lambda _: {"planned_us": 1}, "the baseline had another schedule"),
        (lambda run: {"target": replaced(run.target, url="http://x")}, "another target"),
        (lambda run: {"machine": replaced(run.machine, cores=64)}, "another machine"),
        (lambda _: {"context": {"workers": 8}}, "another configuration of the backend"),
        (
            lambda run: {"validity": replaced(run.validity, valid=False, reasons=["late"])},
            "the baseline is not valid: late",
        ),
        (lambda run: {"flows": [replaced(run.flows[0], weight=7)]}, "another mix of flows"),
    ],
)
def test_what_cannot_be_compared_is_not(
    change: Callable[[LoadResult], dict[str, Any]], reason: str
) -> None:
    assert base().flows[0].name == FLOW
    judgement = judged(result_of(100_001), replaced(base(), **change(base())))
    assert judgement.outcome is Outcome.NO_DATA
    assert reason in judgement.explanation


def test_a_run_is_no_baseline_of_its_own() -> None:
    assert "the run itself" in judged(base(), base()).explanation


def test_a_partial_run_saw_another_part_of_the_schedule() -> None:
    partial = replace(around(100_001), status=RunStatus.PARTIAL).result()
    assert "the run is not complete" in judged(partial, base()).explanation


@pytest.mark.parametrize(
    ("fields", "place", "words"),
    [
        ({"target": "<= +3 %"}, "target", "a change is at least"),
        ({"target": ">= -10 %"}, "target", "expected a change, such as"),
        ({"target": "<= +10 %", "statistic": "max"}, "target", "only percentiles and means"),
        (
            {"metric": "error_rate", "statistic": "share", "target": "< +1 %"},
            "target",
            "only percentiles and means",
        ),
        ({"for": "30s"}, "target", "takes neither `for` nor `abort`"),
        ({"abort": True}, "target", "takes neither `for` nor `abort`"),
        ({"warn": "< 90 ms"}, "warn", "no warning level"),
        ({"target": "< 90 ms", "warn": "< +5 %"}, "warn", "no change against a baseline"),
    ],
)
def test_what_is_no_change_is_told_at_its_place(
    fields: dict[str, Any], place: str, words: str
) -> None:
    with pytest.raises(ValidationError, match=words) as caught:
        Objective.model_validate({**GOAL, **fields})
    assert [problem["loc"] for problem in caught.value.errors()] == [(place,)]
