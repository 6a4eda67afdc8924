"""With and without what faults did to a run.

Tests `kampyn_perf/results/faults.py` too.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.errors import ExitCode
from kampyn_perf.results.faults import FaultRecord
from kampyn_perf.results.judgement import Judgement, Outcome
from kampyn_perf.results.load import LoadResult
from kampyn_perf.results.series import Series
from kampyn_perf.results.verdict import Verdict
from kampyn_perf.slo import judge
from kampyn_perf.slo.evidence.load import LoadEvidence
from kampyn_perf.slo.objectives import Slo
from tests.slo.runs import ENDPOINTS, Run

SECOND_US = 1_000_000
QUICK, STALLED = [10_000] * 40, [900_000] * 40
BAD = range(20, 25)


def run_of(seconds: int = 60, **more: Any) -> LoadResult:
    """Quick, but for five seconds from 20 s on."""
    latencies = [STALLED if at in BAD else QUICK for at in range(seconds)]
    return Run(phases=[("Steady", latencies)], splits_us=[200_000], **more).result()


def faulty(result: LoadResult, *spans: tuple[float, float | None], **more: Any) -> LoadResult:
    records = [
        FaultRecord(
            name=f"f{number}",
            kind="redis pause",
            start_us=round(start * SECOND_US),
            end_us=None if end is None else round(end * SECOND_US),
            **{"settle_us": 1_500_000, **more},
        )
        for number, (start, end) in enumerate(spans, start=1)
    ]
    return result.model_copy(update={"faults": records})


def slo(**more: Any) -> Slo:
    plain = {"metric": "response_time", "statistic": "p95", "target": "< 200 ms"}
    return Slo.model_validate({"objectives": {"o": plain | more}})


def judged(result: LoadResult, **more: Any) -> tuple[Judgement, Verdict]:
    verdict = judge(result, slo(**more))
    return verdict.objectives[0], verdict


def test_what_a_fault_did_is_left_out_and_said() -> None:
    result = faulty(run_of(), (20.1, 22.9))
    one, verdict = judged(result)
    assert (one.outcome, verdict.exit_code) == (Outcome.PASS, ExitCode.OK)
    assert one.observed is not None
    assert one.observed < 11_000
    assert one.samples == 55 * 40
    assert (one.masked_us, one.with_faults_outcome) == (5 * SECOND_US, Outcome.INCONCLUSIVE)
    assert one.with_faults is not None
    assert one.with_faults > 800_000
    assert "5.00 s under faults (f1) are left out, with them it is " in one.explanation


def test_a_goal_that_is_only_kept_without_faults_is_a_reason_of_the_verdict() -> None:
    result = faulty(run_of(errors_at={at: {"503": 30} for at in BAD}), (20, 23))
    one, verdict = judged(result, metric="error_rate", statistic="share", target="< 0.1 %")
    assert one.outcome is not Outcome.FAIL
    counted, _ = judged(
        result, metric="error_rate", statistic="share", target="< 0.1 %", faults="counted"
    )
    assert one.with_faults == counted.observed == 150 / 2400
    assert one.with_faults_outcome is counted.outcome
    told = any("under faults are left out; with them: o 6.25 %" in text for text in verdict.reasons)
    assert told is (counted.outcome is Outcome.FAIL)


def test_a_run_without_faults_is_judged_as_ever() -> None:
    one, _ = judged(run_of())
    assert (one.masked_us, one.with_faults_text) == (0, "")
    one, _ = judged(run_of(), faults="only")
    assert (one.outcome, one.explanation) == (Outcome.NO_DATA, "the run had no faults")


def test_a_fault_that_never_began_excuses_nothing() -> None:
    one, _ = judged(faulty(run_of(), (20, 23), began=False))
    assert one.outcome is judged(run_of())[0].outcome
    assert one.masked_us == 0


def test_where_all_lies_under_a_fault_there_is_nothing_to_pass() -> None:
    one, verdict = judged(faulty(run_of(), (0, None)))
    assert one.outcome is Outcome.NO_DATA
    assert one.explanation == "there were no requests outside of the faults (f1)"
    assert verdict.exit_code == ExitCode.NO_VERDICT


@pytest.mark.parametrize("statistic", ["mean", "max"])
def test_means_and_maxima_are_of_the_rest(statistic: str) -> None:
    one, _ = judged(faulty(run_of(), (20, 23)), statistic=statistic)
    assert one.observed == pytest.approx(10_000, rel=0.001)


def test_windows_that_lie_under_a_fault_are_none() -> None:
    hidden = faulty(run_of(), (20, 23.5))
    one, _ = judged(hidden, **{"for": "5s"})
    assert one.outcome is Outcome.PASS
    assert judged(hidden, **{"for": "5s", "faults": "counted"})[0].outcome is Outcome.FAIL


def test_an_objective_can_be_about_faults_alone() -> None:
    one, _ = judged(
        faulty(run_of(errors_at={22: {"503": 4}}), (20, 23)),
        metric="error_rate",
        statistic="share",
        target="< 50 %",
        faults="only",
    )
    assert one.observed == 4 / 200
    assert one.with_faults_outcome is None


@pytest.mark.parametrize(
    "asked",
    [
        {"metric": "start_lag", "statistic": "p95", "target": "< 1 ms"},
        {"metric": "memory", "statistic": "slope", "target": "< 1 %/min"},
    ],
)
def test_only_what_is_kept_by_the_second_can_be_told_apart(asked: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="are told apart by faults"):
        slo(**asked, faults="only")


def watched(metric: str, values: list[float], **more: Any) -> Series:
    at = [(number + 1) * SECOND_US for number in range(len(values))]
    return Series(metric=metric, subject="machine", source="t", at_us=at, values=values, **more)


def test_what_was_watched_under_a_fault_is_left_out() -> None:
    cpu = watched("cpu", [0.95 if at in BAD else 0.3 for at in range(60)], maximum=0.99)
    result = faulty(run_of(measurements=[cpu]), (20.1, 22.9))
    asked = {"metric": "cpu", "statistic": "max", "target": "< 70 %"}
    one, _ = judged(result, **asked)
    assert (one.outcome, one.observed, one.samples) == (Outcome.PASS, 0.3, 55)
    assert (one.with_faults, one.with_faults_outcome) == (0.99, Outcome.FAIL)
    assert judged(result, **asked, faults="counted")[0].outcome is Outcome.FAIL
    assert judged(result, **asked, faults="only")[0].samples == 5


def test_a_sample_after_a_gap_is_of_the_time_just_before_it() -> None:
    """Queries that hardly ever come: what came long after the fault is not under it."""
    gaps = Series(
        metric="db_query_time",
        subject="orders.find",
        source="t",
        at_us=[second * SECOND_US for second in (10, 11, 12, 13, 50, 51)],
        values=[1_000.0] * 4 + [90_000.0] * 2,
    )
    one, _ = judged(
        faulty(run_of(measurements=[gaps]), (20, 23)),
        metric="db_query_time",
        statistic="max",
        target="< 50 ms",
    )
    assert (one.outcome, one.observed) == (Outcome.FAIL, 90_000.0)


def test_a_maximum_of_the_quiet_time_stays() -> None:
    cpu = watched("cpu", [0.2 if at in BAD else 0.6 for at in range(60)], maximum=0.75)
    one, _ = judged(
        faulty(run_of(measurements=[cpu]), (20, 23)),
        metric="cpu",
        statistic="max",
        target="< 70 %",
    )
    assert (one.outcome, one.observed) == (Outcome.FAIL, 0.75)


def test_throughput_is_that_of_the_rest() -> None:
    """Nothing but 5 of 60 seconds, in which nothing was answered."""
    latencies = [[] if at in BAD else [10_000] * 40 for at in range(60)]
    plain = Run(phases=[("Steady", latencies)], offered={"Steady": 20.0}).result()
    started = [one.model_copy(update={"started": 20}) for one in plain.seconds]
    whole = plain.model_copy(update={"seconds": started})
    result = faulty(whole, (20, 23))
    asked = {"metric": "throughput", "statistic": "mean", "target": ">= 39/s"}
    one, _ = judged(result, **asked)
    assert (one.outcome, one.observed) == (Outcome.PASS, 40.0)
    assert one.with_faults == pytest.approx(40 * 55 / 60)
    assert one.masked_us == 5 * SECOND_US


@given(st.lists(st.tuples(st.floats(0, 29), st.floats(0, 8)), max_size=4))
def test_every_request_is_under_a_fault_or_is_not(spans: list[tuple[float, float]]) -> None:
    result = faulty(calm(), *((start, start + length) for start, length in spans))
    evidence = LoadEvidence(result)
    counts: dict[str, int] = {}
    for under in ("masked", "counted", "only"):
        asked = slo(faults=under, scope={"endpoint": ENDPOINTS[0]}).objectives["o"]
        counts[under] = getattr(evidence.find(asked), "samples", 0)
    assert counts["masked"] + counts["only"] == counts["counted"] == 30 * 20
    assert (counts["only"] > 0) is bool(spans)


@cache
def calm() -> LoadResult:
    return run_of(30)


def test_what_nobody_measured_is_not_said_to_be_missing_for_the_faults() -> None:
    one, _ = judged(faulty(run_of(), (20, 23)), metric="cpu", statistic="mean", target="< 70 %")
    assert one.outcome is Outcome.NO_DATA
    assert "faults" not in one.explanation
