"""What a load's result says: every metric and scope, and what it does not have.

Tests `bounds.py`, `by_scope.py`, `counted.py`, `load_standing.py`, `quantiles.py`,
`result_evidence.py` and `times.py` of `kampyn_perf/slo/evidence`, and
`kampyn_perf/stats/batches.py` too.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kampyn_perf.results.judgement import Outcome
from kampyn_perf.results.load import LoadResult, RunStatus
from kampyn_perf.slo.evidence.estimate import Estimate, Missing
from kampyn_perf.slo.evidence.load import LoadEvidence
from kampyn_perf.slo.objective import Objective
from kampyn_perf.slo.verdict.outcome import judge
from tests.slo.runs import ENDPOINTS, FLOW, Run, machine, steady

PHASES = [("Ramp up", steady(seconds=10, rate=20)), ("Peak", steady(seconds=20, rate=100, seed=2))]


def objective(metric: str, target: str, statistic: str = "", scope: Any = "overall") -> Objective:
    return Objective.model_validate(
        {"metric": metric, "target": target, "statistic": statistic, "scope": scope}
    )


def estimate_of(run: Run | LoadResult, metric: str, target: str, *more: Any) -> Estimate:
    result = run.result() if isinstance(run, Run) else run
    answer = LoadEvidence(result).find(objective(metric, target, *more))
    assert isinstance(answer, Estimate), answer
    return answer


def missing(run: Run, metric: str, target: str, *more: Any) -> str:
    answer = LoadEvidence(run.result()).find(objective(metric, target, *more))
    assert isinstance(answer, Missing), answer
    return answer.reason


@pytest.mark.parametrize("statistic", ["p50", "p95", "p99"])
def test_percentiles_are_those_of_the_result(statistic: str) -> None:
    run = Run(phases=PHASES)
    result = run.result()
    answer = estimate_of(run, "response_time", "< 200 ms", statistic)
    assert answer.observed == getattr(result.requests.response, f"{statistic}_us")
    assert answer.samples == 2_200
    assert answer.interval is not None
    assert answer.observed in answer.interval


@pytest.mark.parametrize(
    ("scope", "samples"),
    [
        ("overall", 2_200),
        ({"endpoint": ENDPOINTS[0]}, 1_100),
        ({"flow": FLOW}, 2_200),
        ({"phase": "Ramp up"}, 200),
        ({"phase": "Peak"}, 2_000),
    ],
)
@pytest.mark.parametrize("statistic", ["p95", "mean", "max"])
@pytest.mark.parametrize("metric", ["response_time", "service_time"])
def test_every_scope_of_a_time(scope: Any, samples: int, statistic: str, metric: str) -> None:
    answer = estimate_of(Run(phases=PHASES), metric, "< 200 ms", statistic, scope)
    assert answer.samples == samples
    if statistic == "max":
        assert answer.interval is None
    else:
        assert answer.interval is not None
        assert answer.observed in answer.interval


def test_answers_that_came_in_the_next_phase_count_where_they_were_due() -> None:
    run = Run(phases=PHASES, late=[900_000] * 200)
    early = estimate_of(run, "response_time", "< 1 s", "p99", {"phase": "Ramp up"})
    assert (early.observed, early.samples) == (900_000, 400)
    peak = estimate_of(run, "response_time", "< 1 s", "max", {"phase": "Peak"})
    assert peak.observed is not None
    assert peak.observed < 200_000


def test_smaller_parts_are_known_less_well() -> None:
    def width(scope: Any, statistic: str) -> float:
        answer = estimate_of(Run(phases=PHASES), "response_time", "< 1 s", statistic, scope)
        assert answer.interval is not None
        assert answer.interval.low is not None
        assert answer.interval.high is not None
        return answer.interval.high - answer.interval.low

    for statistic in ("p50", "mean"):
        assert width({"endpoint": ENDPOINTS[0]}, statistic) > width("overall", statistic)


@pytest.mark.parametrize(
    ("scope", "reason"),
    [
        (
            {"endpoint": "GET /api/item/retail/{uniId}"},
            "the result has no endpoint 'GET /api/item/retail/{uniId}'; near: "
            "GET /api/item/retail/uni/{uniId}",
        ),
        (
            {"endpoint": "zzz"},
            "the result has no endpoint 'zzz'; there are: GET /api/item/retail/uni/{uniId}, "
            "POST /order/{userId}",
        ),
        ({"flow": "Order"}, "the result has no flow 'Order'; there are: Order placement flow"),
        ({"phase": "peak"}, "the result has no phase 'peak'; near: Peak"),
    ],
)
@pytest.mark.parametrize("metric", ["response_time", "availability"])
def test_a_name_that_the_run_does_not_have(metric: str, scope: Any, reason: str) -> None:
    target = "< 200 ms" if metric == "response_time" else ">= 99 %"
    statistic = "p95" if metric == "response_time" else ""
    assert missing(Run(phases=PHASES), metric, target, statistic, scope) == reason


def test_an_empty_run_has_nothing() -> None:
    run = Run(phases=[])
    assert missing(run, "response_time", "< 1 s", "p95") == "there were no requests"
    assert missing(run, "response_time", "< 1 s", "mean") == "there were no requests"
    assert missing(run, "availability", ">= 99 %") == "there were no requests"
    assert missing(run, "session_time", "< 1 s", "p95") == "there were no sessions"
    assert LoadEvidence(run.result()).empty
    scope = {"phase": "Peak"}
    assert missing(run, "throughput", ">= 1/s", "", scope) == (
        "the result has no phase 'Peak'; there are: none"
    )


@pytest.mark.parametrize("statistic", ["p50", "p95", "mean", "max"])
@pytest.mark.parametrize("scope", ["overall", {"flow": FLOW}])
def test_sessions(statistic: str, scope: Any) -> None:
    answer = estimate_of(Run(phases=PHASES), "session_time", "< 1 s", statistic, scope)
    assert answer.samples == 1_100
    assert answer.noun == "sessions"


ERRORS = {"503": 3, "500": 1, "404": 10, "timeout": 2, "connect": 1, "content": 5}


@pytest.mark.parametrize(
    ("metric", "target", "failures"),
    [
        ("error_rate", "< 1 %", 22),
        ("error_rate_4xx", "< 1 %", 10),
        ("error_rate_5xx", "< 1 %", 4),
        ("availability", ">= 99 %", 7),
    ],
)
def test_which_failures_count(metric: str, target: str, failures: int) -> None:
    answer = estimate_of(Run(phases=PHASES, errors=ERRORS), metric, target)
    assert answer.failures == failures
    assert answer.samples == 2_200
    share = failures / 2_200
    assert answer.observed == pytest.approx(1 - share if metric == "availability" else share)


def test_failures_of_another_endpoint_do_not_count() -> None:
    answer = estimate_of(
        Run(phases=PHASES, errors=ERRORS), "availability", ">= 99 %", "", {"endpoint": ENDPOINTS[1]}
    )
    assert answer.failures == 0
    assert answer.effective == answer.samples == 1_100


def test_throughput_of_one_phase() -> None:
    answer = estimate_of(Run(phases=PHASES), "throughput", ">= 10/s", "", {"phase": "Ramp up"})
    assert answer.observed == 20


def test_metrics_beside_the_client_come_from_the_series() -> None:
    run = Run(phases=PHASES, measurements=[machine("cpu", [0.5, 0.7] * 10)])
    assert estimate_of(run, "cpu", "< 70 %", "mean").observed == pytest.approx(0.6)
    assert missing(run, "memory", "< 80 %") == "nothing measured memory in this run"
    assert missing(run, "case_time", "< 1 ms", "p95", {"case": "x"}) == (
        "a load has no benchmark cases"
    )


@pytest.mark.parametrize(
    ("status", "reason", "partial"),
    [
        (RunStatus.COMPLETE, "", ""),
        (RunStatus.PARTIAL, "interrupted (SIGINT)", "interrupted (SIGINT)"),
        (RunStatus.PARTIAL, "", "the run ended early"),
        (RunStatus.RUNNING, "", "the run was killed, or still goes on"),
    ],
)
def test_how_far_the_run_came(status: RunStatus, reason: str, partial: str) -> None:
    run = Run(phases=PHASES, status=status, reason=reason)
    assert LoadEvidence(run.result()).partial == partial


def test_an_invalid_run_without_a_reason_still_counts() -> None:
    assert LoadEvidence(Run(phases=PHASES).result()).invalid == []
    assert LoadEvidence(Run(phases=PHASES, invalid=["late"]).result()).invalid == ["late"]
    bare = Run(phases=PHASES, invalid=["late"]).result()
    bare = bare.model_copy(update={"validity": bare.validity.model_copy(update={"reasons": []})})
    assert LoadEvidence(bare).invalid == ["the run says so, without a reason"]


ORDER = [Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.PASS]
SHORT = [("Ramp up", steady(seconds=3, rate=20)), ("Peak", steady(seconds=8, rate=120, seed=2))]


@given(
    slower=st.floats(1, 30),
    statistic=st.sampled_from(["p50", "p95", "p99", "mean", "max"]),
    scope=st.sampled_from(["overall", {"phase": "Peak"}, {"endpoint": ENDPOINTS[0]}]),
)
@settings(max_examples=25)
def test_a_slower_system_never_has_a_better_outcome(
    slower: float, statistic: str, scope: Any
) -> None:
    target = objective("response_time", "< 60 ms", statistic, scope)

    def outcome(factor: float) -> int:
        phases = [
            (name, [[int(value * factor) for value in second] for second in seconds])
            for name, seconds in SHORT
        ]
        evidence = LoadEvidence(Run(phases=phases).result())
        return ORDER.index(judge("a", target, evidence.find(target)).outcome)

    assert outcome(slower) <= outcome(1)


def test_a_stall_of_three_seconds_is_seen_and_is_one_event() -> None:
    calm = steady(seconds=60)
    stalled = [list(second) for second in calm]
    stalled[30:33] = [[], [], [3_000_000 - 8_000 * number for number in range(360)]]
    target = objective("response_time", "< 200 ms", "p95")
    before = judge("a", target, LoadEvidence(Run(phases=[("p", calm)]).result()).find(target))
    after = judge("a", target, LoadEvidence(Run(phases=[("p", stalled)]).result()).find(target))
    assert before.outcome is Outcome.PASS
    assert after.outcome is not Outcome.PASS
    assert after.effective_samples is not None
    assert after.effective_samples < 60
