"""The face: one result or several, and what each objective takes from which.

Tests `kampyn_perf/slo/__init__.py` too.
"""

from __future__ import annotations

from typing import Any

import pytest

from kampyn_perf import slo
from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.results.io import LongText
from kampyn_perf.results.judgement import Outcome
from kampyn_perf.results.load import RunStatus
from kampyn_perf.slo.objectives import Slo
from tests.slo.runs import ENDPOINTS, Run, machine, steady

GOALS = Slo.model_validate(
    {
        "objectives": {
            "p95": {
                "metric": "response_time",
                "statistic": "p95",
                "target": "< 200 ms",
                "scope": {"endpoint": "*"},
            },
            "rate": {"metric": "throughput", "target": ">= 1000/s"},
            "cpu": {"metric": "cpu", "target": "< 70 %"},
        }
    }
)
LOAD = Run(
    phases=[("p", steady(seconds=30, rate=100))], measurements=[machine("cpu", [0.4, 0.5] * 15)]
)
CAPACITY = Run(phases=[("p", steady(seconds=12, rate=1_200))], offered={"p": 600.0})


def outcomes(*runs: Run, **more: Any) -> dict[str, Outcome]:
    verdict = slo.judge([run.result() for run in runs], GOALS, **more)
    return {f"{each.name} {each.scope_text}": each.outcome for each in verdict.objectives}


def test_each_objective_takes_the_result_that_says_most_of_it() -> None:
    one = outcomes(LOAD)
    assert one["rate overall"] is Outcome.NOT_EXERCISED
    assert outcomes(CAPACITY)["cpu overall"] is Outcome.NO_DATA
    assert set(outcomes(LOAD, CAPACITY).values()) == {Outcome.PASS}
    assert slo.judge([LOAD.result(), CAPACITY.result()], GOALS, strict=True).exit_code == 0


def test_a_failure_in_one_is_not_made_good_by_another() -> None:
    slow = Run(phases=[("p", steady(seconds=30, rate=100, median_us=900_000))])
    assert outcomes(LOAD, slow)[f"p95 endpoint {ENDPOINTS[0]}"] is Outcome.FAIL


@pytest.mark.parametrize(
    ("flaw", "code"),
    [
        ({"status": RunStatus.PARTIAL, "reason": "interrupted"}, ExitCode.NO_VERDICT),
        ({"invalid": ["the generator was late"]}, ExitCode.NO_VERDICT),
    ],
)
def test_a_flaw_of_one_is_a_flaw_of_all(flaw: dict[str, Any], code: ExitCode) -> None:
    flawed = Run(phases=CAPACITY.phases, offered=CAPACITY.offered, **flaw)
    verdict = slo.judge([LOAD.result(), flawed.result()], GOALS)
    assert verdict.exit_code is code
    assert "kampyn-perf/load of 2026-11-23T20:00:00Z" in " ".join(verdict.reasons)


def test_one_result_needs_no_list() -> None:
    assert slo.judge(LOAD.result(), GOALS) == slo.judge([LOAD.result()], GOALS)


def test_what_is_damaged_is_said() -> None:
    result = LOAD.result()
    assert result.breakdown is not None
    group = result.breakdown.requests[0].model_copy(update={"packed": LongText.of("AIAB")})
    breakdown = result.breakdown.model_copy(update={"requests": [group]})
    with pytest.raises(KampynError, match="cannot be judged: the breakdown of a group ends"):
        slo.judge(result.model_copy(update={"breakdown": breakdown}), GOALS)


def test_of_several_loads_each_tells_its_own_breach() -> None:
    """Together a goal does not say where it was missed; the loads do, each with its beginning."""
    slow = Run(phases=[("p", steady(seconds=60, rate=100, median_us=900_000))])
    calm = Run(phases=[("p", steady(seconds=60, rate=100, median_us=5_000))])
    goals = Slo.model_validate(
        {"objectives": {"p95": {"metric": "response_time", "statistic": "p95", "target": "< 1 s"}}}
    )
    one, other = slow.result(), calm.result()
    other = other.model_copy(update={"started_at": "2026-11-24T08:00:00Z"})
    found = slo.judge([one, other], goals).explanation
    assert found
    assert all(each.words.startswith(f"load of {one.started_at}: ") for each in found)
