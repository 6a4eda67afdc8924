"""The distribution on its percentile axis."""

from __future__ import annotations

from kampyn_perf.report.html.distribution import MOST_ENDPOINTS, curve, values_at
from tests.histograms import from_counts
from tests.report.html.samples import failing_run
from tests.slo.runs import Run


def test_places_are_percentiles() -> None:
    histogram = from_counts(dict.fromkeys(range(1, 1_001), 1))
    assert values_at(histogram, [1.0, 2.0, 10.0, 100.0, 1_000.0, 10_000.0]) == [
        1,
        500,
        900,
        990,
        999,
        None,
    ]


def test_all_and_each_endpoint_up_to_its_own_last_request() -> None:
    result = failing_run()
    drawn = curve(result)
    assert drawn is not None
    assert [line["name"] for line in drawn["lines"]] == [
        "all, response",
        "all, service",
        *(one.name for one in result.endpoints),
    ]
    assert drawn["at"][0] == 1
    assert drawn["at"][-1] == result.requests.count
    last = drawn["lines"][0]["values"][-1]
    assert 0 < last <= result.requests.response.max_us
    assert drawn["lines"][2]["values"][-1] is None


def test_the_greatest_of_many_endpoints() -> None:
    result = failing_run()
    many = [result.endpoints[0].model_copy(update={"name": str(n)}) for n in range(30)]
    drawn = curve(result.model_copy(update={"endpoints": many}))
    assert drawn is not None
    assert len(drawn["lines"]) == 2 + MOST_ENDPOINTS
    assert drawn["left_out"] == 30 - MOST_ENDPOINTS


def test_none_without_requests() -> None:
    assert curve(Run(phases=[("p", [[]])]).result()) is None
