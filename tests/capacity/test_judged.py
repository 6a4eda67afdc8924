"""A step's load and the objectives, to what the search is told of it."""

from __future__ import annotations

import math

import pytest

from kampyn_perf.capacity.asks import Ask, Rung
from kampyn_perf.capacity.judged import open_step, relevant, rungs_of
from kampyn_perf.results.capacity import Steadiness, StepKind
from kampyn_perf.results.load import RunStatus
from kampyn_perf.results.validity import Disturbance
from kampyn_perf.slo.objectives import Slo
from tests.slo.runs import Run, machine, steady

GOALS = Slo.model_validate(
    {
        "objectives": {
            "p95": {"metric": "response_time", "statistic": "p95", "target": "< 200 ms"},
            "errors": {"metric": "error_rate_5xx", "target": "< 1 %"},
            "cpu": {"metric": "cpu", "target": "< 70 %"},
            "by_part": {
                "metric": "response_time",
                "statistic": "p95",
                "target": "< 300 ms",
                "scope": {"endpoint": "*"},
            },
            "throughput": {"metric": "throughput", "target": ">= 1000/s"},
            "reported": {
                "metric": "response_time",
                "statistic": "p50",
                "target": "< 1 ms",
                "required": False,
            },
        }
    }
)
KEPT = relevant(GOALS)
ASK = Ask(kind=StepKind.OPEN, rate=50.0, warm_up_us=0, measured_us=20_000_000)


def step_of(**facts):
    phases = facts.pop("phases", [("Measured", steady(seconds=20, rate=100))])
    run = Run(phases=phases, splits_us=KEPT.thresholds_us, **facts)
    return open_step(run.result(), KEPT, ASK, number=3)


def slow(share: float) -> list[list[int]]:
    """Seconds of which so many of 100 requests take 400 ms."""
    return [[400_000 if n < share * 100 else 50_000 for n in range(100)] for _ in range(20)]


def test_what_a_rate_has_to_keep():
    assert set(KEPT.objectives) == {"p95", "errors", "cpu", "by_part"}
    assert relevant(Slo(objectives={"throughput": GOALS.objectives["throughput"]})) is None


def test_a_step_that_holds():
    step = step_of(measurements=[machine("cpu", [0.5] * 20)])
    assert step.holds
    assert step.steadiness is Steadiness.STABLE
    assert step.requests_rate == pytest.approx(100)
    names = [margin.objective for margin in step.margins]
    assert {"p95", "errors", "cpu"} <= set(names)
    assert sum(name.startswith("by_part (") for name in names) == 2
    assert {margin.objective: margin.observed for margin in step.margins}["cpu"] == "50 %"


@pytest.mark.parametrize(("share", "used"), [(0.02, 0.4), (0.10, 2.0), (0.05, 1.0)])
def test_a_percentile_is_what_it_used_of_its_allowance(share, used):
    step = step_of(phases=[("Measured", slow(share))])
    p95 = next(margin for margin in step.margins if margin.objective == "p95")
    assert 2.718281828**-p95.value == pytest.approx(used, rel=0.01)
    assert ("p95" in step.missed) is (used > 1)


def test_what_is_watched_counts_too():
    step = step_of(measurements=[machine("cpu", [0.9] * 20)])
    assert step.missed == ["cpu"]
    assert step.holds is False


def test_availability_is_what_it_used_of_the_failures_allowed():
    """All of 20 probes were answered, which is no margin of 0.1 %: it is hardly known."""
    goals = Slo.model_validate(
        {
            "objectives": {
                "probe": {"metric": "probe_availability", "target": ">= 90 %"},
                "cpu": {"metric": "cpu", "target": "< 70 %"},
            }
        }
    )

    def probed(values):
        run = Run(
            phases=[("Measured", steady(seconds=20, rate=100))],
            splits_us=goals.thresholds_us,
            measurements=[machine("cpu", [0.65] * 20), machine("probe_availability", values)],
        )
        step = open_step(run.result(), goals, ASK, number=3)
        return step, next(one for one in step.margins if one.objective == "probe")

    step, probe = probed([1.0] * 20)
    assert step.worst.objective == "cpu"
    assert probe.error == 1
    step, probe = probed([1.0] * 12 + [0.0] * 8)
    assert math.exp(-probe.value) == pytest.approx(4, rel=1e-3)
    assert step.missed == ["probe"]


def test_an_invalid_step_says_nothing():
    step = step_of(invalid=["the generator was late"], phases=[("Measured", slow(0.5))])
    assert step.holds is None
    assert step.invalid == ["the generator was late"]
    assert step.margins == []


def test_but_what_failed_in_spite_of_it():
    late = Disturbance(reason="late by 1 ms", adds_us=1000, hides=0)
    step = step_of(disturbances=[late], phases=[("Measured", slow(0.5))])
    assert step.holds is False
    assert "p95" in step.missed


def test_a_step_that_was_ended_early_is_overloaded():
    step = step_of(status=RunStatus.PARTIAL, reason="sessions piled up")
    assert step.steadiness is Steadiness.OVERLOADED
    assert step.ended_early == "sessions piled up"
    assert step.holds is False


def test_rungs_are_phases_of_one_load():
    phases = [("1 users", steady(seconds=4, rate=40)), ("2 users", steady(seconds=4, rate=80))]
    ask = Ask(
        kind=StepKind.LADDER,
        measured_us=4_000_000,
        rungs=(Rung(users=1, rate=100), Rung(users=2, rate=200)),
    )
    rungs = rungs_of(Run(phases=phases).result(), ask, first=2)
    assert [rung.number for rung in rungs] == [2, 3]
    assert [rung.users for rung in rungs] == [1, 2]
    # A session of these runs has two requests.
    assert [rung.completed_rate for rung in rungs] == [pytest.approx(20), pytest.approx(40)]
    assert [rung.requests_rate for rung in rungs] == [pytest.approx(40), pytest.approx(80)]
