"""Declared queries on the server: explained, or run to their last document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kampyn_perf.indexes.engines.mongo.connection import MongoConnection
from kampyn_perf.indexes.engines.mongo.values import to_bson, to_plain
from kampyn_perf.indexes.model.query import Query, QueryKind


def explain(connection: MongoConnection, query: Query) -> Mapping[str, Any]:
    """The server's explain document with execution statistics."""
    answer = connection.command({"explain": command(query), "verbosity": "executionStats"})
    document: Mapping[str, Any] = to_plain(answer)
    return document


def run_query(connection: MongoConnection, query: Query) -> int:
    """Run `query` to its end; how many documents (for a count, the number) it gave."""
    if query.kind is QueryKind.COUNT:
        return int(connection.command(command(query))["n"])
    collection = connection.database[query.collection]
    collation = to_bson(query.collation) if query.collation else None
    with connection.answers():
        if query.kind is QueryKind.AGGREGATE:
            pipeline = [to_bson(stage) for stage in query.pipeline]
            with collection.aggregate(pipeline, collation=collation) as rows:
                return sum(1 for _ in rows)
        sort = list(query.sort.items()) if query.sort else None
        with collection.find(
            to_bson(query.filter or {}),
            to_bson(query.projection) if query.projection else None,
            sort=sort,
            skip=query.skip or 0,
            limit=query.limit or 0,
            collation=collation,
        ) as rows:
            return sum(1 for _ in rows)


def command(query: Query) -> dict[str, Any]:
    """The command that `query` is."""
    given: dict[str, Any] = {}
    if query.kind is QueryKind.AGGREGATE:
        given["pipeline"] = [to_bson(stage) for stage in query.pipeline]
        given["cursor"] = {}
    else:
        name = "query" if query.kind is QueryKind.COUNT else "filter"
        given[name] = to_bson(query.filter or {})
        for option in ("sort", "projection", "skip", "limit"):
            value = getattr(query, option)
            if value is not None:
                given[option] = to_bson(value)
    if query.collation:
        given["collation"] = to_bson(query.collation)
    return {query.kind.value: query.collection, **given}
