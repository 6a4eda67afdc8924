"""An entry about a metric: its statistic is one that this metric has."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from pydantic import ValidationError

from kampyn_perf.metric_section import MetricSection
from kampyn_perf.statistic import PERCENTILE


class _Metric(NamedTuple):
    statistics: tuple[str, ...]


class Entry(MetricSection):
    metrics = {"time": _Metric((PERCENTILE, "mean")), "rate": _Metric(("mean",))}  # noqa: RUF012


def problems_of(**values):
    with pytest.raises(ValidationError) as caught:
        Entry(**values)
    return [(problem["loc"], problem["msg"]) for problem in caught.value.errors()]


def test_a_statistic_that_the_metric_has():
    assert Entry(metric="time", statistic="P95").statistic == "p95"
    assert Entry(metric="time", statistic="p95").quantile == 0.95


def test_where_none_is_named_it_is_the_metrics_own():
    entry = Entry(metric="rate")
    assert (entry.statistic, entry.quantile) == ("mean", None)


def test_a_metric_without_one_of_its_own_needs_one():
    ((place, message),) = problems_of(metric="time")
    assert place == ("statistic",)
    assert "time needs one of p50, p95, p99.9 ..., mean" in message


def test_an_unknown_metric_is_one_problem_and_not_two():
    ((place, message),) = problems_of(metric="tine", statistic="p95")
    assert place == ("metric",)
    assert "unknown metric 'tine'" in message
    assert "time" in message


def test_a_statistic_that_it_has_not():
    ((place, message),) = problems_of(metric="rate", statistic="p95")
    assert place == ("statistic",)
    assert "rate needs one of mean (got 'p95')" in message
