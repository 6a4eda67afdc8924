"""How often a verdict is wrong: simulated runs against targets on the edge.

The short form of `benchmarks/verdict_simulation.py`; `benchmarks/simulated_runs.py` tells what the
processes are, and the table is in `docs/slo.md`. All runs are drawn from a fixed seed.

Tests `kampyn_perf/slo/evidence/estimate.py` and `kampyn_perf/slo/verdict/outcome.py`.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from benchmarks.simulated_runs import PROCESSES, SLOW_PROCESSES, Setting
from benchmarks.simulated_shares import FEWEST_CLUMPS, errors_of
from kampyn_perf.operators import Operator
from kampyn_perf.results.judgement import Outcome
from kampyn_perf.results.unit import Unit
from kampyn_perf.slo.evidence import estimate
from kampyn_perf.slo.targets import Target
from kampyn_perf.slo.verdict.outcome import outcome_of
from tests.slo.shares import independent

RUNS = 600
NOISE = 0.018
"""Two standard errors of a rate of 5 % in so many runs."""


SETTINGS = [
    setting
    for process in PROCESSES
    for share in (0.5, 0.05, 0.01)
    for seconds in (20, 60, 420)
    # What a run hardly ever saw, it cannot know.
    if (setting := Setting(process=process, share=share, seconds=seconds)).clumps >= FEWEST_CLUMPS
]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda s: f"{s.process}-{s.share}-{s.seconds}")
def test_a_system_on_the_edge_is_seldom_passed_and_seldom_failed(setting: Setting) -> None:
    errors = errors_of(setting, runs=RUNS, seed=7)
    assert errors.passed <= 0.05 + NOISE
    assert errors.failed <= 0.05 + NOISE


def test_ten_batches_as_they_are_pass_many_more() -> None:
    """What the method is for: the one before passed up to half of such runs."""
    for process in SLOW_PROCESSES:
        setting = Setting(process=process, share=0.05, seconds=60, rate=120)
        assert errors_of(setting, runs=RUNS, seed=7, plain=True).passed > 0.10, process


@pytest.mark.parametrize("process", ["independent", "batches of 5"])
def test_a_clear_answer_is_given(process: str) -> None:
    setting = Setting(process=process, share=0.05, seconds=420, rate=120)
    assert errors_of(setting, runs=200, seed=3, limit=0.1).passed >= 0.95
    assert errors_of(setting, runs=200, seed=3, limit=0.025).failed >= 0.95


@pytest.mark.parametrize("n", [1_000, 10_000, 51_840])
def test_a_service_that_breaks_its_promise_by_a_hair_seldom_passes(n: int) -> None:
    target = Target(Operator.AT_LEAST, 0.999, Unit.SHARE)
    drawn = Counter(np.random.default_rng(7).binomial(n, 0.00101, 4_000).tolist())
    passed = 0
    for failures, times in drawn.items():
        found = estimate.share(
            failures, n, bounds=independent(failures, n), noun="requests", of_successes=True
        )
        assert isinstance(found, estimate.Estimate)
        passed += times * (outcome_of(found, target) is Outcome.PASS)
    assert passed / 4_000 <= 0.025


def test_a_mean_on_the_edge_is_seldom_passed_and_seldom_failed() -> None:
    """Throughput: successes by the second, from a rate that drifts over a quarter of the run."""
    setting = Setting(process="throughput, slow over T/4", share=0.5, seconds=60, rate=120)
    errors = errors_of(setting, runs=RUNS, seed=5)
    assert errors.passed <= 0.05 + NOISE
    assert errors.failed <= 0.05 + NOISE
