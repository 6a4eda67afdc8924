"""Pages as Prometheus's own library writes them, and what is none."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Summary, exposition
from prometheus_client.openmetrics import exposition as openmetrics

from kampyn_perf.measure.prometheus.text import Kind, Page, PageReader

CLASSIC = "text/plain; version=0.0.4"
OPEN = openmetrics.CONTENT_TYPE_LATEST
LABEL_VALUES = st.text(string.printable, max_size=20)


def registry(queries: list[float], *, route: str = "/a") -> CollectorRegistry:
    made = CollectorRegistry()
    Counter("requests", "Of all.", ("route",), registry=made).labels(route).inc(3)
    Gauge("queue_length", "Now.", registry=made).set(7)
    histogram = Histogram("query_seconds", "Each.", ("op",), buckets=(0.1, 1), registry=made)
    summary = Summary("size_bytes", "Each.", registry=made)
    for seconds in queries:
        histogram.labels("find").observe(seconds)
        summary.observe(seconds)
    return made


def parse(body: bytes, content_type: str) -> Page:
    return PageReader().read(body, content_type)


def pages_of(made: CollectorRegistry) -> list[Page]:
    return [
        parse(exposition.generate_latest(made), CLASSIC),
        parse(openmetrics.generate_latest(made), OPEN),
    ]


def test_the_two_formats_say_the_same() -> None:
    classic, opened = pages_of(registry([0.05, 0.5, 5]))
    assert classic == opened
    requests = classic["requests_total", (("route", "/a"),)]
    assert (requests.kind, requests.value) == (Kind.COUNTER, 3)
    queries = classic["query_seconds", (("op", "find"),)]
    assert queries.kind is Kind.DISTRIBUTION
    assert (queries.count, queries.total) == (3, 5.55)
    assert queries.buckets == {0.1: 1, 1.0: 2, float("inf"): 3}
    assert classic["queue_length", ()].kind is Kind.GAUGE
    assert (classic["size_bytes", ()].count, classic["size_bytes", ()].buckets) == (3, {})


@given(route=LABEL_VALUES, queries=st.lists(st.floats(0, 100), max_size=20))
def test_any_label_and_any_value_come_through(route: str, queries: list[float]) -> None:
    for page in pages_of(registry(queries, route=route)):
        assert page["requests_total", (("route", route),)].value == 3
        if queries:
            instrument = page["query_seconds", (("op", "find"),)]
            assert instrument.count == len(queries)
            assert instrument.total == pytest.approx(sum(queries))


@given(page=st.binary(max_size=300))
def test_any_other_bytes_are_a_page_or_a_value_error(page: bytes) -> None:
    for content_type in (CLASSIC, OPEN):
        try:
            parse(page, content_type)
        except ValueError:
            continue


def test_only_the_families_wanted_are_read() -> None:
    body = exposition.generate_latest(registry([0.5]))
    for content_type, page in ((CLASSIC, body), (OPEN, openmetrics.generate_latest(registry([])))):
        requests = PageReader(lambda name: name == "requests").read(page, content_type)
        assert set(requests) == {("requests_total", (("route", "/a"),))}
    queries_alone = PageReader(lambda name: name == "query_seconds", with_buckets=lambda _: False)
    page = queries_alone.read(body, CLASSIC)
    (queries,) = page.values()
    assert (queries.count, queries.buckets) == (1, {})


def test_quantiles_that_the_server_computed() -> None:
    text = b"""# TYPE rpc_seconds summary
rpc_seconds{quantile="0.5"} 0.2
rpc_seconds{quantile="0.99"} 0.9
rpc_seconds_sum 12
rpc_seconds_count 40
"""
    assert parse(text, CLASSIC)["rpc_seconds", ()].quantiles == {"0.5": 0.2, "0.99": 0.9}


def test_a_line_without_a_type_is_a_gauge() -> None:
    page = parse(b'pool_free{le="x"} 4\n', "")
    assert page["pool_free", (("le", "x"),)].value == 4


def test_a_web_page_is_no_page_of_metrics() -> None:
    with pytest.raises(ValueError, match="html"):
        parse(b"<html><body>Not Found</body></html>", "text/html")


class TestTheNextLook:
    """A reader remembers what lines are about; what it reads may not depend on that."""

    @given(
        looks=st.lists(
            st.tuples(LABEL_VALUES, st.lists(st.floats(0, 100), max_size=5)), min_size=2, max_size=4
        )
    )
    def test_it_says_what_the_first_look_of_another_reader_would(
        self, looks: list[tuple[str, list[float]]]
    ) -> None:
        reader = PageReader()
        for route, queries in looks:
            body = exposition.generate_latest(registry(queries, route=route))
            assert reader.read(body, CLASSIC) == parse(body, CLASSIC)

    def test_a_type_that_changed_is_believed(self) -> None:
        reader = PageReader()
        for kind in (Kind.GAUGE, Kind.COUNTER, Kind.GAUGE):
            page = reader.read(f"# TYPE a_total {kind}\na_total 4\n".encode(), CLASSIC)
            assert page["a_total", ()].kind is kind

    def test_labels_with_braces_and_times_behind_values(self) -> None:
        reader = PageReader()
        for value in (1, 2):
            text = f'a{{b="}} 7"}} {value} 1700000000000\nc {value + 1} 1700000000000\n'
            page = reader.read(text.encode(), CLASSIC)
            assert (page["a", (("b", "} 7"),)].value, page["c", ()].value) == (value, value + 1)

    def test_a_line_that_is_none_any_more_is_refused(self) -> None:
        reader = PageReader()
        reader.read(b"a 1\n", CLASSIC)
        with pytest.raises(ValueError, match="x"):
            reader.read(b"a x\n", CLASSIC)
