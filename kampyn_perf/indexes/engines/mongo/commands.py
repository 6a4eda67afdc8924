"""Changes: one method, one command."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kampyn_perf.indexes.engines.mongo.connection import MongoConnection
from kampyn_perf.indexes.engines.mongo.values import to_bson
from kampyn_perf.indexes.model.ports import BuildOptions
from kampyn_perf.indexes.model.spec import IndexSpec


def create_indexes(
    connection: MongoConnection, collection: str, specs: Sequence[IndexSpec], options: BuildOptions
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
    return {
        "key": dict(spec.keys),
        "name": spec.effective_name,
        **{name: to_bson(value) for name, value in spec.options.items()},
    }


def drop_index(connection: MongoConnection, collection: str, name: str) -> None:
    connection.command({"dropIndexes": collection, "index": name})


def modify(connection: MongoConnection, collection: str, name: str, **change: Any) -> None:
    """collMod of one index: hidden, expireAfterSeconds, prepareUnique or unique."""
    connection.command({"collMod": collection, "index": {"name": name, **change}})
