"""What is provably unused, and who was asked.

Tests `usage` and what `text.stats` says of it.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import pytest

from kampyn_perf.indexes.model.facts import IndexUse, UseReport
from kampyn_perf.indexes.model.live import LiveCollection, LiveIndex
from kampyn_perf.indexes.model.server import Engine, ServerInfo, Topology, features_of
from kampyn_perf.indexes.observe.usage import DEFAULT_AGE_US, Use, stats_of
from tests.indexes.conftest import Cli
from tests.indexes.fake_mongo import FakeMongo

SERVER = ServerInfo(
    engine=Engine.MONGODB,
    version=(7, 0),
    topology=Topology.REPLICA_SET,
    features=features_of((7, 0), Topology.REPLICA_SET),
)
NOW = 10 * DEFAULT_AGE_US
OLD = NOW - 2 * DEFAULT_AGE_US


def collection(**options: Any) -> LiveCollection:
    index = LiveIndex(definition={"v": 2, "key": {"a": 1}, "name": "a_1", **options})
    return LiveCollection(name="orders", server=SERVER, indexes=(index,))


def on(node: str, operations: int = 0, since_us: int = OLD) -> IndexUse:
    return IndexUse(index="a_1", node=node, operations=operations, since_us=since_us)


ZERO = UseReport(uses=(on("one"), on("two")))


def test_zero_on_every_node_for_long_enough_is_unused() -> None:
    [found] = stats_of(collection(), ZERO, (), now_us=NOW)
    assert (found.use, found.operations) == (Use.UNUSED, 0)


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        (replace(ZERO, unasked=("three: no answer",)), "not asked: three: no answer"),
        (UseReport(uses=(on("one"), on("two", since_us=NOW - 3_600_000_000))),
         "counted for 60 min 0 s only"),
        (UseReport(uses=(on("one"), IndexUse(index="b_1", node="two", operations=1, since_us=1))),
         "not every node has it"),
        (UseReport(supported=False), "this engine does not count"),
        (UseReport(), "no figures"),
    ],
)  # fmt: skip
def test_anything_less_proves_nothing(report: UseReport, reason: str) -> None:
    [found] = stats_of(collection(), report, (), now_us=NOW)
    assert found.use is Use.UNKNOWN
    assert found.reason in (reason, reason.replace("60 min 0 s", "1 h 0 min"))


@pytest.mark.parametrize(
    "options", [{"unique": True}, {"expireAfterSeconds": 60}, {"key": {"a": 1, "b": 1}}]
)
def test_an_index_with_other_work_is_never_unused(options: dict[str, Any]) -> None:
    live = replace(collection(**options), shard_key={"a": 1} if "key" in options else None)
    [found] = stats_of(live, ZERO, (), now_us=NOW)
    assert found.use is Use.NEEDED


def test_one_operation_anywhere_is_use() -> None:
    report = UseReport(uses=(on("one"), on("two", operations=1)), unasked=("three",))
    [found] = stats_of(collection(), report, (), now_us=NOW)
    assert found.use is Use.USED


def test_the_command_shows_sizes_use_and_builds(fake: FakeMongo, cli: Cli) -> None:
    index = {"key": {"userId": 1}, "name": "userId_1"}
    fake.answer({"createIndexes": "orders", "indexes": [index]})
    since = dt.datetime.now(dt.UTC) - dt.timedelta(days=30)
    fake.collections["orders"].uses = [
        {"name": "userId_1", "host": "one:1", "accesses": {"ops": 0, "since": since}},
        {"name": "_id_", "host": "one:1", "accesses": {"ops": 9, "since": since}},
    ]
    done = cli("stats", "--json", "--uri", fake.uri)
    assert done.returncode == 0, done.stderr
    rows = {(each["collection"], each["name"]): each for each in json.loads(done.stdout)["indexes"]}
    found = rows["orders", "userId_1"]
    assert (found["use"], found["sizeBytes"]) == ("unused", 4096)
    assert found["nodes"][0]["node"] == "one:1"
    assert rows["orders", "_id_"]["use"] == "needed"
    assert "--prune orders.userId_1" in done.stderr
    assert fake.writes == []


def test_a_member_that_does_not_answer_leaves_it_open(fake: FakeMongo, cli: Cli) -> None:
    index = {"key": {"userId": 1}, "name": "userId_1"}
    fake.answer({"createIndexes": "orders", "indexes": [index]})
    fake.hello |= {"hosts": ["one:1", "127.0.0.1:1"]}
    since = dt.datetime.now(dt.UTC) - dt.timedelta(days=30)
    fake.collections["orders"].uses = [
        {"name": "userId_1", "host": "one:1", "accesses": {"ops": 0, "since": since}}
    ]
    uri = fake.uri + "&serverSelectionTimeoutMS=800"
    done = cli("stats", "--json", "--uri", uri)
    assert done.returncode == 0, done.stderr
    rows = {each["name"]: each for each in json.loads(done.stdout)["indexes"]}
    assert rows["userId_1"]["use"] == "unknown"
    assert "127.0.0.1:1" in rows["userId_1"]["reason"]
