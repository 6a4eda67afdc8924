"""What a sample of documents has: fields, and how long the keys of an index would be. Bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import bson

from kampyn_perf.indexes.engines.mongo.connection import Document, MongoConnection
from kampyn_perf.indexes.model.facts import Headroom, KeySizes
from kampyn_perf.indexes.model.ports import FieldSample, ServerRefusal
from kampyn_perf.indexes.model.spec import IndexSpec

_ENVELOPE_BYTES = len(bson.encode({"": None}))
"""Of a BSON document around one value."""
MAX_DEPTH = 8


def sample_documents(
    connection: MongoConnection,
    collection: str,
    size: int,
    condition: Mapping[str, Any] | None = None,
) -> list[Document]:
    """About `size` documents at random, of those that meet `condition`; the first ones where the
    server cannot sample."""
    match = [{"$match": condition}] if condition else []
    try:
        return connection.aggregate(collection, [*match, {"$sample": {"size": size}}])
    except ServerRefusal:
        with connection.answers():
            cursor = connection.database[collection].find(condition or {}, limit=size)
            return [dict(row) for row in cursor]


def values_at(value: Any, parts: Sequence[str]) -> Iterator[Any]:
    """What stands at a dotted path, in each item of the arrays on the way."""
    if not parts:
        yield value
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, Mapping):
                yield from values_at(item, parts)
    elif isinstance(value, Mapping) and parts[0] in value:
        yield from values_at(value[parts[0]], parts[1:])


def sample_fields(connection: MongoConnection, collection: str, size: int) -> FieldSample:
    """Which paths the documents of a sample have, nulls not counted."""
    present: Counter[str] = Counter()
    arrays: Counter[str] = Counter()
    documents = sample_documents(connection, collection, size)
    for document in documents:
        paths: dict[str, bool] = {}
        for path, through_array in _paths(document, "", False, 0):
            paths[path] = paths.get(path, False) or through_array
        present.update(paths.keys())
        arrays.update(path for path, through_array in paths.items() if through_array)
    return FieldSample(documents=len(documents), present=dict(present), arrays=dict(arrays))


def _paths(value: Any, path: str, in_array: bool, depth: int) -> Iterator[tuple[str, bool]]:
    """Every dotted path below `value` that is not null, and whether an array is on the way."""
    if isinstance(value, list):
        if path:
            yield path, True
        for item in value:
            if isinstance(item, Mapping):
                yield from _paths(item, path, True, depth)
        return
    if path and value is not None:
        yield path, in_array
    if isinstance(value, Mapping) and depth < MAX_DEPTH:
        for name, item in value.items():
            yield from _paths(item, f"{path}.{name}" if path else name, in_array, depth + 1)


def key_sizes(connection: MongoConnection, collection: str, spec: IndexSpec, size: int) -> KeySizes:
    """How long the keys of `spec` are, by a sample: the sum of its fields' values in BSON."""
    documents = sample_documents(connection, collection, size)
    lengths = [sum(map(_bytes, _values(document, spec))) for document in documents]
    return KeySizes(
        sampled=len(lengths),
        mean_bytes=sum(lengths) / len(lengths) if lengths else 0.0,
        longest_bytes=max(lengths, default=0),
    )


def _values(document: Mapping[str, Any], spec: IndexSpec) -> Iterator[Any]:
    for path in spec.fields:
        value: Any = document
        for part in path.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        yield value


def _bytes(value: Any) -> int:
    return len(bson.encode({"": value})) - _ENVELOPE_BYTES + 1


def headroom(connection: MongoConnection) -> Headroom:
    """Free disk and the storage engine's cache, as far as the server says."""
    database = connection.optional({"dbStats": 1}) or {}
    total, used = database.get("fsTotalSize"), database.get("fsUsedSize")
    status = connection.optional({"serverStatus": 1}, admin=True) or {}
    cache = (status.get("wiredTiger") or {}).get("cache") or {}
    return Headroom(
        disk_free_bytes=int(total - used) if total and used is not None else None,
        cache_bytes=_integer(cache.get("maximum bytes configured")),
    )


def _integer(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) else None
