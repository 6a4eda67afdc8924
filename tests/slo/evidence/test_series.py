"""What was watched beside the client: means, maxima, the worst instance, the probe."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from kampyn_perf.slo.evidence.estimate import Estimate, Missing
from kampyn_perf.slo.evidence.series import find
from kampyn_perf.slo.metrics import METRICS
from tests.slo.runs import machine


def found(series: list[object], metric: str, statistic: str) -> Estimate:
    answer = find(series, METRICS[metric], statistic)  # type: ignore[arg-type]
    assert isinstance(answer, Estimate), answer
    return answer


def test_a_mean_over_time_with_its_interval() -> None:
    answer = found([machine("cpu", [0.4, 0.6] * 20), machine("memory", [0.9] * 40)], "cpu", "mean")
    assert answer.observed == pytest.approx(0.5)
    assert answer.samples == 40
    assert answer.note == "machine, by psutil"
    assert answer.interval is not None
    assert answer.observed in answer.interval


def test_queries_weigh_as_many_as_they_are() -> None:
    series = [
        machine("db_query_time", [1_000.0] * 10, "orders.find", weights=[90] * 10),
        machine("db_query_time", [11_000.0] * 10, "users.find", weights=[10] * 10),
    ]
    answer = found(series, "db_query_time", "mean")
    assert answer.observed == pytest.approx(2_000)
    assert (answer.samples, answer.noun) == (1_000, "queries")
    assert answer.interval is not None
    # Each of the two is steady: that they differ is no uncertainty.
    assert answer.interval.high == pytest.approx(2_000)


def test_the_worst_instance_speaks_for_all() -> None:
    series = [
        machine("memory_per_instance", [100.0, 300.0], "worker 1"),
        machine("memory_per_instance", [250.0, 250.0], "worker 2"),
    ]
    top = found(series, "memory_per_instance", "max")
    assert (top.observed, top.note) == (300, "worker 1, by psutil")
    assert top.interval is None
    mean = found(series, "memory_per_instance", "mean")
    assert (mean.observed, mean.note) == (250, "worker 2, by psutil")


def test_a_maximum_that_is_known_better_than_the_samples() -> None:
    series = [machine("db_query_time", [1_000.0], "orders.find", maximum=90_000.0)]
    assert found(series, "db_query_time", "max").observed == 90_000


def test_the_probe_counts_its_failures() -> None:
    series = [machine("probe_availability", [1.0] * 99 + [0.0])]
    answer = found(series, "probe_availability", "share")
    assert (answer.failures, answer.samples, answer.noun) == (1, 100, "probes")
    assert answer.observed == pytest.approx(0.99)


def test_what_nobody_measured() -> None:
    assert find([], METRICS["cpu"], "mean") == Missing("nothing measured cpu in this run")
    empty = [machine("cpu", [])]
    assert find(empty, METRICS["cpu"], "mean") == Missing("nothing measured cpu in this run")
    idle = [machine("db_query_time", [0.0], weights=[0])]
    assert find(idle, METRICS["db_query_time"], "mean") == Missing("there were no queries")


def test_one_sample_is_no_interval() -> None:
    answer = found([machine("cpu", [0.5])], "cpu", "mean")
    assert answer.interval is not None
    assert (answer.interval.low, answer.interval.high) == (None, None)


def test_a_series_with_unequal_columns_is_refused() -> None:
    with pytest.raises(ValidationError, match="2 weights for 1 values"):
        machine("cpu", [0.5], weights=[1, 2])
