"""Retries under faults, as requests a session."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.results.judgement import Outcome
from kampyn_perf.results.load import LoadResult
from tests.slo.evidence.test_under_faults import faulty, judged
from tests.slo.runs import Run

BUSY = range(20, 30)


def retried(times: int, seconds: int = 60) -> LoadResult:
    """20 sessions begin in each second; under the fault each makes `times` as many requests."""
    latencies = [[10_000] * (40 * times if at in BUSY else 40) for at in range(seconds)]
    result = Run(phases=[("Steady", latencies)]).result()
    kept = [one.model_copy(update={"started": 20}) for one in result.seconds]
    return faulty(result.model_copy(update={"seconds": kept}), (20, 29), settle_us=500_000)


def judged_amplification(
    result: LoadResult, target: str = "< 1.5"
) -> tuple[Outcome, float | None, str]:
    one, _ = judged(result, metric="retry_amplification", statistic="mean", target=target)
    return one.outcome, one.observed, one.explanation


@given(st.integers(1, 5))
def test_it_is_how_many_times_as_many(times: int) -> None:
    outcome, observed, words = judged_amplification(retried(times))
    assert observed == pytest.approx(times)
    assert outcome is (Outcome.PASS if times < 1.5 else Outcome.FAIL)
    assert "for each session under faults, 2 without" in words


def test_without_a_fault_there_is_nothing_to_pass() -> None:
    outcome, _, words = judged_amplification(retried(3).model_copy(update={"faults": []}))
    assert (outcome, words) == (Outcome.NO_DATA, "the run had no faults")


def test_a_fault_under_which_nobody_came_says_nothing() -> None:
    result = retried(1)
    none = [
        one.model_copy(update={"started": 0}) if one.at_us // 1_000_000 in BUSY else one
        for one in result.seconds
    ]
    outcome, _, words = judged_amplification(result.model_copy(update={"seconds": none}))
    assert (outcome, words) == (Outcome.NO_DATA, "no session began under a fault")
