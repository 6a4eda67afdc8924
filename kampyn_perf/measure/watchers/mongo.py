"""A MongoDB server, by its own `serverStatus`. Times are microseconds, as MongoDB has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kampyn_perf import mongo, names
from kampyn_perf.measure.readings import NotSeen, Quantity, Reading, Remark, Sample
from kampyn_perf.units import MICROSECONDS

SLOW_US = 100_000
"""The document's limit of a slow query."""
_TIMEOUT_MS = 5_000
_SECTIONS_LEFT_OUT = dict.fromkeys(
    ("repl", "sharding", "tcmalloc", "transactions", "locks", "flowControl", "network"), 0
)
"""What serverStatus need not put together for us."""
_LATENCY = ("ops", "latency")
_SOURCE = "serverStatus"
_SCAN_COUNTER = ("metrics", "queryExecutor", "collectionScans", "total")

Status = Mapping[str, Any]


class MongoWatcher:
    """The server (or the primary of the set) at `uri`."""

    waits = True
    every_slot = False
    provides = (names.DB_QUERY_TIME,)

    def __init__(self, uri: str, *, interval_us: int = 2 * MICROSECONDS) -> None:
        """Raises KampynError for a URI that is none."""
        self.interval_us = interval_us
        self._uri = uri
        self._label = mongo.label(uri)
        self.name = f"MongoDB {self._label.partition('://')[2]}"
        self._client = mongo.connect(
            uri, serverSelectionTimeoutMS=_TIMEOUT_MS, socketTimeoutMS=_TIMEOUT_MS, maxPoolSize=1
        )
        self._before: Status | None = None
        self._at_us = 0
        self._may_list_operations = True

    def sample(self, at_us: int) -> Iterator[Reading]:
        status = self._command({"serverStatus": 1} | _SECTIONS_LEFT_OUT)
        before, self._before = self._before, status
        elapsed_us, self._at_us = at_us - self._at_us, at_us
        yield from states(status, self._label)
        if before is None:
            if "opLatencies" not in status:
                yield Remark("its serverStatus has no opLatencies, so no time of an operation")
        elif _same_start(before, status):
            yield from changes(before, status, seconds=elapsed_us / MICROSECONDS, label=self._label)
        else:
            yield Remark("the server was restarted during the run")
        yield from self._slow_operations()

    def close(self) -> None:
        self._client.close()

    def _slow_operations(self) -> Iterator[Reading]:
        """How many are at work now that have been for longer than a slow query may."""
        if not self._may_list_operations:
            return
        try:
            answer = self._command(
                {
                    "currentOp": 1,
                    "active": True,
                    "op": {"$nin": ["none", "command"]},
                    "microsecs_running": {"$gt": SLOW_US},
                }
            )
        except NotSeen as unseen:
            self._may_list_operations = False
            yield Remark(f"slow operations are not counted: {unseen.reason}")
            return
        quantity = Quantity(names.MONGO_SLOW_OPERATIONS, self._label, "currentOp", "count")
        yield Sample(quantity, len(answer.get("inprog", ())))

    def _command(self, command: dict[str, Any]) -> Status:
        try:
            return self._client.admin.command(command)
        except Exception as error:
            failure = mongo.failure_of(error, self._uri)
            said = mongo.as_error(failure, self._uri)
            remedy = "its user needs the role clusterMonitor" if failure.code == 13 else said.hint
            raise NotSeen(said.message, remedy=remedy) from error


def states(status: Status, label: str) -> Iterator[Sample]:
    """What is so now."""
    plain = {
        (names.MONGO_CONNECTIONS, "count"): ("connections", "current"),
        (names.MONGO_QUEUED, "count"): ("globalLock", "currentQueue", "total"),
    }
    for (metric, unit), path in plain.items():
        value = _dig(status, path)
        if value is not None:
            yield Sample(Quantity(metric, label, _SOURCE, unit), value)
    cache = _dig_map(status, ("wiredTiger", "cache"))
    limit = cache.get("maximum bytes configured") or 0
    if limit:
        for metric, key in (
            (names.MONGO_CACHE_USED, "bytes currently in the cache"),
            (names.MONGO_CACHE_DIRTY, "tracked dirty bytes in the cache"),
        ):
            if key in cache:
                share = cache[key] / limit
                yield Sample(Quantity(metric, label, _SOURCE, "share"), share)
    # `queues.execution` since 8.0, `wiredTiger.concurrentTransactions` before.
    tickets = _dig_map(status, ("queues", "execution")) or _dig_map(
        status, ("wiredTiger", "concurrentTransactions")
    )
    for kind in ("read", "write"):
        held = tickets.get(kind, {})
        total = held.get("totalTickets") or 0
        if total:
            quantity = Quantity(names.MONGO_TICKETS_USED, f"{label} {kind}s", _SOURCE, "share")
            yield Sample(quantity, held.get("out", 0) / total)


def changes(before: Status, after: Status, *, seconds: float, label: str) -> Iterator[Sample]:
    """What happened between two looks: how long operations took, how many of which kind."""
    # Commands are pings and this watcher's own questions: the goal is about queries.
    for kind in ("reads", "writes"):
        count, spent_us = (_grown(before, after, ("opLatencies", kind, key)) for key in _LATENCY)
        if count and spent_us is not None:
            quantity = Quantity(names.MONGO_OPERATION_TIME, f"{label} {kind}", _SOURCE, "us")
            yield Sample(quantity, spent_us / count, weight=round(count))
    if seconds <= 0:
        return
    for kind in _dig_map(after, ("opcounters",)):
        grown = _grown(before, after, ("opcounters", kind))
        if grown is not None:
            labels = (("kind", kind),)
            quantity = Quantity(names.MONGO_OPERATIONS, label, _SOURCE, "per_s", labels)
            yield Sample(quantity, grown / seconds)
    scans = _grown(before, after, _SCAN_COUNTER)
    if scans is not None:
        quantity = Quantity(names.MONGO_COLLECTION_SCANS, label, _SOURCE, "per_s")
        yield Sample(quantity, scans / seconds)


def _grown(before: Status, after: Status, path: tuple[str, ...]) -> float | None:
    start, end = _dig(before, path), _dig(after, path)
    return None if start is None or end is None else end - start


def _same_start(before: Status, after: Status) -> bool:
    """Whether it is the same process, with counters that go on."""
    same = before.get("pid") == after.get("pid") and before.get("host") == after.get("host")
    return same and after.get("uptime", 0) >= before.get("uptime", 0)


def _dig(status: Status, path: tuple[str, ...]) -> float | None:
    value: Any = status
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, int | float) else None


def _dig_map(status: Status, path: tuple[str, ...]) -> Mapping[str, Any]:
    value: Any = status
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}
