"""How often a verdict is wrong: thousands of simulated runs against targets on the edge.

A 95 % interval has 2.5 % on either side: of runs whose truth is exactly the target, at most about
that many may pass, and as many fail. All runs are drawn from a fixed seed.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from kampyn_perf import stats
from kampyn_perf.results.verdict import Outcome, Unit
from kampyn_perf.slo.evidence import estimate
from kampyn_perf.slo.evidence.load import LoadEvidence
from kampyn_perf.slo.objectives import Objective
from kampyn_perf.slo.targets import Comparison, Target
from kampyn_perf.slo.verdict.outcome import outcome_of
from tests.slo.runs import Run
from tests.stats.test_dependence import Runs, fading

RUNS = 400


def p95_outcomes(runs: Runs, target_us: float) -> Counter[Outcome]:
    """The outcome of "p95 below target" in every run, judged as a load is."""
    target = Target(Comparison.BELOW, target_us, Unit.DURATION)
    outcomes: Counter[Outcome] = Counter()
    for run in runs:
        samples = np.sort(run.ravel())
        at = samples[stats.nearest_rank(samples.size, 0.95) - 1]
        worth = stats.deflation(np.full(run.shape[0], run.shape[1]), (run <= at).sum(axis=1))
        found = estimate.Estimate(
            observed=float(at),
            interval=stats.quantile_interval(list(samples), 0.95, effective=worth.effective),
            samples=samples.size,
            noun="requests",
        )
        outcomes[outcome_of(found, target)] += 1
    return outcomes


@pytest.fixture(scope="module")
def runs() -> Runs:
    return fading(np.random.default_rng(41), RUNS, 60)


@pytest.fixture(scope="module")
def truth() -> float:
    return float(np.quantile(fading(np.random.default_rng(42), 40, 5_000), 0.95))


def test_a_system_on_the_edge_is_seldom_passed_and_seldom_failed(runs: Runs, truth: float) -> None:
    outcomes = p95_outcomes(runs, truth)
    assert outcomes[Outcome.PASS] <= 0.06 * RUNS
    assert outcomes[Outcome.FAIL] <= 0.06 * RUNS


def test_a_system_that_misses_by_a_third_practically_never_passes(runs: Runs, truth: float) -> None:
    outcomes = p95_outcomes(runs, truth * 0.75)
    assert outcomes[Outcome.PASS] <= 0.01 * RUNS


def test_a_clear_answer_is_given(runs: Runs, truth: float) -> None:
    assert p95_outcomes(runs, truth * 30)[Outcome.PASS] >= 0.95 * RUNS
    assert p95_outcomes(runs, truth / 4)[Outcome.FAIL] >= 0.95 * RUNS


def test_a_load_is_judged_by_the_same_intervals(runs: Runs) -> None:
    """The simulations above take a short cut; a result's histograms say the same, rounded."""
    target = Objective.model_validate(
        {"metric": "response_time", "statistic": "p95", "target": "< 1 s"}
    )
    for run in runs[:5]:
        whole = np.rint(run * 10_000).astype(int)
        samples = np.sort(whole.ravel())
        at = samples[stats.nearest_rank(samples.size, 0.95) - 1]
        worth = stats.deflation(np.full(60, whole.shape[1]), (whole <= at).sum(axis=1))
        direct = stats.quantile_interval(list(samples), 0.95, effective=worth.effective)
        found = LoadEvidence(Run(phases=[("p", whole.tolist())]).result()).find(target)
        assert isinstance(found, estimate.Estimate)
        assert found.effective == pytest.approx(worth.effective, rel=0.1)
        assert found.interval is not None
        assert found.interval.low == pytest.approx(direct.low, rel=0.02)
        assert found.interval.high == pytest.approx(direct.high, rel=0.1)


@pytest.mark.parametrize("n", [1_000, 10_000, 51_840])
def test_a_service_that_breaks_its_promise_by_a_hair_seldom_passes(n: int) -> None:
    target = Target(Comparison.AT_LEAST, 0.999, Unit.SHARE)
    drawn = Counter(np.random.default_rng(7).binomial(n, 0.00101, 4_000).tolist())
    passed = 0
    for failures, times in drawn.items():
        found = estimate.share(failures, n, effective=n, noun="requests", of_successes=True)
        assert isinstance(found, estimate.Estimate)
        passed += times * (outcome_of(found, target) is Outcome.PASS)
    assert passed / 4_000 <= 0.025
