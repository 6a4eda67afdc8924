"""Statistics by name, as objectives and rules have them."""

from __future__ import annotations

import pytest

from kampyn_perf.statistic import PERCENTILE, chosen, default_of, known_metric, quantile_of, spelled

TIMES = (PERCENTILE, "mean", "max")
STATE = ("mean", "max")


@pytest.mark.parametrize(
    ("name", "quantile"),
    [("p50", 0.5), ("p99.9", 0.999), ("p5", 0.05), ("p0", None), ("p100", None), ("p", None)],
)
def test_the_quantile_of_a_percentile(name, quantile) -> None:
    assert quantile_of(name) == quantile
    assert quantile_of("mean") is None


@pytest.mark.parametrize(
    ("name", "offered", "meant"),
    [("P95 ", TIMES, "p95"), ("max", TIMES, "max"), ("", STATE, "mean"), (None, STATE, "mean")],
)
def test_the_statistic_that_is_meant(name, offered, meant) -> None:
    assert chosen(name, offered, metric="memory") == meant


@pytest.mark.parametrize(
    ("name", "offered", "problem"),
    [
        ("p100", TIMES, "time needs one of p50, p95, p99.9 ..., mean, max (got 'p100')"),
        ("", TIMES, "time needs one of p50, p95, p99.9 ..., mean, max"),
        (PERCENTILE, TIMES, "time needs one of p50, p95, p99.9 ..., mean, max (got 'pNN')"),
        ("p95", STATE, "time needs one of mean, max (got 'p95')"),
    ],
)
def test_another_is_refused_with_what_there_is(name, offered, problem) -> None:
    with pytest.raises(ValueError) as caught:
        chosen(name, offered, metric="time")
    assert str(caught.value) == problem


def test_the_first_is_the_usual_one_unless_it_is_any_percentile() -> None:
    assert (default_of(STATE), default_of(TIMES)) == ("mean", "")
    assert spelled(STATE) == ["mean", "max"]


def test_a_metric_has_to_be_known() -> None:
    assert known_metric("memory", ["memory", "cpu"]) == "memory"
    with pytest.raises(ValueError, match=r"^unknown metric 'memroy'; did you mean memory\?$"):
        known_metric("memroy", ["memory", "cpu"])
