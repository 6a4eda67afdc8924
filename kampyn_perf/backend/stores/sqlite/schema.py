"""Tables and indexes of the embedded store, with the document's field names as columns.

Primary keys and the checks that keep stock from going below zero always stand. The document's
secondary indexes are the catalogue's business: made here only with `store.indexes: documented`.
Times are whole milliseconds since 1970 (UTC), as MongoDB keeps them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from kampyn_perf.backend.domain import Kind
from kampyn_perf.names import CARTS, ORDERS, PRODUCES, RETAILS, USERS, VENDORS

VERSION = 2
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
    stocked INTEGER NOT NULL,
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


def text_index(table: str) -> str:
    """The FTS5 table that stands for the text index of `table`."""
    return f"{table}_name_text_description_text"


def _text_statements(table: str) -> tuple[str, ...]:
    """The table and the triggers that keep it in step, as `indexes apply` makes them."""
    name, columns = text_index(table), '"name", "description"'
    put = f"INSERT INTO {name} (rowid, {columns}) VALUES (new.rowid, new.name, new.description);"
    take = (
        f"INSERT INTO {name} ({name}, rowid, {columns})"
        " VALUES ('delete', old.rowid, old.name, old.description);"
    )
    return (
        f'CREATE VIRTUAL TABLE {name} USING fts5({columns}, content="{table}",'
        " tokenize='porter unicode61')",
        f"CREATE TRIGGER {name}_ai AFTER INSERT ON {table} BEGIN {put} END",
        f"CREATE TRIGGER {name}_ad AFTER DELETE ON {table} BEGIN {take} END",
        f"CREATE TRIGGER {name}_au AFTER UPDATE OF {columns} ON {table} BEGIN {take} {put} END",
        f"INSERT INTO {name} ({name}) VALUES ('rebuild')",
    )


def create_tables(connection: sqlite3.Connection) -> None:
    """Make the tables that are missing."""
    _in_one(connection, TABLES)
    connection.execute(f"PRAGMA user_version = {VERSION}")


def create_indexes(connection: sqlite3.Connection) -> None:
    """Make the documented indexes of a store that has none."""
    texts = (_text_statements(table) for table in (RETAILS, PRODUCES))
    _in_one(connection, (*INDEXES, *(statement for text in texts for statement in text)))


def drop_indexes(connection: sqlite3.Connection) -> None:
    """Drop every secondary index, whoever made it."""
    rows = connection.execute(
        "SELECT type, name FROM sqlite_master WHERE sql IS NOT NULL AND (type IN ('index',"
        " 'trigger') OR (type = 'table' AND sql LIKE '%USING fts5%')) ORDER BY type = 'table'"
    ).fetchall()
    _in_one(connection, [f'DROP {kind} IF EXISTS "{name}"' for kind, name in rows])


def _in_one(connection: sqlite3.Connection, statements: Iterable[str]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in statements:
            connection.execute(statement)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
