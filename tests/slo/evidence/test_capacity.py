"""What a capacity search says about objectives: throughput, and nothing else."""

from __future__ import annotations

import pytest

from kampyn_perf.capacity.answer import answer_of
from kampyn_perf.results.capacity import CapacityResult, CapacityStep, Ending, Margin, StepKind
from kampyn_perf.results.judgement import Outcome
from kampyn_perf.results.load import Target
from kampyn_perf.results.verdict import Conclusion, Finding
from kampyn_perf.slo import judge
from kampyn_perf.slo.objectives import Slo
from tests.slo.runs import MACHINE, Run, steady

GOALS = Slo.model_validate(
    {
        "objectives": {
            "p95": {"metric": "response_time", "statistic": "p95", "target": "< 200 ms"},
            "throughput": {"metric": "throughput", "target": ">= 1000/s"},
        }
    }
)


def step(rate: float, margin: float, **facts) -> CapacityStep:
    return CapacityStep(
        kind=StepKind.CONFIRM,
        rate=rate,
        measured_us=20_000_000,
        completed_rate=rate,
        requests_rate=2.4 * rate,
        margins=[Margin(objective="p95", value=margin, error=0.1)],
        missed=["p95"] if margin < 0 else [],
        **facts,
    )


def result(*steps: CapacityStep, ending: Ending = Ending.FOUND, reason: str = "so it was"):
    return CapacityResult(
        started_at="2026-11-28T09:00:00+00:00",
        elapsed_us=600_000_000,
        budget_us=600_000_000,
        target=Target(name="reference", url="http://127.0.0.1:1"),
        machine=MACHINE,
        seed=1,
        ending=ending,
        reason=reason,
        answer=answer_of(steps, ending),
        steps=list(steps),
    )


def around(limit: float) -> list[CapacityStep]:
    """Steps of a system that breaks at `limit` sessions per second."""
    rates = [limit * (0.94 + 0.02 * place) for place in range(7)]
    return [step(rate, (limit - rate) / limit * 15) for rate in rates]


def throughput(found: CapacityResult):
    verdict = judge(found, GOALS)
    return next(one for one in verdict.objectives if one.name == "throughput")


def test_enough_while_everything_held_passes():
    found = throughput(result(*around(500)))
    assert found.outcome is Outcome.PASS
    assert found.observed > 1100


def test_a_limit_below_the_goal_fails():
    found = throughput(result(*around(100)))
    assert found.outcome is Outcome.FAIL
    assert found.observed == pytest.approx(240, rel=0.02)
    assert found.interval.high < 260
    assert "p95 breaks first" in found.explanation


def test_a_generator_that_ended_first_tried_no_more():
    held = [step(100, 1.0), step(125, 0.8)]
    beyond = step(150, 1.0, invalid=["the generator was late"])
    found = throughput(
        result(*held, beyond, ending=Ending.GENERATOR, reason="the generator came to its end")
    )
    assert found.outcome is Outcome.NOT_EXERCISED
    assert "the generator came to its end" in found.explanation


def test_more_than_the_goal_passes_whoever_was_the_limit():
    held = [step(480, 1.0), step(500, 0.8)]
    found = throughput(result(*held, ending=Ending.GENERATOR))
    assert found.outcome is Outcome.PASS


def test_a_goal_within_the_interval_is_not_decided():
    found = throughput(result(*around(1000 / 2.4)))
    assert found.outcome in (Outcome.INCONCLUSIVE, Outcome.NOT_EXERCISED)


def test_what_holds_at_no_rate_has_no_throughput():
    steps = [step(rate, -2.0) for rate in (50, 25, 12)]
    found = throughput(result(*steps, ending=Ending.TOO_SLOW, reason="p95 was missed at 12/s"))
    assert found.outcome is Outcome.FAIL


def test_no_answer_is_no_data():
    found = throughput(result(ending=Ending.UNDECIDED, reason="nothing was told"))
    assert found.outcome is Outcome.NO_DATA


def test_a_load_and_a_search_answer_all_goals_together():
    load = Run(phases=[("Sustained load", steady(seconds=60, rate=100))]).result()
    alone = judge(load, GOALS)
    assert {one.name: one.outcome for one in alone.objectives} == {
        "p95": Outcome.PASS,
        "throughput": Outcome.NOT_EXERCISED,
    }
    both = judge([load, result(*around(500))], GOALS, strict=True)
    assert {one.outcome for one in both.objectives} == {Outcome.PASS}
    assert both.conclusion is Conclusion.PASS
    slow = judge([load, result(*around(100))], GOALS, strict=True)
    assert slow.conclusion is Conclusion.FAIL


@pytest.mark.parametrize("ending", [Ending.INTERRUPTED, Ending.LOST])
def test_an_unfinished_search_can_fail_but_not_pass(ending):
    verdict = judge(result(*around(500), ending=ending, reason="it was ended"), GOALS)
    assert verdict.partial
    assert verdict.conclusion is Conclusion.NO_VERDICT


def test_what_was_exhausted_explains_a_throughput_that_was_missed() -> None:
    """The load beside it asked for less, and knows no cause."""
    spent = Finding(rule="backend-cpu", words="the workers were at their end", cause=True)
    search = result(*around(200)).model_copy(update={"evidence": [spent]})
    load = Run(phases=[("p", steady(seconds=40, rate=50))]).result()
    verdict = judge([load, search], GOALS)
    assert verdict.conclusion is Conclusion.FAIL
    assert [one.words for one in verdict.explanation] == [
        "capacity search: the workers were at their end"
    ]
    enough = result(*around(900)).model_copy(update={"evidence": [spent]})
    assert judge([load, enough], GOALS).explanation == []
