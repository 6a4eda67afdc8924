"""What an index does: the comparison, and the measurement that always gives back what it took.

Tests `measure.py` and `isolation.py` of `kampyn_perf/indexes/observe`, and `effect.py` and
`effect_view.py` of `kampyn_perf/cli/indexes`, and `kampyn_perf/indexes/text/effect.py` too.
"""

from __future__ import annotations

import hashlib
import json
import signal
import threading
from pathlib import Path

import pytest

from kampyn_perf.indexes.observe.effect import Change, Point, compare, point, summarise
from kampyn_perf.indexes.observe.isolation import left_hidden
from tests import forked
from tests.indexes.conftest import Cli, start
from tests.indexes.engines.sqlite.conftest import store
from tests.indexes.fake_mongo import FakeMongo
from tests.indexes.wire import Document

__all__ = ["store"]

CATALOGUE = """
collections:
  orders:
    queries:
      by-user: {filter: {userId: u1}}
    indexes:
      - {key: {userId: 1}, serves: [by-user]}
"""
IXSCAN = {
    "queryPlanner": {
        "winningPlan": {
            "stage": "FETCH",
            "inputStage": {"stage": "IXSCAN", "indexName": "userId_1"},
        }
    },
    "executionStats": {"nReturned": 1, "totalKeysExamined": 1, "totalDocsExamined": 1},
}


def at(value: int, low: int | None, high: int | None) -> Point:
    return Point(value_ns=value, low_ns=low, high_ns=high)


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (at(100, 90, 110), at(50, 45, 60), Change.FASTER),
        (at(50, 45, 60), at(100, 90, 110), Change.SLOWER),
        (at(100, 90, 110), at(95, 85, 105), Change.NOT_SHOWN),
        (at(100, 99, 101), at(98, 97, 98), Change.NOT_SHOWN),  # apart, and too small to matter
        (at(100, None, 110), at(50, 45, 60), Change.NOT_SHOWN),
        (at(100, 90, None), at(200, 190, None), Change.NOT_SHOWN),
    ],
)
def test_a_change_needs_intervals_apart_and_a_size(
    before: Point, after: Point, change: Change
) -> None:
    assert compare(before, after) is change


def test_percentiles_are_order_statistics_with_the_intervals_of_stats() -> None:
    found = point(range(1, 1001), 0.5)
    assert (found.value_ns, found.low_ns, found.high_ns) == (500, 469, 532)
    points = summarise([5] * 100).points
    assert points is not None
    assert points["p99"].high_ns is None  # 100 samples cannot bound a p99 from above


def test_only_what_a_measurement_hid_last_was_left_hidden() -> None:
    def entry(event: str, name: str, step: str = "") -> dict[str, object]:
        return {"event": event, "collection": "orders", "indexes": [name], "step": step}

    journal = [
        entry("effect-hide", "a"),
        entry("effect-show", "a"),
        entry("effect-hide", "b"),
        entry("effect-hide", "c"),
        entry("done", "c", "hide"),  # somebody wants it hidden now
    ]
    assert left_hidden(journal) == (("orders", "b"),)


def test_sqlite_is_measured_on_a_copy(cli: Cli, store: Path) -> None:
    uri = f"sqlite:///{store}"
    before = hashlib.sha256(store.read_bytes()).hexdigest()
    arguments = ("effect", "-n", "40", "--writes", "20", "--json", "--uri", uri)
    done = cli(*arguments, "--index", "orders.userId_1")
    assert done.returncode == 0, done.stderr
    [index] = json.loads(done.stdout)["indexes"]  # not built yet: built on the copy
    [query] = index["queries"]
    assert query["query"] == "orders-of-user"
    assert query["before"]["runs"] == query["after"]["runs"] == 40
    assert query["before"]["points"]["p50"]["low"] <= query["before"]["points"]["p50"]["value"]
    assert index["sizeBytes"] > 0
    assert index["writes"]["withNs"]["value"] > 0
    assert hashlib.sha256(store.read_bytes()).hexdigest() == before


