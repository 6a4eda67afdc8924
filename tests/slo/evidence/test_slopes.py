"""Slopes of what was watched: a leak fails, a saw's teeth do not, and what was too small to be seen
is said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from kampyn_perf.results.judgement import Judgement, Outcome
from kampyn_perf.results.series import Series
from kampyn_perf.results.unit import Unit
from kampyn_perf.slo.evidence.load import LoadEvidence
from kampyn_perf.slo.evidence.series import Measurements
from kampyn_perf.slo.evidence.slopes import Stretch, longest
from kampyn_perf.slo.objective import Objective
from kampyn_perf.slo.verdict.outcome import judge
from tests.slo.runs import SECOND_US, Run, machine, steady

MB = 1024 * 1024
SECONDS = np.arange(120)


def worker(values: Sequence[float], name: str = "worker 1") -> Series:
    return machine("memory_per_instance", [float(each) for each in values], name)


def teeth(leak: float = 0.0, seed: int = 1) -> list[float]:
    """80 MB and up to 20 more until they are collected, about every 15 s; MB a minute leak."""
    rng = np.random.default_rng(seed)
    saw = (SECONDS / 15 + rng.random()) % 1 * 20 * MB
    noise = rng.normal(0, 0.3 * MB, SECONDS.size)
    return [float(each) for each in 80 * MB + saw + noise + leak * MB * SECONDS / 60]


def judged(series: Sequence[Series], target: str, **more: Any) -> Judgement:
    objective = Objective.model_validate(
        {"metric": "memory_per_instance", "statistic": "slope", "target": target} | more
    )
    return judge("o", objective, Measurements(series=series).find(objective))


def test_a_leak_fails_and_says_how_fast_it_is() -> None:
    judgement = judged([worker(teeth()), worker(teeth(leak=30), "worker 2")], "< 5 MB/min")
    assert judgement.outcome is Outcome.FAIL
    assert judgement.unit is Unit.SIZE_RATE
    assert (judgement.observed or 0) * 60 / MB == pytest.approx(30, rel=0.1)
    assert "slope is 29.3 MB/min" in judgement.explanation
    assert "worker 2, by psutil, in the run" in judgement.explanation


@pytest.mark.parametrize("seed", range(8))
def test_what_is_collected_is_no_leak(seed: int) -> None:
    judgement = judged([worker(teeth(seed=seed))], "< 20 MB/min")
    assert judgement.outcome is Outcome.PASS
    assert judgement.detectable is not None
    assert judgement.detectable * 60 / MB < 40
    assert "this run would have shown a slope from about" in judgement.explanation
    assert "would have shown from" in judgement.detectable_text


def test_a_run_too_short_for_a_small_leak_does_not_pass_it() -> None:
    """What the run could not have seen is not promised."""
    judgement = judged([worker(teeth())], "< 10 KB/min")
    assert judgement.outcome is Outcome.INCONCLUSIVE
    assert "a longer phase would tell" in judgement.explanation


def test_of_many_workers_one_is_the_fastest_by_chance() -> None:
    rng = np.random.default_rng(20251128)
    for _ in range(20):
        workers = [worker(80 * MB + rng.normal(0, MB, 60), f"worker {n}") for n in range(16)]
        assert judged(workers, "< 0 MB/min").outcome is not Outcome.FAIL


def test_any_series_has_one() -> None:
    leaking = machine("mongo_connections", [10.0 + each for each in range(60)], unit="count")
    objective = Objective.model_validate(
        {
            "metric": "series",
            "series": {"name": "mongo_connections"},
            "statistic": "slope",
            "target": "< 10/min",
        }
    )
    judgement = judge("o", objective, Measurements(series=[leaking]).find(objective))
    assert judgement.outcome is Outcome.FAIL
    assert (judgement.observed, judgement.unit) == (pytest.approx(1.0), Unit.RATE)
    sizes = machine("mongo_connections", [10.0] * 60, unit="bytes")
    other = judge("o", objective, Measurements(series=[sizes]).find(objective))
    assert other.outcome is Outcome.NO_DATA
    assert "is in bytes" in other.explanation


def test_too_few_samples_are_no_slope() -> None:
    judgement = judged([worker([80 * MB] * 9)], "< 1 MB/min")
    assert judgement.outcome is Outcome.NO_DATA
    assert "9 samples in the run are too few for a slope" in judgement.explanation


def test_the_longest_phase_is_asked() -> None:
    """That memory grows while the load does is no leak."""
    values = [float(80 * MB + each * MB) for each in range(30)] + [110.0 * MB] * 60
    run = Run(
        phases=[
            ("Ramp", steady(seconds=30, rate=10, median_us=1_000)),
            ("Sustained", steady(seconds=60, rate=10, median_us=1_000)),
        ],
        measurements=[worker(values)],
    )
    objective = Objective.model_validate(
        {"metric": "memory_per_instance", "statistic": "slope", "target": "< 1 MB/min"}
    )
    judgement = judge("o", objective, LoadEvidence(run.result()).find(objective))
    assert judgement.outcome is Outcome.PASS
    assert "in Sustained" in judgement.explanation
    assert longest([]) is None
    first, second = (Stretch(name=n, start_us=0, end_us=SECOND_US) for n in "ab")
    assert longest([first, second]) is first


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("1 MB/min", Unit.SIZE_RATE, MB / 60),
        ("512 KB / h", Unit.SIZE_RATE, 512 * 1024 / 3600),
        ("6 %/min", Unit.SHARE_RATE, 0.001),
        ("60 ms/min", Unit.DURATION_RATE, 1_000),
    ],
)
def test_slopes_are_written_by_time(text: str, unit: Unit, value: float) -> None:
    assert unit.parse(text) == pytest.approx(value)
    assert unit.parse(unit.text(value)) == pytest.approx(value, rel=0.01)


def test_a_falling_share_is_short() -> None:
    assert Unit.SHARE_RATE.text(-0.000490882) == "-2.95 %/min"


@pytest.mark.parametrize("text", ["1 MB", "1 MB/week", "MB/min", "1/min"])
def test_a_size_alone_is_no_slope(text: str) -> None:
    assert Unit.SIZE_RATE.parse(text) is None


def test_a_slope_needs_its_own_unit() -> None:
    with pytest.raises(ValidationError, match="expected a size by time, such as"):
        Objective.model_validate(
            {"metric": "memory_per_instance", "statistic": "slope", "target": "< 1 MB"}
        )
