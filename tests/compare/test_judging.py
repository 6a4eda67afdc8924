"""Two sides to a comparison, from made-up runs that went through the real recorder.

Tests `__init__.py`, `comparable.py`, `decide.py`, `figures.py`, `of_load.py`, `of_bench.py`,
`weighing.py`, `pending.py`, `settings.py` and `needs.py` of `kampyn_perf/compare`, and
`kampyn_perf/slo/evidence/earlier.py` too.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from kampyn_perf import compare
from kampyn_perf.compare import Condition, Settings
from kampyn_perf.compare.judging import Paired
from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.results.bench import BenchResult, CaseResult, CaseStatus, Samples
from kampyn_perf.results.compared import Change, Compared
from kampyn_perf.results.comparison import Comparison, Conclusion, Design
from kampyn_perf.results.load import LoadResult, RunStatus
from tests.bench.conftest import MACHINE, options
from tests.slo.runs import Run, machine, steady


def load(median_us: int = 20_000, *, seed: int = 1, seconds: int = 40, **more: Any) -> LoadResult:
    """A run; each seed is another one."""
    return (
        cached_run(median_us, seed, seconds) if not more else make(median_us, seed, seconds, more)
    )


@cache
def cached_run(median_us: int, seed: int, seconds: int) -> LoadResult:
    """The same run is made once."""
    return make(median_us, seed, seconds, {})


def make(median_us: int, seed: int, seconds: int, more: dict[str, Any]) -> LoadResult:
    """From numbers, by the recorder."""
    phases = [("p", steady(seconds=seconds, rate=20, median_us=median_us, seed=seed))]
    result = Run(phases=phases, **more).result()
    return result.model_copy(update={"started_at": f"2026-11-23T20:{seed:02}:00+00:00"})


def row(comparison: Comparison, title: str) -> Compared:
    return next(each for each in comparison.rows if each.title == title)


P95 = "response time P95"


def test_twice_as_slow_is_a_regression() -> None:
    found = compare.judge([load()], [load(40_000, seed=2)])
    assert found.design is Design.SINGLE
    p95 = row(found, P95)
    assert p95.outcome is Change.REGRESSED
    assert p95.change == pytest.approx(1.0, abs=0.2)
    assert p95.low is not None
    assert p95.low > 0.5
    assert row(found, f"{P95} [endpoint POST /order/{{userId}}]").outcome is Change.REGRESSED
    assert (found.conclusion, found.exit_code) == (Conclusion.REGRESSED, ExitCode.FAILED)


def test_twice_as_fast_is_an_improvement() -> None:
    found = compare.judge([load(40_000)], [load(seed=2)])
    assert row(found, P95).outcome is Change.IMPROVED
    assert found.exit_code is ExitCode.OK


def test_one_run_a_side_claims_nothing_small() -> None:
    found = compare.judge([load()], [load(21_500, seed=2)])
    assert row(found, P95).outcome is Change.INCONCLUSIVE
    assert "runs a side would decide" in row(found, P95).needs
    assert found.conclusion is Conclusion.INCONCLUSIVE
    assert any("one run on a side" in remark for remark in found.remarks)
    assert all(each.outcome is not Change.NO_CHANGE for each in found.rows if "time" in each.metric)


def test_about_two_runs_alone_a_wide_margin_is_shown() -> None:
    settings = Settings(between_runs=0.0, margin=0.2)
    found = compare.judge([load()], [load(seed=2)], settings=settings)
    assert row(found, P95).outcome is Change.NO_CHANGE
    assert found.between_runs == 0


def test_other_runs_of_one_configuration_say_how_runs_differ() -> None:
    """Those scatter little: what one run a side could not tell by an assumption is decided."""
    base, new = load(), load(23_000, seed=2)
    alike = [[load(seed=seed) for seed in range(3, 10)]]
    assert row(compare.judge([base], [new]), "response time P50").outcome is Change.INCONCLUSIVE
    found = compare.judge([base], [new], alike=alike)
    assert row(found, "response time P50").outcome is Change.REGRESSED
    assert (found.runs_before, found.between_runs) == (7, 0)
    assert (
        found.remarks[0] == "how runs differ is taken from 7 other runs of the same configuration"
    )
    # What is said of it comes first.
    told = compare.judge([base], [new], alike=alike, settings=Settings(between_runs=0.1))
    assert (told.runs_before, told.between_runs) == (0, 0.1)


def test_of_several_processes_the_largest_is_compared() -> None:
    def of(*megabytes: float, seed: int) -> LoadResult:
        names = (f"worker {number}" for number in range(1, 9))
        series = [
            machine("memory_per_instance", [m * 2.0**20] * 60, name)
            for m, name in zip(megabytes, names, strict=False)
        ]
        return load(seed=seed, measurements=series)

    found = compare.judge([of(100, 80, seed=1)], [of(80, 101, seed=2)])
    largest = row(found, "memory per instance mean [the largest]")
    assert largest.change == pytest.approx(0.01)
    assert largest.gates
    assert not any(each.gates for each in found.rows if "[worker" in each.title)
    # One process of its own has nobody beside it.
    (alone,) = [
        each
        for each in compare.judge([of(100, seed=1)], [of(300, seed=2)]).rows
        if each.metric == "memory_per_instance"
    ]
    assert (alone.scope, alone.gates, alone.outcome) == ("worker 1", True, Change.REGRESSED)


def test_what_is_watched_differs_more_from_run_to_run() -> None:
    """Memory of one run each that differs by a fifth is no regression: real pairs did so."""
    before = load(measurements=[machine("memory_per_instance", [1e8, 1.001e8] * 30)])
    after = load(seed=2, measurements=[machine("memory_per_instance", [1.25e8] * 60)])
    (found,) = [
        each
        for each in compare.judge([before], [after]).rows
        if each.metric == "memory_per_instance"
    ]
    assert found.outcome is Change.INCONCLUSIVE


def test_several_runs_are_their_own_measure() -> None:
    base = [load(seed=seed, seconds=12) for seed in range(1, 6)]
    new = [load(seed=seed, seconds=12) for seed in range(6, 11)]
    found = compare.judge(base, new, margin=0.1)
    assert found.design is Design.SEVERAL
    assert row(found, "response time P50").outcome is Change.NO_CHANGE
    slower = compare.judge(base, [load(25_000, seed=seed, seconds=12) for seed in range(11, 16)])
    assert row(slower, "response time P50").outcome is Change.REGRESSED
    assert any("before all of the other" in remark for remark in slower.remarks)


def test_pairs_and_a_control_that_moves() -> None:
    base = [load(seed=seed, seconds=12) for seed in range(1, 10)]
    new = [load(26_000, seed=seed, seconds=12) for seed in range(11, 20)]
    control = [load(seed=seed, seconds=12) for seed in range(21, 30)]
    primary = [("response_time", "p50")]
    found = compare.judge(base, new, paired=Paired(control=control, primary=primary))
    assert found.design is Design.PAIRS
    assert found.conclusion is Conclusion.REGRESSED
    assert [each.title for each in found.control if each.primary] == ["response time P50"]
    # The other times of the whole come after the one that it waited for, each with all its share.
    assert row(found, P95).outcome is Change.REGRESSED
    few = compare.judge(base[:5], new[:5], paired=Paired(primary=primary))
    assert [row(few, f"response time {name}").needs for name in ("P50", "P95")] == [
        "about 8 pairs would decide"
    ] * 2
    # The only phase is the whole, and says nothing of its own.
    assert not [each for each in found.rows if each.scope.startswith("phase")]
    moved = compare.judge(base, new, paired=Paired(control=new, primary=primary))
    assert moved.conclusion is Conclusion.NOT_COMPARABLE
    assert moved.reasons[-1].startswith("the control moved: response time P50")
    assert {each.outcome for each in moved.rows} == {Change.INCONCLUSIVE}


def test_failures_count_by_their_share() -> None:
    found = compare.judge([load()], [load(seed=2, errors={"503": 80})])
    errors = row(found, "error rate")
    assert errors.outcome is Change.REGRESSED
    assert errors.change == pytest.approx(80 / 800)
    assert not errors.relative
    assert errors.change_text == "+10 points"


def test_what_was_watched_stands_beside() -> None:
    before = load(
        measurements=[machine("cpu", [0.30, 0.31] * 30), machine("evictions", [0.0] * 60)]
    )
    after = load(seed=2, measurements=[machine("cpu", [0.60, 0.61] * 30)])
    found = compare.judge([before], [after])
    assert row(found, "cpu mean [machine]").outcome is Change.REGRESSED
    assert not [each for each in found.rows if each.metric == "evictions"]


@pytest.mark.parametrize(
    ("update", "told"),
    [
        ({"seed": 2}, "another seed: 1 and 2 (if that is what is compared: --allow seed)"),
        ({"planned_us": 1, "phases": []}, "another schedule"),
        ({"flows": []}, "another scenario"),
        ({"status": RunStatus.PARTIAL, "reason": "SIGINT"}, "new: the run is not complete: SIGINT"),
    ],
)
def test_what_cannot_be_compared_is_no_verdict(update: dict[str, Any], told: str) -> None:
    found = compare.judge([load()], [load(40_000, seed=2).model_copy(update=update)])
    assert found.conclusion is Conclusion.NOT_COMPARABLE
    assert found.exit_code is ExitCode.NO_VERDICT
    assert any(told in reason for reason in found.reasons), found.reasons


def test_what_is_compared_may_differ() -> None:
    other = load(40_000, seed=2)
    faster = other.machine.model_copy(update={"hostname": "other"})
    other = other.model_copy(update={"machine": faster})
    assert compare.judge([load()], [other]).conclusion is Conclusion.NOT_COMPARABLE
    settings = Settings(allowed=[Condition.MACHINE])
    assert compare.judge([load()], [other], settings=settings).conclusion is Conclusion.REGRESSED


def test_an_invalid_run_means_nothing() -> None:
    found = compare.judge([load()], [load(40_000, seed=2, invalid=["late"])])
    assert found.reasons == ["new: the run is not valid: late"]


def test_a_busy_machine_means_nothing() -> None:
    busy = [machine("cpu", [0.95] * 60), machine("process_cpu", [0.2] * 60, "worker 1")]
    found = compare.judge([load()], [load(seed=2, measurements=busy)])
    assert "85 % of it went to programs that are neither" in found.reasons[0]


def test_the_same_run_is_no_comparison() -> None:
    assert compare.judge([load()], [load()]).reasons == ["the same run is named twice"]


def test_what_is_not_alike_comes_with_indexes_first() -> None:
    base = load().model_copy(
        update={"context": {"backend": {"workers": 1, "store": {"indexes": "documented"}}}}
    )
    new = load(seed=2).model_copy(
        update={"context": {"backend": {"workers": 2, "store": {"indexes": "none"}}}}
    )
    found = compare.judge([base], [new])
    assert [(one.what, one.base, one.new) for one in found.differences[:2]] == [
        ("backend.store.indexes", "documented", "none"),
        ("backend.workers", "1", "2"),
    ]
    assert found.conclusion is not Conclusion.NOT_COMPARABLE


def test_a_result_of_an_earlier_version_is_compared_too() -> None:
    found = compare.judge([load(recorded=False)], [load(40_000, seed=2)])
    assert row(found, P95).outcome is Change.REGRESSED
    assert any("earlier version" in remark for remark in found.remarks)


def bench(scale: float, *, seed: int = 1, name: str = "sort", n: int = 1_000) -> BenchResult:
    times = np.random.default_rng(seed).lognormal(np.log(1e6 * scale), 0.2, n).astype(int)
    case = CaseResult(
        name=name,
        case=name,
        suite="own",
        params={},
        status=CaseStatus.OK,
        planned=n,
        completed=n,
        rounds=[n // 2, n // 2],
        samples=Samples.of(times.tolist()),
    )
    return BenchResult(
        status=RunStatus.COMPLETE,
        started_at=f"2026-01-01T00:00:{seed:02}+00:00",
        elapsed_us=1,
        machine=MACHINE,
        options=options(),
        planned_cases=1,
        cases=[case],
    )


def test_benchmarks_by_case() -> None:
    found = compare.judge([bench(1)], [bench(1.5, seed=2)])
    assert found.kind == "bench"
    mean = row(found, "time mean [case sort]")
    assert mean.outcome is Change.REGRESSED
    assert mean.change == pytest.approx(0.5, abs=0.05)
    assert mean.base == pytest.approx(1_020, rel=0.05)


def test_what_would_decide_is_counted_in_what_it_is_of() -> None:
    settings = Settings(between_runs=0.0)
    cases = compare.judge([bench(1, n=300)], [bench(1.02, seed=2, n=300)], settings=settings)
    assert row(cases, "time P95 [case sort]").needs.endswith("samples a side would decide")
    loads = compare.judge([load()], [load(seed=2)], settings=settings)
    assert row(loads, "response time P50").needs.endswith("requests a side would decide")


def test_what_is_no_comparison_at_all() -> None:
    with pytest.raises(KampynError, match="a load and a benchmark cannot be compared"):
        compare.judge([load()], [bench(1)])
    with pytest.raises(KampynError, match="no case in common"):
        compare.judge([bench(1)], [bench(1, seed=2, name="other")])
    with pytest.raises(KampynError, match="no endpoint in common"):
        compare.judge([load()], [load(seed=2).model_copy(update={"endpoints": []})])
    with pytest.raises(KampynError, match="a run on each side"):
        compare.judge([], [load()])


def test_too_few_requests_bound_no_percentile() -> None:
    found = compare.judge([load(seconds=2)], [load(seed=2, seconds=2)])
    p99 = row(found, "response time P99")
    assert p99.outcome is Change.INCONCLUSIVE
    assert p99.explanation == "base: 40 samples bound no P99: it takes 368"
