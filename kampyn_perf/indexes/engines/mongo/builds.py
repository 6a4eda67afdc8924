"""Index builds that run on the server now, as `$currentOp` shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kampyn_perf.indexes.engines.mongo.connection import Document, MongoConnection
from kampyn_perf.indexes.model.ports import Build, ServerRefusal

_PHASE = re.compile(r"Index Build[^:]*: ([^:]+?)(?:: \d+/\d+.*)?$")


def current_builds(connection: MongoConnection, collection: str) -> Sequence[Build]:
    """Builds of `collection`, each of possibly several indexes; empty where the user may not ask.

    A build shows up as the command of the client that waits for it, as the server's own operation
    after that client is gone, or as both.
    """
    builds: dict[tuple[str, ...], Build] = {}
    for operation in _operations(connection):
        build = _build(operation, connection.name, collection)
        if build is None:
            continue
        known = builds.get(build.names)
        if known is None or (known.progress is None and build.progress is not None):
            builds[build.names] = build
    return tuple(builds.values())


def _operations(connection: MongoConnection) -> list[Document]:
    """With everybody's operations where that is allowed, with this user's own where it is not."""
    for all_users in (True, False):
        stage = {"allUsers": all_users, "idleConnections": False}
        try:
            with connection.answers():
                return list(connection.admin.aggregate([{"$currentOp": stage}]))
        except ServerRefusal:
            continue
    answer = connection.optional({"currentOp": 1}, admin=True) or {}
    return [row for row in answer.get("inprog", ()) if isinstance(row, dict)]


def _build(operation: Mapping[str, Any], database: str, collection: str) -> Build | None:
    command = operation.get("command") or operation.get("originatingCommand") or {}
    message = str(operation.get("msg", ""))
    if not isinstance(command, Mapping) or "createIndexes" not in command:
        return None
    namespace = str(operation.get("ns", ""))
    ours = command.get("createIndexes") == collection and namespace.startswith(f"{database}.")
    if not ours and namespace != f"{database}.{collection}":
        return None
    if "Index Build" not in message and not operation.get("active", True):
        return None
    return Build(
        collection=collection,
        names=tuple(_names(command)),
        progress=_progress(operation.get("progress")),
        phase=_phase(message),
        operation=str(operation.get("opid", "")),
    )


def _names(command: Mapping[str, Any]) -> Iterator[str]:
    for index in command.get("indexes") or ():
        if isinstance(index, Mapping) and "name" in index:
            yield str(index["name"])


def _progress(value: Any) -> float | None:
    if not isinstance(value, Mapping) or not value.get("total"):
        return None
    return min(float(value.get("done", 0)) / float(value["total"]), 1.0)


def _phase(message: str) -> str:
    """`scanning collection` of `Index Build: scanning collection: 77/120 64%`."""
    match = _PHASE.search(message)
    return match[1].strip() if match else ""
