"""Entries of `$queryStats` as operations: shapes that a server counted itself. Pure.

An entry has no values and no single durations: its mean stands for each of its executions, so P95
is unknown below the mean. MongoDB says of the stage that its output may change: what is not
understood is left out and counted. Source: mongodb.com/docs/manual/reference/operator/aggregation/
queryStats.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kampyn_perf.indexes.advise.operation import SYSTEM_DATABASES, Kind, Operation, collation_of
from kampyn_perf.indexes.model.values import number


def operation_of_stats(entry: Mapping[str, Any]) -> Operation | None:
    """One entry; None for a system database's, or what is not understood."""
    key, metrics = entry.get("key"), entry.get("metrics")
    shape = key.get("queryShape") if isinstance(key, dict) else None
    if not isinstance(shape, dict) or not isinstance(metrics, dict):
        return None
    place = shape.get("cmdNs")
    count = _integer(metrics.get("execCount"))
    kinds = {kind.value: kind for kind in (Kind.FIND, Kind.AGGREGATE, Kind.DISTINCT)}
    kind = kinds.get(str(shape.get("command", "")))
    if not isinstance(place, dict) or not count or kind is None:
        return None
    database, collection = str(place.get("db", "")), str(place.get("coll", ""))
    if database in SYSTEM_DATABASES or not collection or collection.startswith(("$", "system.")):
        return None
    sorted_ = metrics.get("hasSortStage")
    sorts = _integer(sorted_.get("true")) if isinstance(sorted_, dict) else None
    return Operation(
        database=database,
        collection=collection,
        kind=kind,
        filter=_mapping(shape.get("filter", shape.get("query"))),
        sort=_mapping(shape.get("sort")),
        pipeline=_stages(shape.get("pipeline")),
        skip=1 if "skip" in shape else 0,
        limit=1 if "limit" in shape else 0,
        key=str(shape.get("key", "")) if kind is Kind.DISTINCT else "",
        collation=collation_of(shape.get("collation")),
        count=count,
        duration_us=_sum(metrics, "totalExecMicros") or 0,
        keys_examined=_sum(metrics, "keysExamined"),
        docs_examined=_sum(metrics, "docsExamined"),
        returned=_sum(metrics, "docsReturned"),
        sorted_in_memory=bool(sorts) and 2 * (sorts or 0) > count,
        sender=_application(_mapping(key)),
    )


def _application(key: Mapping[str, Any]) -> str:
    client = key.get("client")
    application = client.get("application") if isinstance(client, dict) else None
    return str(application.get("name", "")) if isinstance(application, dict) else ""


def _sum(metrics: Mapping[str, Any], name: str) -> int | None:
    value = metrics.get(name)
    return _integer(value.get("sum")) if isinstance(value, dict) else None


def _integer(value: Any) -> int | None:
    plain = number(value)
    return int(plain) if isinstance(plain, int | float) and not isinstance(plain, bool) else None


def _stages(value: Any) -> tuple[Mapping[str, Any], ...]:
    stages = value if isinstance(value, list | tuple) else ()
    return tuple(stage for stage in stages if isinstance(stage, dict))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
