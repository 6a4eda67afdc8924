"""Duplicates, samples and room in a file. Bytes."""

from __future__ import annotations

import shutil
from collections import Counter

from kampyn_perf.indexes.engines.sqlite.connection import SqliteConnection
from kampyn_perf.indexes.engines.sqlite.filters import column, where
from kampyn_perf.indexes.engines.sqlite.literals import quoted
from kampyn_perf.indexes.model.facts import Headroom, KeySizes
from kampyn_perf.indexes.model.ports import DuplicateGroup, Duplicates, FieldSample
from kampyn_perf.indexes.model.spec import IndexSpec

SAMPLE_IDS = 5


def find_duplicates(
    connection: SqliteConnection, table: str, spec: IndexSpec, limit: int
) -> Duplicates:
    """Groups that a UNIQUE index would refuse. NULLs never collide in SQLite."""
    columns = [column(path) for path in spec.fields]
    conditions = [f"{name} IS NOT NULL" for name in columns]
    if spec.partial is not None:
        conditions.append(where(spec.partial) or "TRUE")
    listed, source = ", ".join(columns), quoted(table)
    rows = connection.rows(
        f"SELECT count(*), {listed} FROM {source} WHERE {' AND '.join(conditions)}"
        f" GROUP BY {listed} HAVING count(*) > 1 LIMIT ?",
        (limit + 1,),
    )
    identity = _identity(connection, table)
    groups = []
    for row in rows[:limit]:
        same = " AND ".join([*conditions, *(f"{name} = ?" for name in columns)])
        ids = connection.rows(
            f"SELECT {identity} FROM {source} WHERE {same} LIMIT {SAMPLE_IDS}", tuple(row)[1:]
        )
        groups.append(
            DuplicateGroup(
                value=dict(zip(spec.fields, tuple(row)[1:], strict=True)),
                count=row[0],
                sample_ids=tuple(row[0] for row in ids),
            )
        )
    return Duplicates(groups=tuple(groups), more=len(rows) > limit)


def _identity(connection: SqliteConnection, table: str) -> str:
    rows = connection.rows("SELECT name FROM pragma_table_info(?)", (table,))
    names = [name for (name,) in rows]
    return quoted("_id" if "_id" in names else names[0])


def sample_fields(connection: SqliteConnection, table: str, size: int) -> FieldSample:
    """Which columns the first `size` rows have something in."""
    present: Counter[str] = Counter()
    rows = connection.rows(f"SELECT * FROM {quoted(table)} LIMIT ?", (size,))
    for row in rows:
        present.update(name for name in row.keys() if row[name] is not None)  # noqa: SIM118
    return FieldSample(documents=len(rows), present=dict(present))


def key_sizes(connection: SqliteConnection, table: str, spec: IndexSpec, size: int) -> KeySizes:
    lengths = " + ".join(
        f"coalesce(length(CAST({column(path)} AS BLOB)), 0)" for path in spec.fields
    )
    row = connection.rows(
        f"SELECT count(*), avg(n), max(n) FROM"
        f" (SELECT {lengths} AS n FROM {quoted(table)} LIMIT ?)",
        (size,),
    )[0]
    return KeySizes(sampled=row[0], mean_bytes=float(row[1] or 0), longest_bytes=int(row[2] or 0))


def headroom(connection: SqliteConnection) -> Headroom:
    """The disk that the file lies on."""
    return Headroom(disk_free_bytes=shutil.disk_usage(connection.path.parent).free)
