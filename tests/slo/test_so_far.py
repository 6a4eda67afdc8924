"""Point estimates of a run that goes on are those of the verdict at its end."""

from __future__ import annotations

import pytest

from kampyn_perf.slo import judge, objectives
from kampyn_perf.slo.so_far import so_far
from tests.report.html.samples import failing_run
from tests.slo.runs import Run, steady

SLO = objectives.load("slo", sets=[])


@pytest.mark.parametrize(
    "run",
    [
        failing_run(),
        Run(phases=[("p", steady(seconds=30))]).result(),
        Run(phases=[("p", steady(seconds=9))], errors={"503": 80, "404": 9, "reset": 40}).result(),
        Run(phases=[("p", steady(seconds=9))], errors={"content": 80}).result(),
    ],
)
def test_the_verdict_observes_the_same(run) -> None:
    verdict = {one.name: one for one in judge(run, SLO).objectives}
    told = so_far(run, SLO)
    assert len(told) >= 7
    for one in told:
        judged = verdict[one.name]
        assert one.target_text == judged.target_text
        if judged.unanswered:
            assert one.value == float("inf")
            assert one.text.startswith("failed (")
        else:
            assert one.value == pytest.approx(judged.observed, rel=2e-3, abs=1e-12)
        assert one.within == SLO.objectives[one.name].target.met_by(one.value)


def test_nothing_is_told_of_nothing() -> None:
    assert so_far(Run(phases=[("p", [[]])]).result(), SLO) == []


def test_what_cannot_be_told_cheaply_is_not() -> None:
    one = {"metric": "response_time", "statistic": "p95", "scope": {"flow": "x"}}
    slo = objectives.Slo.model_validate({"objectives": {"one": {**one, "target": "< 1 s"}}})
    assert so_far(failing_run(), slo) == []
