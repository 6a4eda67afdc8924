"""This program's own records in the file: the lock, and the journal of what was done."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.indexes.engines.sqlite.connection import SqliteConnection
from kampyn_perf.indexes.model.ports import Lock, ServerRefusal
from kampyn_perf.names import JOURNAL_COLLECTION, LOCK_COLLECTION
from kampyn_perf.units import MICROSECONDS

_LOCK = (
    f"CREATE TABLE IF NOT EXISTS {LOCK_COLLECTION}"
    " (id INTEGER PRIMARY KEY CHECK (id = 1), owner TEXT NOT NULL, expires_us INTEGER NOT NULL)"
)
_JOURNAL = f"CREATE TABLE IF NOT EXISTS {JOURNAL_COLLECTION} (n INTEGER PRIMARY KEY, entry TEXT)"


def _now_us() -> int:
    """Everybody who can open the file shares its machine's clock."""
    return time.time_ns() // 1_000


def acquire_lock(connection: SqliteConnection, owner: str, ttl_us: int) -> Lock:
    """The lock, if nobody holds one that has not expired."""
    now = _now_us()
    with connection.transaction():
        connection.run(_LOCK)
        held = connection.rows(f"SELECT owner, expires_us FROM {LOCK_COLLECTION}")
        if held and held[0]["expires_us"] >= now and held[0]["owner"] != owner:
            left = (held[0]["expires_us"] - now) // MICROSECONDS
            raise KampynError(
                f"{connection.path}: indexes are being changed by {held[0]['owner']}",
                code=ExitCode.FAILED,
                hint=f"Wait for that to end. If it was killed, its lock expires in {left} s.",
            )
        connection.run(
            f"INSERT OR REPLACE INTO {LOCK_COLLECTION} VALUES (1, ?, ?)", (owner, now + ttl_us)
        )
    return Lock(owner=owner, expires_at_us=now + ttl_us)


def renew_lock(connection: SqliteConnection, lock: Lock, ttl_us: int) -> Lock:
    now = _now_us()
    changed = connection.run(
        f"UPDATE {LOCK_COLLECTION} SET expires_us = ? WHERE owner = ?", (now + ttl_us, lock.owner)
    )
    if not changed:
        raise KampynError(
            f"{connection.path}: the lock of this run expired and is gone",
            code=ExitCode.FAILED,
            hint="Run the command again: it goes on from what is there.",
        )
    return Lock(owner=lock.owner, expires_at_us=now + ttl_us)


def release_lock(connection: SqliteConnection, lock: Lock) -> None:
    connection.run(f"DELETE FROM {LOCK_COLLECTION} WHERE owner = ?", (lock.owner,))


def append_journal(connection: SqliteConnection, entry: Mapping[str, Any]) -> None:
    connection.run(_JOURNAL)
    connection.run(
        f"INSERT INTO {JOURNAL_COLLECTION} (entry) VALUES (?)", (json.dumps(entry, default=str),)
    )


def read_journal(connection: SqliteConnection, limit: int) -> list[Mapping[str, Any]]:
    """The last `limit` entries, oldest first."""
    try:
        rows = connection.rows(
            f"SELECT entry FROM {JOURNAL_COLLECTION} ORDER BY n DESC LIMIT ?", (limit,)
        )
    except ServerRefusal:
        return []  # nothing was ever done
    return [json.loads(row["entry"]) for row in rows][::-1]
