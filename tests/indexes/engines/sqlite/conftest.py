"""A real SQLite file with the document's tables and a little data, and no secondary indexes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from kampyn_perf.indexes.engines.sqlite.database import SqliteDatabase, open_sqlite

_ITEMS = (
    "CREATE TABLE {} (_id TEXT NOT NULL PRIMARY KEY, name TEXT, description TEXT, price INTEGER,"
    " image TEXT, type TEXT, uniId TEXT, vendorId TEXT, createdAt INTEGER)"
)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """200 users, 300 orders of 3 vendors, 30 retail items and no produce."""
    path = tmp_path / "store.db"
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TABLE users (_id TEXT NOT NULL PRIMARY KEY, email TEXT, phone TEXT,"
            " collegeId TEXT) WITHOUT ROWID"
        )
        connection.execute(
            "CREATE TABLE orders (_id TEXT NOT NULL PRIMARY KEY, userId TEXT, vendorId TEXT,"
            " status TEXT, total INTEGER, createdAt INTEGER) WITHOUT ROWID"
        )
        connection.execute(_ITEMS.format("retails"))
        connection.execute(_ITEMS.format("produces"))
        connection.executemany(
            "INSERT INTO users VALUES (?, ?, ?, ?)",
            ((f"u{n}", f"user{n}@example.com", f"+91{n}", str(n % 3)) for n in range(200)),
        )
        connection.executemany(
            "INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)",
            (
                (f"o{n}", f"u{n % 200}", f"vendor{n % 3}", ("pending", "done")[n % 2], n, n * 1000)
                for n in range(300)
            ),
        )
        connection.executemany(
            "INSERT INTO retails VALUES (?, ?, ?, 1, '', 'veg', '123', 'vendor0', ?)",
            ((f"r{n}", f"Salad {n}", "roasted nuts" if n % 2 else "baked", n) for n in range(30)),
        )
    connection.close()
    return path


@pytest.fixture
def database(store: Path) -> Iterator[SqliteDatabase]:
    opened = open_sqlite(f"sqlite:///{store}")
    yield opened
    opened.close()
