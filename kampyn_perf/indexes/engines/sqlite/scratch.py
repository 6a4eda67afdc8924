"""What one index adds to an insert, measured in a table that never leaves its transaction.
Nanoseconds."""

from __future__ import annotations

import time
from collections.abc import Sequence

from kampyn_perf.indexes.engines.sqlite.connection import SqliteConnection
from kampyn_perf.indexes.engines.sqlite.ddl import create_statements
from kampyn_perf.indexes.engines.sqlite.literals import quoted
from kampyn_perf.indexes.model.ports import ServerRefusal
from kampyn_perf.indexes.model.spec import IndexSpec
from kampyn_perf.names import PROBE_COLLECTION, SCRATCH_COLLECTION


class _Done(Exception):  # noqa: N818
    """Ends the transaction without a commit."""


def time_inserts(
    connection: SqliteConnection, table: str, specs: Sequence[IndexSpec], count: int
) -> Sequence[int]:
    """Of up to `count` rows, each by a statement of its own, all rolled back."""
    rows = connection.rows(f"SELECT * FROM {quoted(table)} LIMIT ?", (count,))
    if not rows:
        return []
    marks = ", ".join("?" * len(rows[0]))
    insert = f"INSERT INTO {SCRATCH_COLLECTION} VALUES ({marks})"
    times: list[int] = []
    try:
        with connection.transaction():
            connection.run(
                f"CREATE TABLE {SCRATCH_COLLECTION} AS SELECT * FROM {quoted(table)} LIMIT 0"
            )
            for spec in specs:
                for statement in create_statements(SCRATCH_COLLECTION, spec):
                    connection.run(statement)
            for row in rows:
                began = time.perf_counter_ns()
                connection.run(insert, tuple(row))
                times.append(time.perf_counter_ns() - began)
            raise _Done
    except _Done:
        return times


def probe(connection: SqliteConnection, table: str, spec: IndexSpec) -> ServerRefusal | None:
    """What SQLite says to a definition on an empty table of the same columns."""
    try:
        with connection.transaction():
            connection.run(
                f"CREATE TABLE {PROBE_COLLECTION} AS SELECT * FROM {quoted(table)} LIMIT 0"
            )
            for statement in create_statements(PROBE_COLLECTION, spec):
                connection.run(statement)
            raise _Done
    except _Done:
        return None
    except ServerRefusal as refusal:
        return refusal
