"""What stands in the way of a unique index, found in bounded memory before its build is begun.

The server groups keys and counts (spilling to its disk when it must), and only the few groups that
are shown have their documents looked up: no list of ids is ever collected.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kampyn_perf.indexes.engines.mongo.connection import MongoConnection
from kampyn_perf.indexes.engines.mongo.values import to_bson, to_plain
from kampyn_perf.indexes.model.arrays import has_position, prefixes
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
    held = among(spec)
    pipeline = [*_match(held), *_groups(connection, collection, spec)]
    pipeline += [{"$match": {"n": {"$gt": 1}}}, {"$limit": limit + 1}]
    rows = connection.aggregate(collection, pipeline, **options)
    groups = tuple(
        DuplicateGroup(
            value={path: to_plain(row["_id"].get(name)) for path, name in _names(spec)},
            count=int(row["n"]),
            sample_ids=tuple(_sample_ids(connection, collection, spec, row["_id"], held)),
        )
        for row in rows[:limit]
    )
    return Duplicates(groups=groups, more=len(rows) > limit)


def _names(spec: IndexSpec) -> Iterator[tuple[str, str]]:
    """Each path, and its name inside `_id`, which may have no dots."""
    return ((path, f"k{number}") for number, path in enumerate(spec.fields))


def among(spec: IndexSpec) -> Mapping[str, Any]:
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


def _groups(
    connection: MongoConnection, collection: str, spec: IndexSpec
) -> list[Mapping[str, Any]]:
    if any(map(has_position, spec.fields)):
        return _by_position(spec)
    by = _by_element if _has_arrays(connection, collection, spec) else _by_document
    return by(spec)


def _by_position(spec: IndexSpec) -> list[Mapping[str, Any]]:
    """A path with a number in it (`items.0.sku`) means that item of an array, which an aggregation
    does not: the values are taken out first."""
    keys = {name: {"$ifNull": [_at(path.split(".")), None]} for path, name in _names(spec)}
    unwinds = [
        {"$unwind": {"path": f"${name}", "preserveNullAndEmptyArrays": True}} for name in keys
    ]
    values = {name: {"$ifNull": [f"${name}", None]} for name in keys}
    return [
        {"$project": keys},
        *unwinds,
        {"$group": {"_id": {**values, "document": "$_id"}}},
        {"$group": {"_id": {name: f"$_id.{name}" for name in keys}, "n": {"$sum": 1}}},
    ]


def _at(parts: Sequence[str]) -> Any:
    """The expression for what stands at a path: a number takes that item of an array, or the field
    of that name of a document."""
    first = next((place for place, part in enumerate(parts) if place and part.isdigit()), None)
    if first is None:
        return "$" + ".".join(parts)
    value: Any = "$" + ".".join(parts[:first])
    for part in parts[first:]:
        inner: Any = f"$$value.{part}"
        if part.isdigit():
            item = {"$arrayElemAt": ["$$value", int(part)]}
            inner = {"$cond": [{"$isArray": "$$value"}, item, inner]}
        value = {"$let": {"vars": {"value": value}, "in": inner}}
    return value


def _by_document(spec: IndexSpec) -> list[Mapping[str, Any]]:
    return [{"$group": {"_id": _keys(spec), "n": {"$sum": 1}}}]


def _by_element(spec: IndexSpec) -> list[Mapping[str, Any]]:
    """An array is indexed element by element, and may repeat one itself: count documents."""
    wanted = {prefix for path in spec.fields for prefix in prefixes(path)}
    unwinds: list[Mapping[str, Any]] = [
        {"$unwind": {"path": f"${prefix}", "preserveNullAndEmptyArrays": True}}
        for prefix in sorted(wanted, key=lambda prefix: prefix.count("."))
    ]
    keys = {name: f"$_id.{name}" for _, name in _names(spec)}
    return [
        *unwinds,
        {"$group": {"_id": {**_keys(spec), "document": "$_id"}}},
        {"$group": {"_id": keys, "n": {"$sum": 1}}},
    ]


def _has_arrays(connection: MongoConnection, collection: str, spec: IndexSpec) -> bool:
    wanted = {prefix for path in spec.fields for prefix in prefixes(path)}
    condition = {"$or": [{path: {"$type": "array"}} for path in sorted(wanted)]}
    with connection.answers():
        return connection.database[collection].find_one(condition, {"_id": 1}) is not None


def _sample_ids(
    connection: MongoConnection,
    collection: str,
    spec: IndexSpec,
    values: Mapping[str, Any],
    held: Mapping[str, Any],
) -> Sequence[Any]:
    """A few of the group's documents. `$eq: null` finds missing fields too, as the index does."""
    conditions: list[Mapping[str, Any]] = [
        {path: {"$eq": values.get(name)}} for path, name in _names(spec)
    ]
    if held:
        conditions.append(held)
    options = {"collation": to_bson(spec.collation)} if spec.collation else {}
    with connection.answers():
        cursor = connection.database[collection].find(
            {"$and": conditions}, {"_id": 1}, limit=SAMPLE_IDS, **options
        )
        return [to_plain(document["_id"]) for document in cursor]
