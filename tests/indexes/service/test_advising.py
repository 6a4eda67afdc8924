"""Records read from files and servers, held against what a database has."""

from __future__ import annotations

import gzip
import sqlite3
from pathlib import Path

import pytest

from kampyn_perf.errors import KampynError
from kampyn_perf.indexes import service
from kampyn_perf.indexes.advise.judge import Verdict
from kampyn_perf.indexes.model.catalogue import (
    DEFAULT_CLUSTER,
    Catalogue,
    Cluster,
    WantedCollection,
)
from kampyn_perf.indexes.model.spec import describe_keys
from kampyn_perf.indexes.service.advising import AdviceRequest, advise_indexes
from tests.indexes.advise.workload import DEFECTS, HEALTHY, Recorded, find, line, record
from tests.indexes.fake_mongo import FakeMongo, cursor, error

CATALOGUE = Catalogue(
    collections=(), clusters={DEFAULT_CLUSTER: Cluster(name=DEFAULT_CLUSTER, variable="MONGO_URI")}
)
ALL = b"".join(line(one, second=n) for one in (*DEFECTS, *HEALTHY) for n in range(3))


def keys(advised):
    return {(one.collection, describe_keys(one.spec.keys)) for one in advised.report.advice}


def read(*logs: Path):
    return advise_indexes(AdviceRequest(catalogue=CATALOGUE, logs=tuple(map(str, logs))))


def test_plain_and_packed_are_one(tmp_path):
    plain, packed = tmp_path / "a.log", tmp_path / "b.log.gz"
    plain.write_bytes(ALL)
    packed.write_bytes(gzip.compress(ALL))
    one, two = read(plain), read(packed)
    assert keys(one) == keys(two) != set()
    assert one.report.operations == 90
    assert read(plain, packed).report.operations == 180
    assert one.sources == (f"{plain}: 90 lines, 90 of slow operations",)


def test_a_stream_that_ends_early_is_read_as_far_as_it_goes(tmp_path):
    packed = tmp_path / "b.log.gz"
    packed.write_bytes(gzip.compress(ALL * 20)[:-40])
    advised = read(packed)
    assert advised.report.operations > 0
    assert "ends early" in advised.notes[0]


@pytest.mark.parametrize("missing", ["nothing.log", "."])
def test_what_cannot_be_read_is_named(tmp_path, missing):
    with pytest.raises(KampynError, match=str(tmp_path / missing).replace(".", r"\.")):
        read(tmp_path / missing)


def test_an_old_log_says_what_to_read_instead(tmp_path):
    old = tmp_path / "old.log"
    old.write_text("2019-06-09T17:30:10.759-0400 I COMMAND  [conn4] command test.foo 148ms\n")
    with pytest.raises(KampynError, match=r"before 4\.4") as caught:
        read(old)
    assert "--profiler" in caught.value.hint


def profiler(fake: FakeMongo, *recorded: Recorded) -> None:
    def rows(command):
        wants = command["find"] == "system.profile"
        found = [record(one) | {"ns": "kampyn.orders", "op": "query"} for one in recorded]
        return cursor(found if wants else [])

    fake.always["find"] = rows


def test_the_profiler(fake):
    one = Recorded(name="", command=find("orders", {"couponCode": "X"}), docs=40_000)
    profiler(fake, one, one)
    request = AdviceRequest(catalogue=with_orders(), profiler=True)
    with service.Databases(catalogue=request.catalogue, uri=fake.uri) as databases:
        advised = advise_indexes(request, databases)
    assert keys(advised) == {("orders", "{couponCode: 1}")}
    assert advised.report.advice[0].cost.others == 1  # _id_
    assert fake.writes == []


def test_an_index_that_is_there_counts(fake):
    one = Recorded(name="", command=find("orders", {"couponCode": "X"}), docs=40_000)
    profiler(fake, one, one)
    request = AdviceRequest(catalogue=with_orders(), profiler=True)
    with service.Databases(catalogue=request.catalogue, uri=fake.uri) as databases:
        spec = {"key": {"couponCode": 1}, "name": "coupon"}
        fake.answer({"createIndexes": "orders", "indexes": [spec]})
        report = advise_indexes(request, databases).report
    assert report.advice == ()
    assert report.judged[0].verdict is Verdict.THERE
    assert report.judged[0].indexes == ("coupon",)


def test_a_profiler_that_is_off_says_how_to_switch_it_on(fake):
    profiler(fake)
    request = AdviceRequest(catalogue=with_orders(), profiler=True)
    with (
        service.Databases(catalogue=request.catalogue, uri=fake.uri) as databases,
        pytest.raises(KampynError) as caught,
    ):
        advise_indexes(request, databases)
    assert "setProfilingLevel" in caught.value.hint


def test_query_stats_that_are_refused(fake):
    fake.always["aggregate"] = lambda _: error(40324, "Unrecognized pipeline stage name")
    request = AdviceRequest(catalogue=with_orders(), query_stats=True)
    with (
        service.Databases(catalogue=request.catalogue, uri=fake.uri) as databases,
        pytest.raises(KampynError, match=r"\$queryStats"),
    ):
        advise_indexes(request, databases)


def test_the_embedded_store(tmp_path):
    store = tmp_path / "store.db"
    with sqlite3.connect(store) as connection:
        connection.execute("CREATE TABLE orders (_id TEXT PRIMARY KEY, vendorId, status)")
        rows = [(str(n), f"v{n % 50}", "pending") for n in range(2_000)]
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?)", rows)
    connection.close()
    log = tmp_path / "error.log"
    log.write_text(
        '2026-11-28T08:18:46.337Z 2 WARNING kampyn.slow: Slow query: orders.find - 88 ms {"sql":'
        '"SELECT _id FROM orders WHERE vendorId = ?","plan":["SCAN orders"],"returned":40}\n' * 2
    )
    request = AdviceRequest(catalogue=CATALOGUE, logs=(str(log),))
    with service.Databases(catalogue=CATALOGUE, uri=f"sqlite:///{store}") as databases:
        advised = advise_indexes(request, databases)
    (advice,) = advised.report.advice
    assert describe_keys(advice.spec.keys) == "{vendorId: 1}"
    assert advice.shapes[0].tally.examined == 2_000
    assert advice.cost.bytes is not None
    with (
        service.Databases(catalogue=with_orders(), uri=f"sqlite:///{store}") as databases,
        pytest.raises(KampynError, match="no profiler"),
    ):
        advise_indexes(AdviceRequest(catalogue=with_orders(), profiler=True), databases)


def with_orders() -> Catalogue:
    return Catalogue(collections=(WantedCollection(name="orders"),), clusters=CATALOGUE.clusters)
