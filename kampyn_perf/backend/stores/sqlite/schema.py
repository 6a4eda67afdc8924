"""Tables and indexes of the embedded store, with the document's field names as columns.

Primary keys and the checks that keep stock from going below zero always stand. The document's
secondary indexes are the catalogue's business: made here only with `store.indexes: documented`.
Times are whole milliseconds since 1970 (UTC), as MongoDB keeps them.
"""

from __future__ import annotations

import sqlite3

from kampyn_perf.backend.domain import Kind
from kampyn_perf.names import CARTS, ORDERS, PRODUCES, RETAILS, USERS, VENDORS

VERSION = 1
"""`PRAGMA user_version` of a file with these tables."""

TABLE_OF = {Kind.RETAIL: RETAILS, Kind.PRODUCE: PRODUCES}

_ITEMS = """
CREATE TABLE IF NOT EXISTS {table} (
    _id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    price INTEGER NOT NULL CHECK (price >= 0),
    image TEXT NOT NULL,
    type TEXT NOT NULL,
    uniId TEXT NOT NULL,
    vendorId TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity >= 0),
    createdAt INTEGER NOT NULL
)"""

TABLES = (
    f"""
CREATE TABLE IF NOT EXISTS {USERS} (
    _id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT NOT NULL,
    collegeId TEXT NOT NULL,
    role TEXT NOT NULL,
    passwordHash TEXT NOT NULL,
    createdAt INTEGER NOT NULL
) WITHOUT ROWID""",
    f"""
CREATE TABLE IF NOT EXISTS {VENDORS} (
    _id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    location TEXT NOT NULL,
    uniId TEXT NOT NULL,
    passwordHash TEXT NOT NULL,
    createdAt INTEGER NOT NULL
) WITHOUT ROWID""",
    _ITEMS.format(table=RETAILS),
    _ITEMS.format(table=PRODUCES),
    f"""
CREATE TABLE IF NOT EXISTS {CARTS} (
    userId TEXT NOT NULL,
    itemId TEXT NOT NULL,
    kind TEXT NOT NULL,
    vendorId TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (userId, itemId)
) WITHOUT ROWID""",
    f"""
CREATE TABLE IF NOT EXISTS {ORDERS} (
    _id TEXT NOT NULL PRIMARY KEY,
    userId TEXT NOT NULL,
    vendorId TEXT NOT NULL,
    status TEXT NOT NULL,
    total INTEGER NOT NULL CHECK (total >= 0),
    items TEXT NOT NULL,
    createdAt INTEGER NOT NULL
) WITHOUT ROWID""",
    # Not a secondary index of the catalogue: what makes an idempotency key one.
    """
CREATE TABLE IF NOT EXISTS order_keys (
    userId TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    orderId TEXT NOT NULL,
    PRIMARY KEY (userId, key)
) WITHOUT ROWID""",
    """
CREATE TABLE IF NOT EXISTS meta (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID""",
)

# MongoDB's default names behind the table's, since an SQLite name is unique in the whole file.
INDEXES = (
    f'CREATE UNIQUE INDEX IF NOT EXISTS "{USERS}_email_1" ON {USERS} (email)',
    f'CREATE UNIQUE INDEX IF NOT EXISTS "{USERS}_phone_1" ON {USERS} (phone)',
    f'CREATE INDEX IF NOT EXISTS "{USERS}_collegeId_1" ON {USERS} (collegeId)',
    f'CREATE INDEX IF NOT EXISTS "{ORDERS}_userId_1" ON {ORDERS} (userId)',
    f'CREATE INDEX IF NOT EXISTS "{ORDERS}_vendorId_1" ON {ORDERS} (vendorId)',
    f'CREATE INDEX IF NOT EXISTS "{ORDERS}_status_1" ON {ORDERS} (status)',
    f'CREATE INDEX IF NOT EXISTS "{ORDERS}_createdAt_-1" ON {ORDERS} (createdAt DESC)',
    f'CREATE INDEX IF NOT EXISTS "{ORDERS}_vendorId_1_status_1_createdAt_-1"'
    f" ON {ORDERS} (vendorId, status, createdAt DESC)",
    *(
        f'CREATE INDEX IF NOT EXISTS "{table}_uniId_1_type_1" ON {table} (uniId, type)'
        for table in (RETAILS, PRODUCES)
    ),
)


def create(connection: sqlite3.Connection, *, indexes: bool) -> None:
    """Make what is missing; harmless when nothing is."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in (*TABLES, *(INDEXES if indexes else ())):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
