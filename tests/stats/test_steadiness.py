"""Series that are at rest, and such that are not."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from kampyn_perf.stats.steadiness import State, steadiness

Floats = NDArray[np.float64]
SECONDS = np.arange(300)


def noise(seed: int = 0, size: int = 300) -> Floats:
    return 0.1 * np.random.default_rng(seed).standard_normal(size)


@pytest.mark.parametrize(
    ("values", "state", "cut"),
    [
        (1 + noise(), State.STEADY, 0),
        (1 + SECONDS / 300 + noise(), State.RISING, 0),
        (2 - SECONDS / 300 + noise(), State.FALLING, 0),
        (1 + (SECONDS > 180) + noise(), State.WANDERING, None),
        (np.where(SECONDS < 40, 3.0, 1.0) + noise(), State.STEADY, 50),  # 40, and what chance adds
        (np.ones(300), State.STEADY, 0),
        (np.zeros(300), State.STEADY, 0),
        (1 + SECONDS / 300 * 0.05 + 0.1 * noise(), State.STEADY, 0),  # by less than a tenth
    ],
)
def test_what_a_series_does(values: Floats, state: State, cut: int | None) -> None:
    found = steadiness(values)
    assert found.state is state
    if cut is not None:
        assert found.cut == cut


def test_few_seconds_say_nothing() -> None:
    assert steadiness(np.arange(19)).state is State.SHORT


def test_a_change_that_is_small_in_itself_does_not_matter() -> None:
    values = 0.5 + SECONDS / 300 + noise()
    assert steadiness(values).state is State.RISING
    assert steadiness(values, least=2.0).state is State.STEADY


def test_false_alarms_are_few() -> None:
    alarms = sum(
        steadiness(1 + noise(seed), series=1).state in (State.RISING, State.FALLING)
        for seed in range(200)
    )
    assert alarms <= 16


def test_what_rises_once_it_is_warm_is_found_behind_the_warm_up() -> None:
    at = np.arange(120)
    falling = 300 * np.exp(-at / 4)
    found = steadiness(100 + falling + 0.3 * at + 20 * noise(size=120))
    assert (found.state, found.cut) == (State.RISING, 60)
    assert found.change == pytest.approx(0.3 * 59, rel=0.1)
