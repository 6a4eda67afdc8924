"""Objectives as OpenSLO documents: by its specification, with the objective's own numbers."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.alerts.openslo import documents
from kampyn_perf.alerts.promql import Selector
from kampyn_perf.backend.metrics import HTTP_BUCKETS
from tests.cli import program

NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def check(document):
    """What the specification of openslo/v1 asks of a Service and of an SLO."""
    assert document["apiVersion"] == "openslo/v1"
    assert NAME.fullmatch(document["metadata"]["name"])
    spec = document["spec"]
    assert len(spec["description"]) <= 1050
    if document["kind"] == "Service":
        return
    assert document["kind"] == "SLO"
    assert set(spec) == {
        "description", "service", "indicator", "timeWindow", "budgetingMethod", "objectives",
    }  # fmt: skip
    assert spec["budgetingMethod"] in ("Occurrences", "Timeslices")
    (window,) = spec["timeWindow"]
    assert re.fullmatch(r"[1-9]\d*[mhdwMQY]", window["duration"]) and window["isRolling"] is True
    for one in spec["objectives"]:
        assert 0 <= one["target"] < 1
        assert not {"op", "value"} & set(one)  # they belong to threshold metrics
    assert NAME.fullmatch(spec["indicator"]["metadata"]["name"])
    (metric,) = spec["indicator"]["spec"].values()
    assert isinstance(metric["counter"], bool)
    assert sorted(set(metric) - {"counter"}) in (["bad", "total"], ["good", "total"])
    for key in set(metric) - {"counter"}:
        source = metric[key]["metricSource"]
        assert source["type"] == "Prometheus"
        assert source["spec"]["query"].count("(") == source["spec"]["query"].count(")")


@given(
    st.sampled_from(["p50", "p75", "p90", "p95", "p99", "p99.9"]),
    st.sampled_from(HTTP_BUCKETS),
    st.sampled_from(["<", "<="]),
    st.sampled_from(["", "GET /x/{id}"]),
)
def test_a_percentile_is_a_share_of_requests_in_a_bucket(statistic, edge, sign, endpoint):
    objective = {
        "metric": "response_time",
        "statistic": statistic,
        "target": f"{sign} {Decimal(repr(edge)) * 1000:f} ms",
        "scope": {"endpoint": endpoint} if endpoint else {},
    }
    (service, slo), left = documents({"mine": objective}, edges=HTTP_BUCKETS)
    assert left == {}
    check(service), check(slo)
    assert slo["spec"]["service"] == service["metadata"]["name"]
    assert slo["spec"]["objectives"][0]["target"] == float(Decimal(statistic[1:]) / 100)
    ratio = slo["spec"]["indicator"]["spec"]["ratioMetric"]
    good, total = (ratio[key]["metricSource"]["spec"]["query"] for key in ("good", "total"))
    assert float(re.search(r'le="([^"]+)"', good)[1]) == edge
    of_bucket = re.sub(r', le="[^"]+"', "", good)
    assert of_bucket.replace("_bucket", "_count") == total
    assert ('route="/x/{id}"' in good) == ('method="GET"' in total) == bool(endpoint)


@given(st.sampled_from(["error_rate", "error_rate_4xx", "error_rate_5xx"]), st.integers(1, 10**5))
def test_a_rate_of_failures_leaves_the_rest_as_the_target(metric, thousandths):
    percent = Decimal(thousandths) / 1000
    objective = {"metric": metric, "target": f"< {percent:f} %"}
    (_service, slo), _left = documents({"Mine!": objective}, edges=())
    check(slo)
    assert slo["spec"]["objectives"][0]["target"] == float(1 - percent / 100)
    assert "bad" in slo["spec"]["indicator"]["spec"]["ratioMetric"]


@pytest.mark.parametrize(
    ("objective", "why"),
    [
        ({"metric": "response_time", "statistic": "p95", "target": "< 150 ms"},
         "no bucket that ends at 150 ms; there are 1 ms, 2.5 ms"),
        ({"metric": "response_time", "statistic": "mean", "target": "< 200 ms"},
         "the mean of a whole run"),
        ({"metric": "response_time", "statistic": "p95", "target": "<= +10 %"}, "no words there"),
        ({"metric": "response_time", "statistic": "p95", "target": "< 200 ms",
          "scope": {"flow": "Buy"}}, "a server knows no flow"),
        ({"metric": "response_time", "statistic": "p95", "target": "< 200 ms", "for": "30s"},
         "`for` has no counterpart"),
        ({"metric": "error_rate", "target": "<= 0 %"}, "a share of 100 % leaves no budget"),
        ({"metric": "cpu", "statistic": "mean", "target": "< 70 %"}, "the mean of cpu of a whole"),
        ({"metric": "throughput", "target": ">= 1000/s"}, "the rate of throughput of a whole run"),
    ],
)  # fmt: skip
def test_what_is_no_share_of_good_events_is_left_with_its_reason(objective, why):
    made, left = documents({"mine": objective}, edges=HTTP_BUCKETS)
    assert made == []
    assert why in left["mine"]


def test_only_the_series_that_are_meant_and_only_successes():
    objective = {
        "metric": "response_time",
        "statistic": "p95",
        "target": "< 200 ms",
        "of": "successful",
    }
    made, _left = documents(
        {"a b": objective, "A-B": objective},
        edges=HTTP_BUCKETS,
        selector=Selector(backend={"job": 'k"1'}),
    )
    assert [one["metadata"]["name"] for one in made] == ["kampyn-backend", "a-b", "a-b-2"]
    total = made[1]["spec"]["indicator"]["spec"]["ratioMetric"]["total"]["metricSource"]
    assert total["spec"]["query"] == (
        r'sum(http_request_duration_seconds_count{job="k\"1", '
        r'route!~"/metrics|/health|/api/health", status!~"[45].."})'
    )


def test_the_program_writes_the_built_in_objectives(tmp_path):
    done = program.run(
        tmp_path, "check", "--thresholds", "openslo", "--match", "job=kampyn", "-o", "slo.yaml"
    )
    assert (done.code, done.out) == (0, "")
    made = list(yaml.safe_load_all((tmp_path / "slo.yaml").read_text()))
    for one in made:
        check(one)
    names = [one["metadata"]["name"] for one in made]
    assert names == [
        "kampyn-backend", "response-time-p50", "response-time-p95", "response-time-p99",
        "availability", "availability-probe", "error-rate-4xx", "error-rate-5xx", "error-rate",
    ]  # fmt: skip
    assert "not carried over: cpu: OpenSLO promises a share of good events" in done.err
    done = program.run(tmp_path, "check", "--thresholds", "k6", "--match", "job=kampyn")
    assert done.code == 2
    assert "--match and --match-node go with --thresholds openslo or prometheus" in done.err
