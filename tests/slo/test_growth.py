"""Memory while the load is the same: what grew, what did not, and what would have been seen.

Two public complaints are answered here. Somebody's slope rule failed 33 of 361 healthy windows; and
somebody's build that leaked passed its check.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np
import pytest

from kampyn_perf.results.judgement import Outcome
from kampyn_perf.results.load import LoadResult
from kampyn_perf.results.series import Series
from kampyn_perf.slo import judge
from kampyn_perf.slo.growth import memory_of
from kampyn_perf.slo.objectives import Slo
from tests.slo.runs import Run, machine, steady

MB = 2.0**20
SECONDS = 300


@cache
def plain() -> LoadResult:
    return Run(phases=[("Sustained load", steady(seconds=SECONDS, rate=2))]).result()


def run(*series: Series) -> LoadResult:
    return plain().model_copy(update={"measurements": list(series)})


def worker(values: Iterable[float], name: str = "worker 1") -> Series:
    return machine("memory_per_instance", [float(each) for each in values], name)


def window(rng: np.random.Generator, *, leak: float = 0.0) -> np.ndarray[Any, np.dtype[np.float64]]:
    """A window of a healthy process: a base, a saw of collected garbage whose teeth differ, noise
    that hangs together; and `leak` MB a minute."""
    seconds = np.arange(SECONDS)
    period = rng.uniform(15, 40)
    edges = np.cumsum(np.maximum(rng.normal(period, 0.25 * period, 60), 3)) - rng.uniform(0, period)
    tooth = np.searchsorted(edges, seconds, side="right")
    start = np.concatenate([[edges[0] - period], edges])[tooth]
    saw = (seconds - start) / period * rng.uniform(5, 25)
    noise = np.empty(SECONDS)
    noise[0] = rng.normal(0, 0.5)
    for second in range(1, SECONDS):
        noise[second] = 0.9 * noise[second - 1] + rng.normal(0, 0.2)
    return np.asarray((100 + saw + noise + leak * seconds / 60) * MB)


def test_healthy_windows_are_not_failed() -> None:
    """361 of them, as in the complaint: there 33 failed, one in eleven. Here at most one in
    twenty may, and hardly any does."""
    rng = np.random.default_rng(361)
    failed = 0
    for _ in range(361):
        (found,) = memory_of(run(worker(window(rng))))
        failed += found.state == "grew"
    assert failed <= 9, failed


def test_a_leaking_build_does_not_pass() -> None:
    """10 MB a minute under a saw of up to 25 MB: seen in most windows, and where it is not, the
    window says that it could not have seen so little. None says both."""
    rng = np.random.default_rng(7)
    leak = 10.0
    grew = hidden = 0
    for _ in range(60):
        (found,) = memory_of(run(worker(window(rng, leak=leak))))
        grew += found.state == "grew"
        blind = (found.detectable or 0) * 60 / MB
        hidden += found.state == "level" and blind < leak / 2
    assert grew >= 50
    assert hidden == 0


def test_the_objective_says_the_same() -> None:
    goal = {"metric": "memory_per_instance", "statistic": "slope", "target": "< 2 MB/min"}
    slo = Slo.model_validate({"objectives": {"leak": goal}})
    rng = np.random.default_rng(5)
    leaking = judge(run(worker(window(rng, leak=10.0))), slo)
    assert leaking.objectives[0].outcome is Outcome.FAIL
    assert leaking.memory[0].state == "grew"
    assert leaking.memory_lines[0].startswith("worker 1 grew by ")
    healthy = judge(run(worker(window(rng))), slo)
    assert healthy.objectives[0].outcome is not Outcome.FAIL
    assert healthy.memory_lines[0].startswith("1 instance did not grow in Sustained load; from ")


def test_every_process_has_its_own() -> None:
    rng = np.random.default_rng(3)
    found = memory_of(
        run(
            worker(window(rng)), worker(window(rng, leak=20), "worker 2"), machine("cpu", [0.1] * 9)
        )
    )
    assert [(one.subject, one.state) for one in found] == [
        ("worker 1", "level"),
        ("worker 2", "grew"),
    ]
    assert found[1].slope * 60 / MB == pytest.approx(20, rel=0.15)
    assert found[1].interval.low is not None
    assert 0 < found[1].interval.low < found[1].slope


def test_what_shrinks_and_what_wanders_did_not_leak() -> None:
    rng = np.random.default_rng(4)
    falling, wandering = window(rng, leak=-20), 100 * MB + np.cumsum(rng.normal(0, MB, SECONDS))
    found = memory_of(run(worker(falling), worker(wandering, "worker 2")))
    assert found[0].state == "fell"
    assert found[1].state in ("open", "level")


@pytest.mark.parametrize("values", [[], [1e8], [1e8, 1e8]])
def test_too_few_samples_say_nothing(values: list[float]) -> None:
    assert memory_of(run(worker(values))) == []
