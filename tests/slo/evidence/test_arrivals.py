"""Start lag, and arrivals offered, started and missed."""

from __future__ import annotations

from typing import Any

import pytest

from kampyn_perf.results.judgement import Judgement, Outcome
from kampyn_perf.results.load import LoadResult
from kampyn_perf.slo.evidence.load import LoadEvidence
from kampyn_perf.slo.objective import Objective
from kampyn_perf.slo.verdict.outcome import judge
from tests.slo.runs import Run, latency, steady

PHASES = [("Ramp", steady(seconds=10, rate=20)), ("Peak", steady(seconds=20, rate=100))]


def result(**sessions: int) -> LoadResult:
    made = Run(phases=PHASES).result()
    late = made.validity.model_copy(update={"lateness": latency(range(1, 1_001))})
    return made.model_copy(
        update={"validity": late, "sessions": made.sessions.model_copy(update=sessions)}
    )


def judged(found: LoadResult, metric: str, target: str, **more: Any) -> Judgement:
    objective = Objective.model_validate({"metric": metric, "target": target} | more)
    return judge("o", objective, LoadEvidence(found).find(objective))


@pytest.mark.parametrize(
    ("statistic", "observed"), [("p50", 500), ("p99", 990), ("mean", 500.5), ("max", 1_000)]
)
def test_start_lag(statistic: str, observed: float) -> None:
    judgement = judged(result(), "start_lag", "< 2 ms", statistic=statistic)
    assert (judgement.outcome, judgement.observed) == (Outcome.PASS, observed)


@pytest.mark.parametrize("metric", ["offered_rate", "started_rate"])
def test_rates_of_phases(metric: str) -> None:
    peak = judged(result(), metric, ">= 50/s")
    assert (peak.outcome, peak.observed, peak.interval) == (Outcome.PASS, 50, None)
    assert peak.explanation == (
        'max is 50/s (in phase "Peak"), at least 50/s; counted, not estimated'
    )
    ramp = judged(result(), metric, ">= 50/s", scope={"phase": "Ramp"})
    assert (ramp.outcome, ramp.observed) == (Outcome.FAIL, 10)


def test_missed_arrivals() -> None:
    assert judged(result(), "missed_arrivals", "<= 0 %").outcome is Outcome.PASS
    missed = judged(result(planned=1_110, dropped=10), "missed_arrivals", "< 0.5 %")
    assert missed.outcome is Outcome.FAIL
    assert missed.explanation == (
        "0.9009 % (10 of 1,110 arrivals), not below 0.5 %; counted, not estimated"
    )
    scoped = judged(result(), "missed_arrivals", "< 1 %", scope={"phase": "Peak"})
    assert scoped.samples == 1_000
