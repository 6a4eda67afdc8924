"""MongoDB's serverStatus, as documented for 7.0 and 8.0, and over the wire."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kampyn_perf import names
from kampyn_perf.errors import KampynError
from kampyn_perf.measure.readings import NotSeen, Sample
from kampyn_perf.measure.watchers.mongo import MongoWatcher, changes, states

STATUS: dict[str, Any] = {
    "host": "db:27017",
    "pid": 42,
    "uptime": 1000.0,
    "connections": {"current": 12, "available": 800},
    "globalLock": {"currentQueue": {"total": 3, "readers": 1, "writers": 2}},
    "wiredTiger": {
        "cache": {
            "maximum bytes configured": 1000,
            "bytes currently in the cache": 800,
            "tracked dirty bytes in the cache": 50,
        }
    },
    "queues": {
        "execution": {
            "read": {"out": 32, "available": 96, "totalTickets": 128},
            "write": {"out": 0, "available": 128, "totalTickets": 128},
        }
    },
    "opLatencies": {
        "reads": {"latency": 1_000_000, "ops": 1_000},
        "writes": {"latency": 500_000, "ops": 100},
        "commands": {"latency": 9_000_000, "ops": 3},
    },
    "opcounters": {"insert": 10, "query": 100, "command": 7},
    "metrics": {"queryExecutor": {"collectionScans": {"total": 5}}},
}


def by_name(samples: list[Sample]) -> dict[str, Sample]:
    return {
        " ".join(
            [one.quantity.metric, one.quantity.subject, *(v for _, v in one.quantity.labels)]
        ): one
        for one in samples
    }


def later(**changed: Any) -> dict[str, Any]:
    status = copy.deepcopy(STATUS)
    for path, value in changed.items():
        place = status
        *above, last = path.split("__")
        for key in above:
            place = place[key]
        place[last] = value
    return status


def test_what_is_so_now() -> None:
    made = {name: one.value for name, one in by_name(list(states(STATUS, "db"))).items()}
    assert made == {
        "mongo_connections db": 12,
        "mongo_queued db": 3,
        "mongo_cache_used db": 0.8,
        "mongo_cache_dirty db": 0.05,
        "mongo_tickets_used db reads": 0.25,
        "mongo_tickets_used db writes": 0.0,
    }


def test_tickets_of_a_server_before_8() -> None:
    status = later()
    status["wiredTiger"]["concurrentTransactions"] = status.pop("queues")["execution"]
    made = by_name(list(states(status, "db")))
    assert made["mongo_tickets_used db reads"].value == 0.25


def test_operations_take_the_mean_since_the_last_look() -> None:
    after = later(
        opLatencies__reads={"latency": 1_300_000, "ops": 1_100},
        opLatencies__commands={"latency": 99_000_000, "ops": 9},
        opcounters__query=140,
        metrics__queryExecutor__collectionScans__total=9,
    )
    made = by_name(list(changes(STATUS, after, seconds=4, label="db")))
    reads = made["mongo_operation_time db reads"]
    assert (reads.value, reads.weight, reads.quantity.unit) == (3_000, 100, "us")
    # Nothing was written, and commands (hello, ping, serverStatus itself) are no queries.
    assert not any(name.startswith("mongo_operation_time") for name in made if "reads" not in name)
    assert made["mongo_operations db query"].value == 10
    assert made["mongo_collection_scans db"].value == 1


def test_a_server_that_tells_less_brings_less() -> None:
    assert list(states({}, "db")) == []
    assert list(changes({}, {}, seconds=1, label="db")) == []


@pytest.mark.mongo
def test_a_server_over_the_wire(mongo_uri: str) -> None:
    watcher = MongoWatcher(mongo_uri)
    readings = [*watcher.sample(0), *watcher.sample(2_000_000)]
    watcher.close()
    metrics = {one.quantity.metric for one in readings if isinstance(one, Sample)}
    assert {names.MONGO_CONNECTIONS, names.MONGO_OPERATIONS, names.MONGO_SLOW_OPERATIONS} <= metrics
    assert watcher.name.startswith("MongoDB ")


def test_no_server_is_not_seen_and_its_password_not_shown() -> None:
    uri = "mongodb://me:hunter2@127.0.0.1:1/shop?serverSelectionTimeoutMS=200"
    watcher = MongoWatcher(uri)
    with pytest.raises(NotSeen, match="no MongoDB server answers at mongodb://127") as caught:
        list(watcher.sample(0))
    watcher.close()
    assert "hunter2" not in f"{caught.value} {caught.value.remedy} {watcher.name}"


def test_what_is_no_uri_is_refused() -> None:
    with pytest.raises(KampynError, match="not a MongoDB URI"):
        MongoWatcher("hunter2")
