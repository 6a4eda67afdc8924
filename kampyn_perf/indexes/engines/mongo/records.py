"""This program's own records in the database: the lock, and the journal of what was done."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError
from pymongo.write_concern import WriteConcern

from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.indexes.engines.mongo.connection import MongoConnection
from kampyn_perf.indexes.engines.mongo.values import to_plain
from kampyn_perf.indexes.model.ports import Lock
from kampyn_perf.names import JOURNAL_COLLECTION, LOCK_COLLECTION
from kampyn_perf.units import MICROSECONDS

_LOCK_ID = "indexes"
WTIMEOUT_MS = 10_000
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def _records(connection: MongoConnection, name: str) -> Collection[dict[str, Any]]:
    """What is written here must survive a change of primary."""
    concern = WriteConcern(w="majority", wtimeout=WTIMEOUT_MS)
    return connection.database.get_collection(name, write_concern=concern)


def server_now_us(connection: MongoConnection) -> int:
    """Unix time of the server: expiry must not depend on how well clients' clocks agree."""
    moment = connection.command({"hello": 1}, admin=True)["localTime"]
    return _us(moment)


def acquire_lock(connection: MongoConnection, owner: str, ttl_us: int) -> Lock:
    """The lock, if nobody holds one that has not expired."""
    now = server_now_us(connection)
    locks = _records(connection, LOCK_COLLECTION)
    free = {"_id": _LOCK_ID, "$or": [{"expiresAt": {"$lt": _date(now)}}, {"owner": owner}]}
    change = {"$set": {"owner": owner, "since": _date(now), "expiresAt": _date(now + ttl_us)}}
    try:
        with connection.answers():
            try:
                locks.update_one(free, change, upsert=True)
            except DuplicateKeyError:
                # The document is there and was not matched: somebody's lock, still valid.
                holder = locks.find_one({"_id": _LOCK_ID}) or {}
                raise _Held(holder) from None
    except _Held as held:
        raise _refused(connection, held.holder, now) from None
    return Lock(owner=owner, expires_at_us=now + ttl_us)


class _Held(Exception):  # noqa: N818
    def __init__(self, holder: Mapping[str, Any]) -> None:
        super().__init__()
        self.holder = holder


def _refused(connection: MongoConnection, holder: Mapping[str, Any], now: int) -> KampynError:
    expires = holder.get("expiresAt")
    left = f"{max(_us(expires) - now, 0) // MICROSECONDS} s" if expires else "a moment"
    return KampynError(
        f"{connection.label}: indexes are being changed by {holder.get('owner', 'somebody')}",
        code=ExitCode.FAILED,
        hint=f"Wait for that to end. If it was killed, its lock expires in {left}.",
    )


def renew_lock(connection: MongoConnection, lock: Lock, ttl_us: int) -> Lock:
    """The same lock for longer. Raises where it expired and somebody else took it."""
    now = server_now_us(connection)
    with connection.answers():
        done = _records(connection, LOCK_COLLECTION).update_one(
            {"_id": _LOCK_ID, "owner": lock.owner}, {"$set": {"expiresAt": _date(now + ttl_us)}}
        )
    if not done.matched_count:
        raise KampynError(
            f"{connection.label}: the lock of this run expired and is gone",
            code=ExitCode.FAILED,
            hint="Run the command again: it goes on from what is there.",
        )
    return Lock(owner=lock.owner, expires_at_us=now + ttl_us)


def release_lock(connection: MongoConnection, lock: Lock) -> None:
    with connection.answers():
        _records(connection, LOCK_COLLECTION).delete_one({"_id": _LOCK_ID, "owner": lock.owner})


def append_journal(connection: MongoConnection, entry: Mapping[str, Any]) -> None:
    with connection.answers():
        _records(connection, JOURNAL_COLLECTION).insert_one(dict(entry))


def read_journal(connection: MongoConnection, limit: int) -> list[Mapping[str, Any]]:
    """The last `limit` entries, oldest first."""
    with connection.answers():
        cursor = _records(connection, JOURNAL_COLLECTION).find().sort("_id", -1).limit(limit)
        rows = [to_plain({name: row[name] for name in row if name != "_id"}) for row in cursor]
    return rows[::-1]


def _date(unix_us: int) -> datetime.datetime:
    return _EPOCH + datetime.timedelta(microseconds=unix_us)


def _us(moment: datetime.datetime) -> int:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
    return (aware - _EPOCH) // datetime.timedelta(microseconds=1)
