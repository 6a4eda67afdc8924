"""The server's own word on a definition: built on an empty collection of the same kind, that goes
again.

It knows what no table does: the rules of its version, of its vendor, and of how it is set up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kampyn_perf.indexes.engines.mongo import commands
from kampyn_perf.indexes.engines.mongo.connection import (
    UNAUTHORISED,
    Document,
    MongoConnection,
)
from kampyn_perf.indexes.engines.mongo.state import listed, shard_key
from kampyn_perf.indexes.model.ports import LOST_PRIMARY, BuildOptions, ServerRefusal
from kampyn_perf.indexes.model.spec import IndexSpec
from kampyn_perf.names import PROBE_COLLECTION

_LIKE = ("collation", "capped", "size", "clusteredIndex")
"""Options of a collection that a definition's fate depends on, taken over as they are."""


def probe_indexes(
    connection: MongoConnection, collection: str, specs: Sequence[IndexSpec]
) -> Sequence[ServerRefusal | None]:
    """One answer for each of `specs`."""
    if not specs:
        return ()
    options = _options(listed(connection, collection))
    sharded = connection.command({"hello": 1}, admin=True).get("msg") == "isdbgrid"
    key = shard_key(connection, collection) if sharded else None
    try:
        return _judge(connection, specs, options, key)
    finally:
        _drop(connection)


def _options(info: Mapping[str, Any] | None) -> Document:
    given = (info or {}).get("options") or {}
    options = {name: given[name] for name in _LIKE if name in given}
    series = given.get("timeseries")
    if isinstance(series, Mapping):
        names = ("timeField", "metaField")
        options["timeseries"] = {name: series[name] for name in names if name in series}
    return options


def _judge(
    connection: MongoConnection,
    specs: Sequence[IndexSpec],
    options: Document,
    key: Mapping[str, Any] | None,
) -> list[ServerRefusal | None]:
    """All in one command, which is all that it takes if none is refused; else by halves."""
    _make(connection, options, key)
    try:
        commands.create_indexes(connection, PROBE_COLLECTION, specs, BuildOptions())
    except ServerRefusal as refusal:
        if refusal.code in LOST_PRIMARY or refusal.code == UNAUTHORISED:
            raise
        if len(specs) == 1:
            return [refusal]
    else:
        return [None] * len(specs)
    half = len(specs) // 2
    parts = (specs[:half], specs[half:])
    return [answer for part in parts for answer in _judge(connection, part, options, key)]


def _make(connection: MongoConnection, options: Document, key: Mapping[str, Any] | None) -> None:
    _drop(connection)  # what a killed run may have left
    connection.command({"create": PROBE_COLLECTION, **options})
    if key:
        place = f"{connection.name}.{PROBE_COLLECTION}"
        connection.command({"shardCollection": place, "key": dict(key)}, admin=True)


def _drop(connection: MongoConnection) -> None:
    with connection.answers():
        connection.database.drop_collection(PROBE_COLLECTION)
