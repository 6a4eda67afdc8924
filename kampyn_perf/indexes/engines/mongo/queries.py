"""Declared queries on the server: explained, or run to their last document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kampyn_perf.errors import KampynError
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
    if query.kind.writes:
        raise KampynError(f"{query.collection}.{query.name} would change documents: not run")
    if query.kind is QueryKind.COUNT:
        return int(connection.command(command(query))["n"])
    if query.kind is QueryKind.DISTINCT:
        return len(connection.command(command(query))["values"])
    collection = connection.database[query.collection]
    collation = to_bson(query.collation) if query.collation else None
    with connection.answers():
        if query.kind is QueryKind.AGGREGATE:
            pipeline = [to_bson(stage) for stage in query.pipeline]
            hint = {"hint": to_bson(query.hint)} if query.hint is not None else {}
            with collection.aggregate(pipeline, collation=collation, **hint) as rows:
                return sum(1 for _ in rows)
        sort = list(query.sort.items()) if query.sort else None
        with collection.find(
            to_bson(query.filter or {}),
            to_bson(query.projection) if query.projection else None,
            sort=sort,
            skip=query.skip or 0,
            limit=query.limit or 0,
            collation=collation,
            hint=_driver_hint(query),
        ) as rows:
            return sum(1 for _ in rows)


def _driver_hint(query: Query) -> str | list[tuple[str, Any]] | None:
    return list(query.hint.items()) if isinstance(query.hint, Mapping) else query.hint


def command(query: Query) -> dict[str, Any]:
    """The command that `query` is."""
    collation = {"collation": to_bson(query.collation)} if query.collation else {}
    hint = {"hint": to_bson(query.hint)} if query.hint is not None else {}
    options = {**hint, **collation}
    if query.kind is QueryKind.AGGREGATE:
        pipeline = [to_bson(stage) for stage in query.pipeline]
        given: dict[str, Any] = {"pipeline": pipeline, "cursor": {}, **options}
    elif query.kind is QueryKind.UPDATE:
        change = {"u": to_bson(query.update or {}), "multi": query.multi}
        given = {"updates": [{"q": to_bson(query.filter or {}), **change, **options}]}
    elif query.kind is QueryKind.DELETE:
        most = {"limit": 0 if query.multi else 1}
        given = {"deletes": [{"q": to_bson(query.filter or {}), **most, **options}]}
    elif query.kind is QueryKind.FIND:
        given = {"filter": to_bson(query.filter or {}), **_shape(query), **options}
    else:
        key = {"key": query.key} if query.kind is QueryKind.DISTINCT else {}
        given = {**key, "query": to_bson(query.filter or {}), **options}
    return {query.kind.value: query.collection, **given}


def _shape(query: Query) -> dict[str, Any]:
    values = {name: getattr(query, name) for name in ("sort", "projection", "skip", "limit")}
    return {name: to_bson(value) for name, value in values.items() if value is not None}
