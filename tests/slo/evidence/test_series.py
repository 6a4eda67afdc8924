"""What was watched beside the client: means, maxima, the worst instance, the probe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from pydantic import ValidationError

from kampyn_perf.results.judgement import Outcome
from kampyn_perf.results.series import Series, Unmeasured
from kampyn_perf.slo.evidence.estimate import Estimate, Missing
from kampyn_perf.slo.evidence.series import Measurements
from kampyn_perf.slo.objective import Objective
from kampyn_perf.slo.verdict.outcome import judge
from tests.slo.runs import SECOND_US, machine

TARGETS = {
    "probe_availability": ">= 99 %",
    "db_query_time": "< 50 ms",
    "memory_per_instance": "< 512 MB",
}


def find(series: Sequence[Series], metric: str, statistic: str, **more: Any) -> Estimate | Missing:
    objective = Objective.model_validate(
        {"metric": metric, "statistic": statistic, "target": TARGETS.get(metric, "< 70 %")}
    )
    return Measurements(series=series, **more).find(objective)


def estimate_of(series: Sequence[Series], metric: str, statistic: str, **more: Any) -> Estimate:
    answer = find(series, metric, statistic, **more)
    assert isinstance(answer, Estimate), answer
    return answer


def test_a_mean_over_time_with_its_interval() -> None:
    answer = estimate_of(
        [machine("cpu", [0.4, 0.6] * 20), machine("memory", [0.9] * 40)], "cpu", "mean"
    )
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
    answer = estimate_of(series, "db_query_time", "mean")
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
    top = estimate_of(series, "memory_per_instance", "max")
    assert (top.observed, top.note) == (300, "worker 1, by psutil")
    assert top.interval is None
    mean = estimate_of(series, "memory_per_instance", "mean")
    assert (mean.observed, mean.note) == (250, "worker 2, by psutil")


def test_a_maximum_that_is_known_better_than_the_samples() -> None:
    series = [machine("db_query_time", [1_000.0], "orders.find", maximum=90_000.0)]
    assert estimate_of(series, "db_query_time", "max").observed == 90_000


def test_the_probe_counts_its_failures() -> None:
    series = [machine("probe_availability", [1.0] * 99 + [0.0])]
    answer = estimate_of(series, "probe_availability", "share")
    assert (answer.failures, answer.samples, answer.noun) == (1, 100, "probes")
    assert answer.observed == pytest.approx(0.99)


def test_what_nobody_measured() -> None:
    assert find([], "cpu", "mean") == Missing("nothing measured cpu in this run")
    empty = [machine("cpu", [])]
    assert find(empty, "cpu", "mean") == Missing("nothing measured cpu in this run")
    idle = [machine("db_query_time", [0.0], weights=[0])]
    assert find(idle, "db_query_time", "mean") == Missing("there were no queries")


def test_one_sample_is_no_interval() -> None:
    answer = estimate_of([machine("cpu", [0.5])], "cpu", "mean")
    assert answer.interval is not None
    assert (answer.interval.low, answer.interval.high) == (None, None)


def test_a_series_with_unequal_columns_is_refused() -> None:
    with pytest.raises(ValidationError, match="2 weights for 1 values"):
        machine("cpu", [0.5], weights=[1, 2])


def test_phases_differ_by_design_and_that_is_no_uncertainty() -> None:
    series = [machine("cpu", [0.2, 0.21] * 30 + [0.6, 0.61] * 30)]
    phases = estimate_of(series, "cpu", "mean", phases_us=[0, 60 * SECOND_US]).interval
    one = estimate_of(series, "cpu", "mean").interval
    assert phases is not None and phases.high is not None
    assert one is not None and one.high is not None
    assert phases.high < 0.42
    assert one.high > 0.7


def test_a_share_is_never_more_than_all() -> None:
    interval = estimate_of(
        [machine("cpu", [1.0] * 20 + [0.9] + [1.0] * 19)], "cpu", "mean"
    ).interval
    assert interval is not None
    assert interval.high == 1


def test_why_nothing_measured_it_and_what_would() -> None:
    gap = Unmeasured(reason="the backend's processes are not known", remedy="use --watch-pid")
    assert find([], "cpu", "mean", unmeasured={"cpu": gap}) == Missing(
        "nothing measured cpu in this run: the backend's processes are not known; use --watch-pid"
    )


class TestBeyondTheLastEdge:
    """Quantiles of a scraped histogram of which some lie beyond its last edge, at 1 s."""

    @pytest.mark.parametrize(
        ("statistic", "target", "outcome"),
        [
            ("max", "< 2 s", Outcome.INCONCLUSIVE),
            ("max", "< 800 ms", Outcome.FAIL),
            ("max", "> 800 ms", Outcome.PASS),
            ("mean", "< 2 s", Outcome.INCONCLUSIVE),
            ("mean", "< 200 ms", Outcome.FAIL),
            ("mean", "> 200 ms", Outcome.PASS),
        ],
    )
    def test_no_value_above_the_edge_is_ruled_out(
        self, statistic: str, target: str, outcome: Outcome
    ) -> None:
        series = machine("query_seconds", [500_000.0, 1_000_000.0] * 20, unit="us", at_least=20)
        goal = {"metric": "series", "series": {"name": "query_seconds"}, "statistic": statistic}
        objective = Objective.model_validate({**goal, "target": target})
        judgement = judge("q", objective, Measurements(series=[series]).find(objective))
        assert judgement.outcome is outcome
        assert "20 samples lie beyond the last edge" in judgement.explanation

    def test_where_none_lies_beyond_it_all_stays_as_it_was(self) -> None:
        series = machine("query_seconds", [500_000.0, 900_000.0] * 20, unit="us")
        goal = {"metric": "series", "series": {"name": "query_seconds"}, "statistic": "max"}
        objective = Objective.model_validate({**goal, "target": "< 2 s"})
        found = Measurements(series=[series]).find(objective)
        assert judge("q", objective, found).outcome is Outcome.PASS


class TestAnySeries:
    """By its name and labels, in the unit of the target."""

    SERIES = (
        machine("mongo_queued", [1.0, 5.0] * 20, unit="count"),
        machine("http_p", [0.1] * 40, labels={"route": "/order", "status": "200"}),
        machine("http_p", [0.4] * 40, labels={"route": "/login", "status": "200"}),
    )

    def of(self, target: str, statistic: str = "mean", **series: Any) -> Estimate | Missing:
        objective = Objective.model_validate(
            {"metric": "series", "statistic": statistic, "target": target, "series": series}
        )
        return Measurements(series=self.SERIES).find(objective)

    @pytest.mark.parametrize(("statistic", "value"), [("mean", 3), ("max", 5), ("min", 1)])
    def test_by_name(self, statistic: str, value: float) -> None:
        answer = self.of("< 10", statistic, name="mongo_queued")
        assert isinstance(answer, Estimate)
        assert answer.observed == value

    def test_by_labels(self) -> None:
        both = self.of("< 1", name="http_p", labels={"status": "200"})
        one = self.of("< 1", name="http_p", labels={"route": "/login"})
        assert isinstance(both, Estimate)
        assert isinstance(one, Estimate)
        assert (both.observed, one.observed) == (pytest.approx(0.25), pytest.approx(0.4))

    @pytest.mark.parametrize(
        ("series", "target", "reason"),
        [
            ({"name": "x"}, "< 1", "the result has no series 'x'; there are: http_p, mongo_queued"),
            (
                {"name": "mongo_queued", "labels": {"a": "b"}},
                "< 1",
                "no series mongo_queued has the labels {'a': 'b'}; there are: {}",
            ),
            (
                {"name": "mongo_queued"},
                "< 5 ms",
                "the series mongo_queued is in count, and its target in us",
            ),
        ],
    )
    def test_what_cannot_be_judged(self, series: Any, target: str, reason: str) -> None:
        assert self.of(target, **series) == Missing(reason)

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"metric": "series", "target": "< 1"}, "the metric series needs one"),
            ({"metric": "cpu", "series": {"name": "x"}, "target": "< 1 %"}, "cpu has none"),
            ({"metric": "series", "series": {"name": "x"}, "target": "few"}, "a comparison with"),
        ],
    )
    def test_what_is_no_objective(self, fields: Any, words: str) -> None:
        with pytest.raises(ValidationError, match=words):
            Objective.model_validate(fields)
