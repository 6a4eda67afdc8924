"""Seeding SQLite: large transactions, and indexes only when the data is in."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from kampyn_perf.backend.store_settings import SqliteSettings
from kampyn_perf.backend.stores.sqlite import schema
from kampyn_perf.backend.stores.sqlite.connection import Access, connect
from kampyn_perf.backend.times import to_ms
from kampyn_perf.names import CARTS, ORDERS, PRODUCES, RETAILS, USERS, VENDORS

_DATA = (USERS, VENDORS, RETAILS, PRODUCES, CARTS, ORDERS, "order_keys", "meta")


class SqliteLoader:
    """See `ports.Loader`."""

    def __init__(self, *, path: Path, settings: SqliteSettings, indexes: bool) -> None:
        self._connection = connect(path, settings, Access.CREATE)
        self._indexes = indexes

    def note(self, name: str) -> str | None:
        sql = "SELECT value FROM meta WHERE name = ?"
        row = self._connection.execute(sql, (name,)).fetchone()
        return row[0] if row else None

    def set_note(self, name: str, value: str) -> None:
        sql = "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"
        self._connection.execute(sql, (name, value))

    def is_empty(self) -> bool:
        return not self._connection.execute(f"SELECT 1 FROM {USERS} LIMIT 1").fetchone()

    def clear(self) -> None:
        schema.drop_indexes(self._connection)
        self._connection.execute("BEGIN IMMEDIATE")
        for table in _DATA:
            self._connection.execute(f"DELETE FROM {table}")
        self._connection.execute("COMMIT")

    def insert(self, collection: str, documents: list[dict[str, Any]]) -> None:
        columns = tuple(documents[0])
        sql = (
            f"INSERT INTO {collection} ({', '.join(columns)})"
            f" VALUES ({', '.join('?' * len(columns))})"
        )
        rows = [[_stored(document[column]) for column in columns] for document in documents]
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            self._connection.executemany(sql, rows)
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def replace_hash(self, old: str, new: str) -> None:
        for table in (USERS, VENDORS):
            sql = f"UPDATE {table} SET passwordHash = ? WHERE passwordHash = ?"
            self._connection.execute(sql, (new, old))

    def finish(self) -> None:
        if self._indexes:
            schema.create_indexes(self._connection)
        self._connection.execute("ANALYZE")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self._connection.close()


def _stored(value: Any) -> sqlite3._SqliteData:
    if isinstance(value, datetime):
        return to_ms(value)
    return orjson.dumps(value).decode() if isinstance(value, list) else value
