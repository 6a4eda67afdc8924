"""Changes: one method, one command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kampyn_perf.indexes.mongo.connection import Connection
from kampyn_perf.indexes.mongo.values import to_bson
from kampyn_perf.indexes.ports import BuildOptions
from kampyn_perf.indexes.spec import IndexSpec


def create_indexes(
    connection: Connection, collection: str, specs: Sequence[IndexSpec], options: BuildOptions
) -> None:
    """All of `specs` in one command, so that the server scans the collection once."""
    command: dict[str, Any] = {
        "createIndexes": collection,
        "indexes": [definition(spec) for spec in specs],
    }
    if options.commit_quorum is not None:
        command["commitQuorum"] = options.commit_quorum
    if options.timeout_us is not None:
        command["maxTimeMS"] = max(options.timeout_us // 1_000, 1)
    connection.command(command)


def definition(spec: IndexSpec) -> dict[str, Any]:
    """`spec` as createIndexes takes it: only what was asked for, and options the server knows."""
    flags = {"unique": spec.unique, "sparse": spec.sparse, "hidden": spec.hidden}
    values: Mapping[str, Any] = {
        "partialFilterExpression": spec.partial,
        "expireAfterSeconds": spec.ttl_seconds,
        "collation": spec.collation,
        "weights": spec.weights,
        "default_language": spec.default_language,
        "language_override": spec.language_override,
        "wildcardProjection": spec.wildcard_projection,
        "bits": spec.bits,
        "min": spec.minimum,
        "max": spec.maximum,
        "storageEngine": spec.storage_engine,
    }
    return {
        "key": dict(spec.keys),
        "name": spec.effective_name,
        **{name: True for name, value in flags.items() if value},
        **{name: to_bson(value) for name, value in values.items() if value is not None},
    }


def drop_index(connection: Connection, collection: str, name: str) -> None:
    connection.command({"dropIndexes": collection, "index": name})


def modify(connection: Connection, collection: str, name: str, **change: Any) -> None:
    """collMod of one index: hidden, expireAfterSeconds, prepareUnique or unique."""
    connection.command({"collMod": collection, "index": {"name": name, **change}})
