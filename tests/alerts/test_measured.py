"""What watchers see, put together by scrape."""

from __future__ import annotations

import math

from kampyn_perf import names
from kampyn_perf.alerts.measured import MeasuredSamples
from kampyn_perf.alerts.sample import Buckets, Sample
from kampyn_perf.measure.readings import Quantity
from kampyn_perf.measure.readings import Sample as Measured
from tests.alerts.rules import SECOND


def http(
    count: int,
    mean_us: float,
    fast: int,
    *,
    route: str = "/order/{userId}",
    status: str = "200",
    **more: str,
) -> list[Measured]:
    """Of one label set, as a scrape gives it: the rate, and where there were requests their mean,
    buckets and quantiles."""
    labels = {"method": "POST", "route": route, "status": status, **more}

    def quantity(name: str, **extra: str) -> Quantity:
        return Quantity(name, "host", "/metrics", labels=tuple(sorted((labels | extra).items())))

    rate = Measured(quantity(f"{names.METRIC_HTTP}_count"), count / 2)
    if not count:
        return [rate]
    buckets = ((1000.0, float(fast)), (5000.0, float(count)), (math.inf, float(count)))
    return [
        rate,
        Measured(quantity(names.METRIC_HTTP), mean_us, weight=count, buckets=buckets),
        Measured(quantity(names.METRIC_HTTP, quantile="0.95"), 4000.0, weight=count),
    ]


def reading_of(
    metric: str, value: float, *, subject: str = "", weight: int | None = None
) -> Measured:
    return Measured(Quantity(metric, subject, "test"), value, weight=weight)


def samples_after(*moments: tuple[int, list[Measured]]) -> MeasuredSamples:
    samples = MeasuredSamples()
    for second, part in moments:
        for each in part:
            samples.hear(second * SECOND, each)
    return samples


def by_subject(samples: list[Sample]) -> dict[tuple[str, str], tuple[int, int, float, float]]:
    return {
        (each.endpoint or each.subject, each.metric): (
            each.from_us // SECOND,
            each.to_us // SECOND,
            each.total,
            each.weight,
        )
        for each in samples
    }


def test_all_of_a_scrape_is_one_stretch_of_requests() -> None:
    scrape = [*http(6, 2000, 4), *http(2, 500, 2, status="503"), *http(2, 100, 2, status="404")]
    scrape += http(10, 1000, 10, route="/items")
    samples = samples_after((2, scrape), (4, http(0, 0, 0))).until(4 * SECOND)
    assert by_subject(samples[:20]) == {
        ("", "response_time"): (0, 2, 23_200, 20),
        ("", "error_rate"): (0, 2, 4, 20),
        ("", "error_rate_4xx"): (0, 2, 2, 20),
        ("", "error_rate_5xx"): (0, 2, 2, 20),
        ("", "throughput"): (0, 2, 20, 2),
        ("POST /order/{userId}", "response_time"): (0, 2, 13_200, 10),
        ("POST /order/{userId}", "error_rate"): (0, 2, 4, 10),
        ("POST /order/{userId}", "error_rate_4xx"): (0, 2, 2, 10),
        ("POST /order/{userId}", "error_rate_5xx"): (0, 2, 2, 10),
        ("POST /order/{userId}", "throughput"): (0, 2, 10, 2),
        ("POST /items", "response_time"): (0, 2, 10_000, 10),
        ("POST /items", "error_rate"): (0, 2, 0, 10),
        ("POST /items", "error_rate_4xx"): (0, 2, 0, 10),
        ("POST /items", "error_rate_5xx"): (0, 2, 0, 10),
        ("POST /items", "throughput"): (0, 2, 10, 2),
    } | by_subject(samples[15:])
    assert samples[0].times == Buckets((1000, 5000), (18, 2, 0))
    # A scrape without a request is a look, too.
    assert by_subject(samples[15:]) == {
        ("", "response_time"): (2, 4, 0, 0),
        ("", "error_rate"): (2, 4, 0, 0),
        ("", "error_rate_4xx"): (2, 4, 0, 0),
        ("", "error_rate_5xx"): (2, 4, 0, 0),
        ("", "throughput"): (2, 4, 0, 2),
    }


def test_those_who_watch_are_not_counted() -> None:
    scrape = http(9, 100, 9, route="/metrics") + http(9, 100, 9, route="/api/health")
    samples = samples_after((2, scrape + http(1, 100, 1, route="/healthy"))).until(2 * SECOND)
    assert by_subject(samples)["", "error_rate"] == (0, 2, 0, 1)


def test_only_what_is_old_enough_is_given_on() -> None:
    samples = samples_after((3, [reading_of("memory", 0.3)]), (1, [reading_of("memory", 0.1)]))
    assert [each.total for each in samples.until(2 * SECOND)] == [0.1]
    assert samples.until(2 * SECOND) == []
    assert [each.total for each in samples.until(3 * SECOND)] == [0.3]


def test_states_keep_their_subjects_and_counts_are_added_up() -> None:
    samples = samples_after(
        (
            1,
            [
                reading_of("memory_per_instance", 100.0, subject="worker 1"),
                reading_of("memory_per_instance", 200.0, subject="worker 2"),
                reading_of("db_query_time", 1000.0, subject="orders.find", weight=99),
                reading_of("db_query_time", 9000.0, subject="items.find", weight=1),
                reading_of("probe_availability", 1.0, weight=1),
                reading_of("cache_hit_ratio", 0.5, weight=3),
            ],
        ),
        (2, [reading_of("probe_availability", 0.0, weight=1)]),
    ).until(5 * SECOND)
    assert by_subject(samples[:4]) == {
        ("worker 1", "memory_per_instance"): (1, 1, 100, 1),
        ("worker 2", "memory_per_instance"): (1, 1, 200, 1),
        ("", "probe_availability"): (0, 1, 1, 1),
        ("", "db_query_time"): (0, 1, 108_000, 100),
    }
    assert by_subject(samples[4:]) == {("", "probe_availability"): (1, 2, 0, 1)}


def test_the_databases_own_times_stand_in_until_the_backend_tells() -> None:
    own = reading_of("mongo_operation_time", 500.0, weight=2)
    samples = samples_after(
        (1, [own]), (2, [own, reading_of("db_query_time", 700.0, weight=1)]), (3, [own])
    ).until(9 * SECOND)
    assert [(each.to_us // SECOND, each.total) for each in samples] == [(1, 1000), (2, 700)]


def test_what_comes_late_of_another_page_is_of_no_time_before() -> None:
    samples = samples_after((5, [reading_of("db_query_time", 1.0, weight=1)]))
    assert [(each.from_us, each.to_us) for each in samples.until(9 * SECOND)] == [(0, 5 * SECOND)]
    samples.hear(3 * SECOND, reading_of("db_query_time", 2.0, weight=1))
    assert [(each.from_us, each.to_us, each.total) for each in samples.until(9 * SECOND)] == [
        (5 * SECOND, 5 * SECOND, 2.0)
    ]
