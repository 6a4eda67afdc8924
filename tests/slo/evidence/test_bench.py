"""What a benchmark says about the time of a case and of the database's queries."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kampyn_perf.results.bench import (
    BenchOptions,
    BenchResult,
    CaseResult,
    CaseStatus,
    FailureCount,
    Samples,
)
from kampyn_perf.results.load import RunStatus
from kampyn_perf.slo.evidence.bench import BenchEvidence
from kampyn_perf.slo.evidence.estimate import Estimate, Missing
from kampyn_perf.slo.objective import Objective
from tests.slo.runs import MACHINE

TIMES_NS = (np.random.default_rng(1).lognormal(0, 0.3, 1_000) * 2_000_000).astype(int).tolist()


def case(name: str, times_ns: list[int], suite: str = "db", **more: Any) -> CaseResult:
    return CaseResult(
        name=name,
        case=name,
        suite=suite,
        params={},
        planned=len(times_ns),
        completed=len(times_ns),
        samples=Samples.of(times_ns),
        **{"status": CaseStatus.OK} | more,
    )


def result(*cases: CaseResult, status: RunStatus = RunStatus.COMPLETE) -> BenchResult:
    return BenchResult(
        status=status,
        started_at="2026-11-23T20:00:00Z",
        elapsed_us=1,
        machine=MACHINE,
        options=BenchOptions(
            iterations=1,
            warmup=None,
            max_time_ns=1,
            timeout_ns=1,
            max_failures=1,
            collect_garbage=False,
        ),
        planned_cases=len(cases),
        cases=list(cases),
    )


def ask(of: BenchResult, metric: str, statistic: str, name: str = "") -> Estimate | Missing:
    fields: dict[str, Any] = {"metric": metric, "statistic": statistic, "target": "< 50 ms"}
    if name:
        fields["scope"] = {"case": name}
    return BenchEvidence(of).find(Objective.model_validate(fields))


def test_a_percentile_is_the_documents() -> None:
    answer = ask(result(case("db.orders", TIMES_NS)), "case_time", "p95", "db.orders")
    assert isinstance(answer, Estimate)
    assert answer.observed == sorted(TIMES_NS)[950] / 1_000
    assert answer.samples == 1_000
    assert answer.interval is not None
    assert answer.observed in answer.interval


@pytest.mark.parametrize("statistic", ["mean", "max"])
def test_mean_and_maximum(statistic: str) -> None:
    answer = ask(result(case("db.orders", TIMES_NS)), "case_time", statistic, "db.orders")
    expected = max(TIMES_NS) if statistic == "max" else sum(TIMES_NS) / len(TIMES_NS)
    assert isinstance(answer, Estimate)
    assert answer.observed == pytest.approx(expected / 1_000)


def test_database_queries_are_all_cases_of_the_suite() -> None:
    of = result(
        case("orders", [1_000_000] * 30),
        case("users", [3_000_000] * 30),
        case("login", [900_000_000] * 30, suite="http"),
    )
    answer = ask(of, "db_query_time", "mean")
    assert isinstance(answer, Estimate)
    assert answer.observed == 2_000
    assert (answer.samples, answer.noun) == (60, "queries")


def test_a_failed_case_is_no_evidence() -> None:
    broken = case(
        "db.orders",
        TIMES_NS,
        status=CaseStatus.FAILED,
        failures=[FailureCount(stage="measure", kind="E", message="boom", where="", count=1)],
    )
    reason = Missing("case db.orders failed: boom")
    assert ask(result(broken), "case_time", "p95", "db.orders") == reason
    assert ask(result(broken, case("users", TIMES_NS)), "db_query_time", "mean") == reason
    absent = case("db.orders", [], status=CaseStatus.UNAVAILABLE)
    assert ask(result(absent), "case_time", "p95", "db.orders") == Missing(
        "case db.orders could not be measured"
    )


def test_what_a_benchmark_does_not_have() -> None:
    of = result(case("sort", TIMES_NS, suite="own"))
    assert ask(of, "case_time", "p95", "srt") == Missing("the result has no case 'srt'; near: sort")
    assert ask(of, "db_query_time", "mean") == Missing("the benchmark ran no case of the db suite")
    assert ask(of, "response_time", "p95") == Missing("a benchmark does not measure response_time")


def test_how_far_it_came() -> None:
    whole = BenchEvidence(result(case("a", TIMES_NS)))
    assert (whole.empty, whole.partial, whole.invalid) == (False, "", [])
    assert BenchEvidence(result(status=RunStatus.PARTIAL)).partial == "the run ended early"
    assert BenchEvidence(result(case("a", []))).empty
