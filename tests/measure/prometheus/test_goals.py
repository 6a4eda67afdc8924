"""What of a page the goals are about."""

from __future__ import annotations

import pytest

from kampyn_perf import names
from kampyn_perf.measure.prometheus import goals
from kampyn_perf.measure.prometheus.text import Page, PageReader

BACKEND = """# TYPE db_query_duration_seconds histogram
db_query_duration_seconds_sum{{collection="orders",operation="find"}} {orders_s}
db_query_duration_seconds_count{{collection="orders",operation="find"}} {orders}
db_query_duration_seconds_sum{{collection="meta",operation="ping"}} {pings}
db_query_duration_seconds_count{{collection="meta",operation="ping"}} {pings}
db_query_duration_seconds_sum{{collection="meta",operation="checkWrite"}} {pings}
db_query_duration_seconds_count{{collection="meta",operation="checkWrite"}} {pings}
# TYPE cache_requests_total counter
cache_requests_total{{outcome="hit"}} {hits}
cache_requests_total{{outcome="miss"}} {misses}
"""
NODE = """# TYPE node_cpu_seconds_total counter
node_cpu_seconds_total{{cpu="0",mode="idle"}} {idle}
node_cpu_seconds_total{{cpu="0",mode="user"}} {user}
node_cpu_seconds_total{{cpu="1",mode="iowait"}} {iowait}
node_cpu_seconds_total{{cpu="1",mode="steal"}} {steal}
# TYPE node_memory_MemTotal_bytes gauge
node_memory_MemTotal_bytes 1000
# TYPE node_memory_MemAvailable_bytes gauge
node_memory_MemAvailable_bytes 250
# TYPE node_disk_io_time_seconds_total counter
node_disk_io_time_seconds_total{{device="sda"}} {sda}
node_disk_io_time_seconds_total{{device="sdb"}} 1
node_disk_io_time_seconds_total{{device="loop0"}} {sdloop}
"""


def page(text: str, **numbers: float) -> Page:
    return PageReader().read(text.format(**numbers).encode(), "")


def backend(orders: int, orders_s: float, pings: int, hits: int, misses: int) -> Page:
    return page(BACKEND, orders=orders, orders_s=orders_s, pings=pings, hits=hits, misses=misses)


def test_queries_are_the_mean_since_the_last_look_and_health_checks_are_none() -> None:
    before, after = backend(100, 1.0, 5, 10, 10), backend(140, 1.2, 900, 40, 20)
    queries, hits = goals.from_backend(before, after, source="/metrics")
    assert queries.quantity.metric == names.DB_QUERY_TIME
    assert (queries.quantity.subject, queries.quantity.unit) == ("orders.find", "us")
    assert (queries.value, queries.weight) == (pytest.approx(5_000), 40)
    assert hits.quantity.metric == names.CACHE_HIT_RATIO
    assert (hits.value, hits.weight) == (0.75, 40)


def test_no_query_is_no_sample() -> None:
    same = backend(100, 1.0, 5, 10, 10)
    assert list(goals.from_backend(same, same, source="/metrics")) == []
    assert list(goals.from_backend(None, same, source="/metrics")) == []


def node(idle: float, user: float, iowait: float, steal: float, sda: float) -> Page:
    return page(NODE, idle=idle, user=user, iowait=iowait, steal=steal, sda=sda, sdloop=sda * 9)


def test_the_machine_of_a_node_exporter() -> None:
    before, after = node(10, 10, 0, 0, 5), node(16, 12, 2, 10, 9)
    made = {
        one.quantity.metric: one
        for one in goals.from_node(before, after, seconds=10, subject="machine db:9100")
    }
    # Ten of twenty CPU seconds were stolen; two of the other ten were used.
    assert made[names.CPU].value == pytest.approx(0.2)
    assert made[names.MEMORY].value == 0.75
    assert made[names.DISK_IO].value == pytest.approx(0.4)
    assert made[names.DISK_IO].quantity.source == "node_exporter, busiest disk"
    assert {one.quantity.subject for one in made.values()} == {"machine db:9100"}


def test_a_first_look_knows_the_memory_only() -> None:
    made = list(goals.from_node(None, node(1, 1, 1, 1, 1), seconds=0, subject="x"))
    assert [one.quantity.metric for one in made] == [names.MEMORY]


def test_any_other_page_tells_nothing_of_a_machine() -> None:
    same = backend(1, 1, 1, 1, 1)
    assert list(goals.from_node(same, same, seconds=5, subject="x")) == []


def test_the_memory_of_the_process_whose_page_it_is() -> None:
    (memory,) = goals.from_instance(
        page("process_resident_memory_bytes 123456\n"), subject="shop:8000", source="y"
    )
    assert (memory.quantity.metric, memory.value) == (names.MEMORY_PER_INSTANCE, 123456)