def test_before_and_after_a_change(cli: Cli, store: Path) -> None:
    uri = f"sqlite:///{store}"
    assert cli("effect", "-n", "20", "--record", "b.json", "--uri", uri).returncode == 0
    assert cli("apply", "--yes", "--uri", uri).returncode == 0
    done = cli("effect", "-n", "20", "--against", "b.json", "--json", "--uri", uri)
    assert done.returncode == 0, done.stderr
    by_name = {
        (each["collection"], each["query"]): each for each in json.loads(done.stdout)["queries"]
    }
    search = by_name["retails", "item-search"]
    assert search["before"]["failure"] == "text index required for $text query"
    assert search["after"]["points"]["p50"]["value"] > 0


@pytest.fixture
def indexed(fake: FakeMongo, tmp_path: Path) -> FakeMongo:
    """Orders with the one index of CATALOGUE, which the query uses."""
    (tmp_path / "small.yaml").write_text(CATALOGUE)
    index = {"key": {"userId": 1}, "name": "userId_1"}
    fake.answer({"createIndexes": "orders", "indexes": [index]})
    fake.explains["orders"] = IXSCAN
    fake.always["find"] = lambda order: fake.answer({**order, "filter": {}})
    return fake


def test_mongodb_hides_shows_and_writes_it_down(indexed: FakeMongo, cli: Cli) -> None:
    done = cli(*_measure(indexed), "--json")
    assert done.returncode == 0, done.stderr
    changes = [c["index"] for c in indexed.commands if "collMod" in c]
    assert changes == [
        {"name": "userId_1", "hidden": True},
        {"name": "userId_1", "hidden": False},
    ]
    events = [entry["event"] for entry in indexed.records["kampyn_perf_journal"]]
    assert events == ["effect-hide", "effect-show"]
    [index] = json.loads(done.stdout)["indexes"]
    assert index["queries"][0]["after"]["runs"] == 20
    assert indexed.records["kampyn_perf_lock"] == []


def test_hiding_on_a_live_server_is_asked_for(indexed: FakeMongo, cli: Cli) -> None:
    done = cli("effect", "-c", "small.yaml", "--uri", indexed.uri)
    assert (done.returncode, indexed.writes) == (2, [])


def test_an_interruption_shows_the_index_again(indexed: FakeMongo, tmp_path: Path) -> None:
    process = _stop_while_hidden(indexed, tmp_path, signal.SIGINT)
    assert process.returncode == 130
    assert not _hidden(indexed)
    assert indexed.records["kampyn_perf_lock"] == []


def test_what_a_killed_run_hid_the_next_one_shows(
    indexed: FakeMongo, tmp_path: Path, cli: Cli
) -> None:
    _stop_while_hidden(indexed, tmp_path, signal.SIGKILL)
    assert _hidden(indexed)
    for lock in indexed.records["kampyn_perf_lock"]:
        lock["expiresAt"] = lock["expiresAt"].replace(year=2000)
    done = cli("effect", "-c", "small.yaml", "--restore", "--uri", indexed.uri)
    assert done.returncode == 0, done.stderr
    assert "Shown again: orders.userId_1." in done.stderr
    assert not _hidden(indexed)
    indexed.commands.clear()
    assert cli("effect", "-c", "small.yaml", "--restore", "--uri", indexed.uri).returncode == 0
    assert indexed.writes == []


def _measure(fake: FakeMongo) -> list[str]:
    return ["effect", "-c", "small.yaml", "-n", "20", "--writes", "0", "--yes", "--uri", fake.uri]


def _hidden(fake: FakeMongo) -> bool:
    return bool(fake.collections["orders"].rules.indexes["userId_1"].get("hidden"))


def _stop_while_hidden(fake: FakeMongo, folder: Path, number: signal.Signals) -> forked.Started:
    """Start a measurement, and stop it at its first query without the index."""
    hidden = threading.Event()
    answered = threading.Event()

    def find(order: Document) -> Document:
        if order["find"] == "orders" and _hidden(fake):
            hidden.set()
            answered.wait(30)
        return fake.answer({**order, "filter": {}})

    fake.always["find"] = find
    process = start(folder, *_measure(fake))
    assert hidden.wait(90)
    process.send_signal(number)
    answered.set()
    process.wait(90)
    return process
