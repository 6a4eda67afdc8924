"""What is provably unused, and who was asked.

Tests `kampyn_perf/indexes/model/facts.py`, `kampyn_perf/indexes/text/stats.py` and
`kampyn_perf/cli/indexes/stats.py` too.
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
from tests.indexes.fake_mongo import FakeMongo, refuse

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


def on(node: str, operations: int = 0, since_us: int | None = OLD) -> IndexUse:
    return IndexUse(index="a_1", node=node, operations=operations, since_us=since_us)


ZERO = UseReport(uses=(on("one"), on("two")))


def test_zero_on_every_node_for_long_enough_is_unused() -> None:
    [found] = stats_of(collection(), ZERO, (), now_us=NOW)
    assert (found.use, found.operations) == (Use.UNUSED, 0)
    assert found.reason == "no operation; asked 2 nodes of 2"


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        (replace(ZERO, unasked=("three: no answer",)),
         "asked 2 nodes of 3; not asked: three: no answer"),
        (UseReport(uses=(on("one"), on("two", since_us=None))),
         "two does not say since when it counts"),
        (replace(ZERO, asked=("one", "two", "three")), "not every node has it"),
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


def one_unused(fake: FakeMongo, since: object) -> None:
    fake.answer(
        {"createIndexes": "orders", "indexes": [{"key": {"userId": 1}, "name": "userId_1"}]}
    )
    fake.collections["orders"].uses = [
        {"name": "userId_1", "host": "one:1", "accesses": {"ops": 0, "since": since}}
    ]


def use_of(fake: FakeMongo, cli: Cli) -> dict[str, Any]:
    done = cli("stats", "--json", "--uri", fake.uri + "&serverSelectionTimeoutMS=800")
    assert done.returncode == 0, done.stderr
    rows = {each["name"]: each for each in json.loads(done.stdout)["indexes"]}
    found: dict[str, Any] = rows["userId_1"]
    return found


def test_a_moment_that_is_not_told_is_not_1970(fake: FakeMongo, cli: Cli) -> None:
    one_unused(fake, None)
    found = use_of(fake, cli)
    assert (found["use"], found["nodes"][0]["since"]) == ("unknown", "")
    assert found["reason"] == "one:1 does not say since when it counts"


def test_hidden_and_delayed_members_are_asked_or_named(fake: FakeMongo, cli: Cli) -> None:
    one_unused(fake, dt.datetime.now(dt.UTC) - dt.timedelta(days=30))
    members = [
        {"host": "one:1"},
        {"host": "127.0.0.1:1", "hidden": True, "secondaryDelaySecs": 3600},
        {"host": "arbiter:1", "arbiterOnly": True},
        {"host": "bare:1", "buildIndexes": False},
    ]
    fake.always["replSetGetConfig"] = lambda _: {"config": {"members": members}}
    found = use_of(fake, cli)
    assert found["use"] == "unknown"
    assert found["reason"].startswith(
        "asked 1 node of 2; not asked: 127.0.0.1:1 (hidden, delayed by 3600 s): "
    )
    assert not any(word in found["reason"] for word in ("arbiter", "bare"))


def test_who_may_not_see_the_set_does_not_know_of_hidden_members(fake: FakeMongo, cli: Cli) -> None:
    one_unused(fake, dt.datetime.now(dt.UTC) - dt.timedelta(days=30))
    fake.always["replSetGetConfig"] = refuse(13, "not authorized")
    found = use_of(fake, cli)
    assert (found["use"], found["reason"]) == (
        "unknown",
        "asked 1 node of 2; not asked: hidden members, if there are any: not authorized",
    )


def test_the_index_that_a_server_made_itself_is_needed() -> None:
    live = collection(key={"sensor": 1, "at": 1})
    series = {"timeField": "at", "metaField": "sensor"}
    [found] = stats_of(replace(live, timeseries=series), ZERO, (), now_us=NOW)
    assert (found.use, found.reason) == (
        Use.NEEDED,
        "the server made it with the time-series collection",
    )
    [found] = stats_of(live, ZERO, (), now_us=NOW)
    assert found.use is Use.UNUSED
