"""Pages asked for again and again, of the real backend and of a server that misbehaves."""

from __future__ import annotations

import http.client
import time
from urllib.parse import urlsplit

import pytest

from kampyn_perf import names
from kampyn_perf.backend import RunningBackend
from kampyn_perf.measure.readings import NotSeen, Reading, Remark, Sample
from kampyn_perf.measure.watchers import scrape
from kampyn_perf.measure.watchers.scrape import (
    BackendMetricsWatcher,
    ScrapeWatcher,
    SeriesFilter,
)
from tests.bench.server import ok, serving
from tests.cli.program import wait_for


def now_us() -> int:
    return time.perf_counter_ns() // 1000


def get(backend: RunningBackend, path: str, times: int) -> None:
    connection = http.client.HTTPConnection(urlsplit(backend.url).netloc, timeout=30)
    for _ in range(times):
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        answer.read()
    connection.close()


def by_quantity(readings: list[Reading]) -> dict[tuple[str, str], Sample]:
    return {
        (one.quantity.metric, one.quantity.subject): one
        for one in readings
        if isinstance(one, Sample)
    }


def page(text: str, *, status: str = "200 OK") -> bytes:
    return ok(text.encode(), status=status, headers="Content-Type: text/plain\r\n")


def test_the_queries_of_the_bundled_backend(backend: RunningBackend) -> None:
    watcher = BackendMetricsWatcher(f"{backend.url}/metrics", now_us=now_us)
    first = {metric for metric, _ in by_quantity(list(watcher.sample(0)))}
    assert first == {names.METRIC_IN_FLIGHT, names.METRIC_HASH_QUEUE}  # states need no look before
    get(backend, "/order/vendor/vendor123/active", 20)
    get(backend, "/health", 5)
    made = by_quantity(list(watcher.sample(1)))
    queries = made[names.DB_QUERY_TIME, "orders.find"]
    assert queries.weight is not None
    assert queries.weight >= 20
    assert 0 < queries.value < 1_000_000
    assert not any(subject.startswith("meta.") for _, subject in made)
    assert not any(metric.startswith(names.METRIC_HTTP) for metric, _ in made)
    # The event loop looks at itself by the clock, and may not have done so between two quick looks.
    lag = (names.METRIC_LOOP_LAG, "backend")
    wait_for(
        lambda: lag in by_quantity(list(watcher.sample(2))),
        what="a look of the event loop at itself",
    )
    watcher.close()


def test_its_requests_where_there_is_no_load_that_knows_them(backend: RunningBackend) -> None:
    watcher = BackendMetricsWatcher(f"{backend.url}/metrics", now_us=now_us, with_requests=True)
    list(watcher.sample(0))
    get(backend, "/api/vendor/list/uni/123", 10)
    readings = [one for one in watcher.sample(1) if isinstance(one, Sample)]
    (mean,) = (
        one
        for one in readings
        if one.quantity.metric == names.METRIC_HTTP
        and ("route", "/api/vendor/list/uni/{uniId}") in one.quantity.labels
        and "quantile" not in dict(one.quantity.labels)
    )
    assert (mean.weight, mean.quantity.unit) == (10, "us")
    assert mean.buckets[-1][1] == 10


def test_any_page_by_name_and_labels() -> None:
    value = [10]

    def handle(_request: bytes) -> bytes:
        value[0] += 10
        return page(
            f'# TYPE jobs_total counter\njobs_total{{queue="mail"}} {value[0]}\n'
            f'jobs_total{{queue="pdf"}} {value[0]}\n# TYPE heap_bytes gauge\nheap_bytes 5\n'
        )

    wanted = SeriesFilter(metrics=("jobs_*",), labels={"queue": "m*"})
    with serving(handle) as url:
        watcher = ScrapeWatcher(f"{url}/metrics", now_us=now_us, wanted_series=wanted)
        list(watcher.sample(0))
        (sample,) = watcher.sample(1)
    assert isinstance(sample, Sample)
    assert sample.quantity.labels == (("queue", "mail"),)
    assert sample.quantity.unit == "per_s"


def test_a_page_of_the_instance_itself_tells_its_memory() -> None:
    with serving(lambda _r: page("process_resident_memory_bytes 7\n")) as url:
        own = ScrapeWatcher(f"{url}/metrics", now_us=now_us, instance=True)
        exporter = ScrapeWatcher(f"{url}/metrics", now_us=now_us)
        assert names.MEMORY_PER_INSTANCE in {
            metric for metric, _ in by_quantity(list(own.sample(0)))
        }
        made = {metric for metric, _ in by_quantity(list(exporter.sample(0)))}
    assert made == {"process_resident_memory_bytes"}


def test_too_many_series_are_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrape, "MAX_SERIES", 3)
    text = "".join(f'depth{{n="{number}"}} 1\n' for number in range(5))
    with serving(lambda _request: page(text)) as url:
        readings = list(ScrapeWatcher(f"{url}/", now_us=now_us).sample(0))
    assert len(by_quantity(readings)) == 1  # one metric and subject, three labels
    assert len([one for one in readings if isinstance(one, Sample)]) == 3
    assert "more than 3 series; the rest was left out" in str(readings[-1])


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (page("", status="503 Service Unavailable"), "/metrics answers 503"),
        (page("<html>hello</html>"), "is no page of Prometheus metrics"),
        (page("go_threads 4\n"), "has none of the metrics that are asked for"),
        (page("", status="302 Found"), "/metrics answers 302"),
    ],
)
def test_what_is_no_page_of_metrics_is_not_seen(answer: bytes, words: str) -> None:
    with serving(lambda _request: answer) as url, pytest.raises(NotSeen, match=words):
        list(ScrapeWatcher(f"{url}/metrics", now_us=now_us).sample(0))


def test_secrets_of_the_url_are_in_no_word() -> None:
    with serving(lambda _request: page("x", status="401 Unauthorized")) as url:
        watcher = ScrapeWatcher(
            url.replace("//", "//me:hunter2@") + "/m?token=hunter2", now_us=now_us
        )
        with pytest.raises(NotSeen) as caught:
            list(watcher.sample(0))
    assert "hunter2" not in f"{caught.value} {watcher.name}"
    assert "***" in str(caught.value)


def test_workers_that_count_each_by_itself_are_told_of() -> None:
    values = iter([50, 3, 60, 4, 70, 5, 80, 6, 90, 7])

    def handle(_request: bytes) -> bytes:
        return page(f"# TYPE jobs_total counter\njobs_total {next(values)}\n")

    with serving(handle) as url:
        watcher = ScrapeWatcher(f"{url}/", now_us=now_us)
        readings = [one for number in range(9) for one in watcher.sample(number)]
    assert any(
        isinstance(one, Remark) and "its counters go back and forth" in one.text for one in readings
    )


def test_a_look_that_failed_is_bridged() -> None:
    answers = [
        page("# TYPE jobs_total counter\njobs_total 1\n"),
        page("", status="500 Oops"),
        page("# TYPE jobs_total counter\njobs_total 9\n"),
    ]
    moments = iter([0, 4_000_000])
    with serving(lambda _request: answers.pop(0)) as url:
        watcher = ScrapeWatcher(f"{url}/", now_us=lambda: next(moments))
        list(watcher.sample(0))
        with pytest.raises(NotSeen):
            list(watcher.sample(1))
        (rate,) = watcher.sample(2)
    assert isinstance(rate, Sample)
    assert rate.value == 2.0
