"""What is there: tables as collections, and their indexes as MongoDB would list them."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from kampyn_perf.indexes.engines.sqlite.connection import SqliteConnection
from kampyn_perf.indexes.engines.sqlite.counterparts import ROWID, refuses
from kampyn_perf.indexes.engines.sqlite.ddl import NOTE, logical_name
from kampyn_perf.indexes.engines.sqlite.literals import quoted
from kampyn_perf.indexes.model.live import CollectionKind, LiveCollection, LiveIndex
from kampyn_perf.indexes.model.server import Engine, Feature, ServerInfo, Topology
from kampyn_perf.names import OWN_PREFIX

_NOTE = re.compile(rf"/\*{NOTE}(.*?)\*/", re.S)
_FTS = re.compile(r"USING\s+fts5\s*\((?P<inside>.*)\)\s*$", re.I | re.S)
_FTS_CONTENT = re.compile(r"content\s*=\s*(\"(?:[^\"]|\"\")*\"|'[^']*'|\w+)", re.I)


def read_server(connection: SqliteConnection) -> ServerInfo:
    connection.rows("SELECT 1 FROM sqlite_master LIMIT 1")  # says now if the file is not sound
    writable = not connection.rows("PRAGMA query_only")[0][0] and _may_write(connection)
    return ServerInfo(
        engine=Engine.SQLITE,
        version=sqlite3.sqlite_version_info,
        topology=Topology.EMBEDDED,
        features=frozenset({Feature.ANY_COEXIST}),
        writable=writable,
        note="" if writable else "the file is not writable for this user",
    )


def _may_write(connection: SqliteConnection) -> bool:
    import os

    return os.access(connection.path, os.W_OK) and os.access(connection.path.parent, os.W_OK)


def collection_names(connection: SqliteConnection) -> list[str]:
    """Tables, without SQLite's own, those of full-text indexes, and this program's."""
    shadows = {name for name, _ in _text_tables(connection)}
    rows = connection.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return [
        name
        for (name,) in rows
        if not name.startswith(("sqlite_", OWN_PREFIX))
        and name not in shadows
        and not any(name.startswith(f"{shadow}_") for shadow in shadows)
    ]


def read_collection(connection: SqliteConnection, name: str, server: ServerInfo) -> LiveCollection:
    """One table as it is now; MISSING where there is none."""
    rows = connection.rows(
        "SELECT type FROM sqlite_master WHERE name = ? AND type IN ('table', 'view')", (name,)
    )
    empty = LiveCollection(name=name, server=server, refuses=refuses)
    if not rows:
        return replace(empty, kind=CollectionKind.MISSING)
    if rows[0][0] == "view":
        return replace(empty, kind=CollectionKind.VIEW)
    indexes = (*_identity(connection, name), *_plain(connection, name), *_text(connection, name))
    return replace(
        empty,
        indexes=indexes,
        documents=int(connection.rows(f"SELECT count(*) FROM {quoted(name)}")[0][0]),
        size_bytes=_size(connection, name),
        fields=_fields(connection, name),
    )


def _fields(connection: SqliteConnection, table: str) -> frozenset[str]:
    """The columns, and `rowid` where there is one."""
    columns = connection.rows("SELECT name FROM pragma_table_info(?)", (table,))
    without = connection.rows("SELECT wr FROM pragma_table_list(?)", (table,))
    rowid = () if without and without[0][0] else (ROWID,)
    return frozenset((*(name for (name,) in columns), *rowid))


def _identity(connection: SqliteConnection, table: str) -> Iterator[LiveIndex]:
    """The primary key, if it is `_id`: MongoDB's `_id_`."""
    rows = connection.rows("SELECT name FROM pragma_table_info(?) WHERE pk > 0", (table,))
    if [name for (name,) in rows] == ["_id"]:
        yield LiveIndex(definition={"v": 2, "key": {"_id": 1}, "name": "_id_"})


def _plain(connection: SqliteConnection, table: str) -> Iterator[LiveIndex]:
    """Indexes made by CREATE INDEX; those behind constraints are part of the table."""
    rows = connection.rows(
        'SELECT name, "unique", partial FROM pragma_index_list(?)'
        " WHERE origin = 'c' ORDER BY name",
        (table,),
    )
    for name, unique, partial in rows:
        definition: dict[str, Any] = {
            "v": 2,
            "key": dict(_keys(connection, name)),
            "name": logical_name(table, name),
        }
        if unique:
            definition["unique"] = True
        if partial:
            definition |= _partial(connection, name)
        yield LiveIndex(definition=definition, size_bytes=_size(connection, name))


def _keys(connection: SqliteConnection, index: str) -> Iterator[tuple[str, Any]]:
    rows = connection.rows(
        'SELECT seqno, name, "desc" FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno',
        (index,),
    )
    for position, name, descending in rows:
        yield name or f"(expression {position})", -1 if descending else 1


def _partial(connection: SqliteConnection, index: str) -> Mapping[str, Any]:
    """The filter as it was asked for; the SQL of one that somebody else made."""
    sql = connection.rows("SELECT sql FROM sqlite_master WHERE name = ?", (index,))[0][0] or ""
    note = _NOTE.search(sql)
    if note:
        noted: Mapping[str, Any] = json.loads(note[1])
        return noted
    return {"partialFilterExpression": {"$sql": sql.upper().rpartition(" WHERE ")[2].strip()}}


def text_table(connection: SqliteConnection, table: str) -> tuple[str, str] | None:
    """The full-text table over `table`'s rows, and its definition."""
    for name, sql in _text_tables(connection):
        inside = _FTS.search(sql)
        content = _FTS_CONTENT.search(inside["inside"]) if inside else None
        if content and content[1].strip("\"'") == table:
            return name, sql
    return None


def _text(connection: SqliteConnection, table: str) -> Iterator[LiveIndex]:
    text_index = text_table(connection, table)
    if text_index is not None:
        name, sql = text_index
        columns = [
            row[0] for row in connection.rows("SELECT name FROM pragma_table_info(?)", (name,))
        ]
        yield LiveIndex(
            definition={
                "v": 2,
                "key": {"_fts": "text", "_ftsx": 1},
                "name": logical_name(table, name),
                "weights": dict.fromkeys(sorted(columns), 1),
                "default_language": "english" if "porter" in sql else "none",
                "language_override": "language",
                "textIndexVersion": 3,
            },
            size_bytes=_size(connection, f"{name}_data"),
        )


def _text_tables(connection: SqliteConnection) -> list[tuple[str, str]]:
    rows = connection.rows(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql LIKE '%USING fts5%'"
    )
    return [(name, sql) for name, sql in rows]


def is_text(connection: SqliteConnection, name: str) -> bool:
    """Whether the file's `name` is a full-text table."""
    return any(known == name for known, _ in _text_tables(connection))


def _size(connection: SqliteConnection, name: str) -> int | None:
    """Bytes of a table's or an index's pages; None where SQLite was built without dbstat."""
    from kampyn_perf.indexes.model.ports import ServerRefusal

    try:
        row = connection.rows("SELECT sum(pgsize) FROM dbstat WHERE name = ?", (name,))[0]
    except ServerRefusal:
        return None
    return int(row[0]) if row[0] is not None else None
