"""What happened between two looks at a page."""

from __future__ import annotations

import math

import pytest

from kampyn_perf.measure.prometheus.intervals import between, samples, scale_of
from kampyn_perf.measure.prometheus.text import Instrument, Kind, Page

EDGES = (0.1, 0.5, 1.0, math.inf)


def counter(value: float, name: str = "requests_total") -> Instrument:
    return Instrument(name, Kind.COUNTER, (), value=value)


def histogram(*values: float, name: str = "query_seconds") -> Instrument:
    buckets = {edge: float(sum(value <= edge for value in values)) for edge in EDGES}
    return Instrument(
        name, Kind.DISTRIBUTION, (), total=sum(values), count=len(values), buckets=buckets
    )


def page(*instruments: Instrument) -> Page:
    return {(one.name, one.labels): one for one in instruments}


def values_between(before: Page | None, after: Page, seconds: float = 2.0) -> dict[str, float]:
    return {
        " ".join([one.quantity.metric, *(value for _, value in one.quantity.labels)]): one.value
        for one in samples(before, after, seconds=seconds, subject="x", source="y")
    }


def test_a_counter_is_a_rate() -> None:
    assert values_between(page(counter(10)), page(counter(16))) == {"requests_total": 3.0}


def test_the_first_look_knows_no_rates_but_states() -> None:
    gauge = Instrument("queue_length", Kind.GAUGE, (), value=7)
    assert values_between(None, page(counter(10), histogram(1.0), gauge)) == {"queue_length": 7}


def test_what_was_not_there_before_began_at_nothing() -> None:
    assert values_between({}, page(counter(6))) == {"requests_total": 3.0}


def test_a_counter_that_shrank_began_anew() -> None:
    change = between(counter(100), counter(4))
    assert (change.count, change.reset) == (4, True)
    change = between(histogram(1, 2, 3), histogram(0.2))
    assert (change.count, change.total, change.reset) == (1, 0.2, True)


def test_a_histogram_is_the_mean_of_what_came_since() -> None:
    before, after = histogram(9.0, 9.0), histogram(9.0, 9.0, 0.2, 0.4)
    made = {
        (one.quantity.metric, one.quantity.labels): one
        for one in samples(page(before), page(after), seconds=2, subject="x", source="y")
    }
    mean = made["query_seconds", ()]
    assert mean.value == pytest.approx(300_000)
    assert (mean.weight, mean.quantity.unit) == (2, "us")
    assert made["query_seconds_count", ()].value == 1.0
    # Both lie between 0.1 and 0.5 s: the median is estimated in their middle.
    assert made["query_seconds", (("quantile", "0.5"),)].value == pytest.approx(300_000)
    assert mean.buckets == ((100_000, 0), (500_000, 2), (1_000_000, 2), (math.inf, 2))


def test_an_interval_without_events_has_a_rate_and_no_mean() -> None:
    same = histogram(0.2)
    assert values_between(page(same), page(same)) == {"query_seconds_count": 0.0}


def test_a_quantile_beyond_the_last_edge_is_marked_as_at_least_that() -> None:
    after = page(histogram(*[0.2] * 6, *[5.0] * 4))
    marked = {
        dict(one.quantity.labels).get("quantile"): one.at_least
        for one in samples(page(histogram()), after, seconds=1.0, subject="x", source="y")
    }
    assert marked == {None: False, "0.5": False, "0.95": True, "0.99": True}


@pytest.mark.parametrize(
    ("name", "kind", "unit"),
    [
        ("http_request_duration_seconds", Kind.DISTRIBUTION, "us"),
        ("http_response_time_seconds", Kind.DISTRIBUTION, "us"),
        ("job_ms", Kind.GAUGE, "us"),
        ("process_start_time_seconds", Kind.GAUGE, ""),
        ("process_cpu_seconds_total", Kind.COUNTER, "share"),
        ("sent_bytes_total", Kind.COUNTER, "bytes_per_s"),
        ("heap_bytes", Kind.GAUGE, "bytes"),
        ("hit_ratio", Kind.GAUGE, "share"),
        ("requests_total", Kind.COUNTER, "per_s"),
        ("queue_length", Kind.GAUGE, ""),
    ],
)
def test_a_name_tells_its_unit(name: str, kind: Kind, unit: str) -> None:
    assert scale_of(name, kind).unit == unit
