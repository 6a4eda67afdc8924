"""What the server recorded of operations: its profiler's collection, and `$queryStats`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kampyn_perf.indexes.engines.mongo.connection import MongoConnection
from kampyn_perf.indexes.engines.mongo.values import to_plain

PROFILE = "system.profile"
_OWN = "kampyn_perf_"


def recorded_operations(connection: MongoConnection) -> Iterator[Mapping[str, Any]]:
    """In the order they were recorded, without this program's own."""
    with connection.answers(), connection.database[PROFILE].find() as rows:
        for row in rows:
            if f".{_OWN}" not in str(row.get("ns", "")):
                yield to_plain(dict(row))


def query_statistics(connection: MongoConnection) -> Iterator[Mapping[str, Any]]:
    """Entries of all databases."""
    with connection.answers(), connection.admin.aggregate([{"$queryStats": {}}]) as rows:
        for row in rows:
            yield to_plain(dict(row))
