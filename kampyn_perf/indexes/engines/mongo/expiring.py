"""What an index would delete at once: counted by the server within a time limit, else by a sample.

A document expires by a date, or by the earliest date of an array; by nothing else. Unix
microseconds. Source: https://www.mongodb.com/docs/manual/core/index-ttl/.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator
from typing import Any

from kampyn_perf.indexes.engines.mongo.connection import Document, MongoConnection
from kampyn_perf.indexes.engines.mongo.duplicates import among
from kampyn_perf.indexes.engines.mongo.records import server_now_us
from kampyn_perf.indexes.engines.mongo.sampling import sample_documents, values_at
from kampyn_perf.indexes.model.facts import Expiry
from kampyn_perf.indexes.model.ports import LOST_PRIMARY, ServerRefusal
from kampyn_perf.indexes.model.spec import IndexSpec

SAMPLE = 1_000
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_NAMES = {
    bool: "bool",
    int: "int",
    float: "double",
    str: "string",
    list: "array",
    dict: "object",
    datetime.datetime: "date",
    type(None): "null",
}


def count_expired(
    connection: MongoConnection, collection: str, spec: IndexSpec, seconds: float, timeout_us: int
) -> Expiry:
    cutoff = _EPOCH + datetime.timedelta(
        microseconds=server_now_us(connection) - round(seconds * 1_000_000)
    )
    limit = max(timeout_us // 1_000, 1)
    try:
        rows = connection.aggregate(collection, _pipeline(spec, cutoff), maxTimeMS=limit)
    except ServerRefusal as refusal:
        if refusal.code in LOST_PRIMARY:
            raise
        documents = sample_documents(connection, collection, SAMPLE, among(spec))
        return _of_sample(documents, spec.fields[0], cutoff)
    return Expiry(
        documents=sum(int(row["n"]) for row in rows),
        expired=sum(int(row["gone"]) for row in rows),
        oldest_us=min((_us(row["oldest"]) for row in rows if row.get("oldest")), default=None),
        types={str(row["_id"]): int(row["n"]) for row in rows},
    )


def _pipeline(spec: IndexSpec, cutoff: datetime.datetime) -> list[Document]:
    value = f"${spec.fields[0]}"
    is_date = {"$eq": [{"$type": "$$one"}, "date"]}
    dates = {"$filter": {"input": value, "as": "one", "cond": is_date}}
    earliest = {"$cond": [{"$isArray": value}, {"$min": dates}, value]}
    dated = {"$cond": [{"$eq": [{"$type": earliest}, "date"]}, earliest, None]}
    gone = {"$and": [{"$ne": [dated, None]}, {"$lte": [dated, cutoff]}]}
    group = {
        "_id": {"$type": value},
        "n": {"$sum": 1},
        "gone": {"$sum": {"$cond": [gone, 1, 0]}},
        "oldest": {"$min": dated},
    }
    condition = among(spec)
    return [*([{"$match": condition}] if condition else []), {"$group": group}]


def _of_sample(documents: list[Document], path: str, cutoff: datetime.datetime) -> Expiry:
    types: Counter[str] = Counter()
    dates: list[datetime.datetime] = []
    for document in documents:
        values = list(values_at(document, path.split(".")))
        types[_type(values)] += 1
        moments = [_aware(v) for v in _flat(values) if isinstance(v, datetime.datetime)]
        dates += [min(moments)] if moments else []
    return Expiry(
        documents=len(documents),
        expired=sum(date <= cutoff for date in dates),
        oldest_us=min(map(_us, dates), default=None),
        types=dict(types),
        sampled=True,
    )


def _type(values: list[Any]) -> str:
    if not values:
        return "missing"
    if len(values) > 1:
        return "array"
    return _NAMES.get(type(values[0]), type(values[0]).__name__)


def _flat(values: list[Any]) -> Iterator[Any]:
    for value in values:
        yield from value if isinstance(value, list) else [value]


def _aware(moment: datetime.datetime) -> datetime.datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)


def _us(moment: datetime.datetime) -> int:
    return (_aware(moment) - _EPOCH) // datetime.timedelta(microseconds=1)
