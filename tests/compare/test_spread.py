"""How runs of one configuration differ, from runs that were made before."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kampyn_perf.compare.figures import Figure, Figures, Key
from kampyn_perf.compare.spread import Spread
from kampyn_perf.results.unit import Unit

P95 = Key(metric="response_time", statistic="p95", unit=Unit.DURATION)


def runs(*values: float | None) -> list[Figures]:
    return [{P95: Figure(value=value)} for value in values]


def test_each_group_has_a_level_of_its_own() -> None:
    """Two groups a factor of ten apart: only the scatter around each level counts."""
    values = [10.0, 10.2, 9.9, 10.1]
    spread = Spread([runs(*values), runs(*(10 * value for value in values))])
    assert spread.runs == 8
    found = spread.between(P95, relative=True)
    assert found is not None
    assert found.freedom == 6
    logs = np.log(values)
    one = math.fsum((logs - logs.mean()) ** 2)
    assert found.deviation == pytest.approx(math.sqrt(2 * 2 * one / 6))
    assert found.whole


def test_a_difference_is_in_the_figures_own_unit() -> None:
    found = Spread([runs(1, 2, 3, 4, 5)]).between(P95, relative=False)
    assert found is not None
    assert found.deviation == pytest.approx(math.sqrt(2 * np.var([1, 2, 3, 4, 5], ddof=1)))


@pytest.mark.parametrize("groups", [[], [runs(1, 2, 3, 4)], [runs(1, 2), runs(3, 4), runs(5)]])
def test_too_few_runs_tell_nothing(groups: list[list[Figures]]) -> None:
    spread = Spread(groups)
    assert spread.runs == 0
    assert spread.between(P95, relative=True) is None


def test_a_figure_that_few_runs_have_is_not_known() -> None:
    other = Key(metric="cpu", statistic="mean", unit=Unit.SHARE)
    spread = Spread([runs(1, 2, 3, 4, 5)])
    assert spread.between(other, relative=True) is None
    assert Spread([runs(1, 2, 3, None, None, 0)]).between(P95, relative=True) is None


def test_it_comes_to_the_truth() -> None:
    rng = np.random.default_rng(3)
    drawn = [runs(*np.exp(rng.normal(level, 0.03, 40))) for level in (1.0, 2.0)]
    found = Spread(drawn).between(P95, relative=True)
    assert found is not None
    assert found.deviation == pytest.approx(0.03 * math.sqrt(2), rel=0.2)
