"""Several results, judged as one.

Tests `kampyn_perf/slo/judging.py` and `kampyn_perf/slo/evidence/together.py`.
"""

from __future__ import annotations

from kampyn_perf import config
from kampyn_perf.errors import ExitCode
from kampyn_perf.results.judgement import Outcome
from kampyn_perf.results.load import RunStatus
from kampyn_perf.results.verdict import Conclusion, Verdict
from kampyn_perf.slo import judge
from kampyn_perf.slo.objectives import Slo
from tests.slo.runs import Run, machine, steady

GOALS = config.parse(
    Slo,
    config.parse_yaml(
        "objectives:\n"
        '  p95: {metric: response_time, statistic: p95, target: "< 200 ms"}\n'
        '  cpu: {metric: cpu, target: "< 70 %"}\n'
        '  throughput: {metric: throughput, target: ">= 80/s"}\n'
        '  endpoints: {metric: error_rate, scope: {endpoint: "*"}, target: "< 50 %"}\n',
        "slo.yaml",
    ),
)
SLOW = Run(phases=[("p", steady(seconds=40, rate=50))], offered={"p": 25.0})
FAST = Run(phases=[("p", steady(seconds=40, rate=100))], offered={"p": 50.0})
COOL = [machine("cpu", [0.5, 0.55] * 20)]
HOT = [machine("cpu", [0.9, 0.95] * 20)]


def variant_of(run: Run, **more: object) -> Run:
    return Run(**{**vars(run), **more})  # type: ignore[arg-type]


def judged_together(one: Run, other: Run, *, strict: bool = True) -> Verdict:
    return judge([one.result(), other.result()], GOALS, strict=strict)


def outcomes(verdict: Verdict) -> dict[str, Outcome]:
    return {each.name: each.outcome for each in verdict.objectives}


def test_each_answers_what_the_other_cannot() -> None:
    cool = variant_of(SLOW, measurements=COOL)
    assert judge(cool.result(), GOALS, strict=True).exit_code is ExitCode.NO_VERDICT
    assert judge(FAST.result(), GOALS, strict=True).exit_code is ExitCode.NO_VERDICT
    verdict = judged_together(cool, FAST)
    assert (verdict.conclusion, verdict.reasons) == (Conclusion.PASS, [])
    assert set(outcomes(verdict).values()) == {Outcome.PASS}


def test_what_one_missed_the_other_does_not_make_good() -> None:
    verdict = judged_together(
        variant_of(SLOW, measurements=COOL), variant_of(FAST, measurements=HOT)
    )
    assert outcomes(verdict)["cpu"] is Outcome.FAIL
    assert verdict.exit_code is ExitCode.FAILED
    assert verdict.reasons == ["failed: cpu"]


def test_what_was_missed_but_not_for_sure_is_no_pass_of_another() -> None:
    # One second of forty is slow: P95 lies beyond the target, but one such second proves nothing.
    values = [*steady(seconds=37, rate=50), *[[2_000_000] * 50] * 3]
    doubtful = variant_of(SLOW, phases=[("p", values)], measurements=COOL)
    alone = judge(doubtful.result(), GOALS)
    assert outcomes(alone)["p95"] is Outcome.INCONCLUSIVE
    verdict = judged_together(doubtful, FAST)
    assert outcomes(verdict)["p95"] is Outcome.INCONCLUSIVE
    assert verdict.reasons == ["missed its target, but not for sure: p95"]


def test_what_neither_measured_stays_undecided() -> None:
    verdict = judged_together(SLOW, FAST)
    assert outcomes(verdict)["cpu"] is Outcome.NO_DATA
    assert verdict.reasons == ["required, but not decided: cpu"]
    assert judged_together(SLOW, FAST, strict=False).exit_code is ExitCode.OK


def test_one_run_that_is_not_valid_or_partial_stands_against_all() -> None:
    cool = variant_of(SLOW, measurements=COOL)
    invalid = judged_together(cool, variant_of(FAST, invalid=["it was late"]))
    assert invalid.exit_code is ExitCode.NO_VERDICT
    assert "it was late" in invalid.reasons[0]
    partial = judged_together(
        cool, variant_of(FAST, status=RunStatus.PARTIAL, reason="ended early")
    )
    assert partial.exit_code is ExitCode.NO_VERDICT
    assert "ended early" in partial.reasons[-1]
    assert partial.partial


def test_the_order_of_the_runs_does_not_matter() -> None:
    hot, cool = variant_of(FAST, measurements=HOT), variant_of(SLOW, measurements=COOL)
    one, other = judged_together(hot, cool), judged_together(cool, hot)
    assert outcomes(one) == outcomes(other)
    assert one.exit_code is other.exit_code


def test_parts_of_every_run_are_judged() -> None:
    verdict = judged_together(variant_of(SLOW, measurements=COOL), FAST)
    parts = [each.scope_text for each in verdict.objectives if each.name == "endpoints"]
    assert len(parts) == 2
    assert not any("*" in part for part in parts)
