"""What stands in the way of a unique index, found in bounded memory before its build is begun.

The server groups keys and counts (spilling to its disk when it must), and only the few groups that
are shown have their documents looked up: no list of ids is ever collected.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kampyn_perf.indexes.engines.mongo.connection import MongoConnection
from kampyn_perf.indexes.engines.mongo.values import to_bson, to_plain
from kampyn_perf.indexes.model.ports import DuplicateGroup, Duplicates
from kampyn_perf.indexes.model.spec import IndexSpec

SAMPLE_IDS = 5


def find_duplicates(
    connection: MongoConnection, collection: str, spec: IndexSpec, limit: int
) -> Duplicates:
    """At most `limit` groups of documents that a unique index of `spec` would refuse."""
    options: dict[str, Any] = {"allowDiskUse": True}
    if spec.collation:
        options["collation"] = to_bson(spec.collation)
    among = _among(spec)
    arrays = _has_arrays(connection, collection, spec)
    pipeline = [*_match(among), *(_by_element(spec) if arrays else _by_document(spec))]
    pipeline += [{"$match": {"n": {"$gt": 1}}}, {"$limit": limit + 1}]
    rows = connection.aggregate(collection, pipeline, **options)
    groups = tuple(
        DuplicateGroup(
            value={path: to_plain(row["_id"].get(name)) for path, name in _names(spec)},
            count=int(row["n"]),
            sample_ids=tuple(_sample_ids(connection, collection, spec, row["_id"], among)),
        )
        for row in rows[:limit]
    )
    return Duplicates(groups=groups, more=len(rows) > limit)


def _names(spec: IndexSpec) -> Iterator[tuple[str, str]]:
    """Each path, and its name inside `_id`, which may have no dots."""
    return ((path, f"k{number}") for number, path in enumerate(spec.fields))


def _among(spec: IndexSpec) -> Mapping[str, Any]:
    """Which documents the index holds: all, unless it is partial or sparse."""
    if spec.partial:
        partial: Mapping[str, Any] = to_bson(spec.partial)
        return partial
    if spec.sparse:  # a compound sparse index holds what has any of its fields
        return {"$or": [{path: {"$exists": True}} for path in spec.fields]}
    return {}


def _match(among: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [{"$match": among}] if among else []


def _keys(spec: IndexSpec) -> dict[str, Any]:
    """A missing field is indexed as null, and collides with one."""
    return {name: {"$ifNull": [f"${path}", None]} for path, name in _names(spec)}


def _by_document(spec: IndexSpec) -> list[Mapping[str, Any]]:
    return [{"$group": {"_id": _keys(spec), "n": {"$sum": 1}}}]


def _by_element(spec: IndexSpec) -> list[Mapping[str, Any]]:
    """An array is indexed element by element, and may repeat one itself: count documents."""
    prefixes = {
        ".".join(parts[:length])
        for parts in (path.split(".") for path in spec.fields)
        for length in range(1, len(parts) + 1)
    }
    unwinds: list[Mapping[str, Any]] = [
        {"$unwind": {"path": f"${prefix}", "preserveNullAndEmptyArrays": True}}
        for prefix in sorted(prefixes, key=lambda prefix: prefix.count("."))
    ]
    keys = {name: f"$_id.{name}" for _, name in _names(spec)}
    return [
        *unwinds,
        {"$group": {"_id": {**_keys(spec), "document": "$_id"}}},
        {"$group": {"_id": keys, "n": {"$sum": 1}}},
    ]


def _has_arrays(connection: MongoConnection, collection: str, spec: IndexSpec) -> bool:
    wanted = {
        ".".join(parts[:length])
        for parts in (path.split(".") for path in spec.fields)
        for length in range(1, len(parts) + 1)
    }
    condition = {"$or": [{path: {"$type": "array"}} for path in sorted(wanted)]}
    with connection.answers():
        return connection.database[collection].find_one(condition, {"_id": 1}) is not None


def _sample_ids(
    connection: MongoConnection,
    collection: str,
    spec: IndexSpec,
    values: Mapping[str, Any],
    among: Mapping[str, Any],
) -> Sequence[Any]:
    """A few of the group's documents. `$eq: null` finds missing fields too, as the index does."""
    conditions: list[Mapping[str, Any]] = [
        {path: {"$eq": values.get(name)}} for path, name in _names(spec)
    ]
    if among:
        conditions.append(among)
    options = {"collation": to_bson(spec.collation)} if spec.collation else {}
    with connection.answers():
        cursor = connection.database[collection].find(
            {"$and": conditions}, {"_id": 1}, limit=SAMPLE_IDS, **options
        )
        return [to_plain(document["_id"]) for document in cursor]
