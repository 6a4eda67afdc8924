"""A slow statement of the embedded store as an operation. Pure.

The reference backend writes its slow reads as SQL with SQLite's query plan. Of SQL only what those
are is read: one table, conditions joined by AND, an order, a limit; anything else has no shape.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kampyn_perf.indexes.advise.operation import Kind, Operation

SQLITE = "sqlite"
"""What stands for the name of a database, which SQLite does not have."""
_SELECT = re.compile(
    r"^SELECT (?P<columns>.+?) FROM (?P<table>\w+)"
    r"(?: WHERE (?P<where>.+?))?(?: GROUP BY (?P<group>.+?))?(?: ORDER BY (?P<order>.+?))?"
    r"(?: LIMIT (?P<limit>\S+))?(?: OFFSET (?P<offset>\S+))?$",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(
    r"""^\(?"?(?P<field>[A-Za-z_]\w*)"?\s*(?P<operator><=|>=|=|<|>|!=|<>|IN|LIKE|IS)\s*(?P<rest>.+?)\)?$""",
    re.IGNORECASE | re.DOTALL,
)
_OPERATORS = {"=": "$eq", "is": "$eq", "<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}
_BETWEEN = re.compile(r"(\w+) BETWEEN \S+ AND \S+", re.IGNORECASE)
_HAS_MORE = re.compile(r"\b(?:OR|JOIN|UNION|SELECT|MATCH)\b", re.IGNORECASE)


def operation_of_sql(
    *, collection: str, at: str, duration_us: int, detail: Mapping[str, Any]
) -> Operation | None:
    """One slow read. `detail` has `sql`, SQLite's `plan` (a list of lines), the rows `returned`
    and who asked (`comment`)."""
    select = _SELECT.match(" ".join(str(detail.get("sql", "")).split()))
    if select is None or _HAS_MORE.search(_BETWEEN.sub(r"\1 >= ?", select["where"] or "")):
        return None
    conditions = _conditions(_BETWEEN.sub(r"\1 >= ?", select["where"] or ""))
    # The order of groups is none that an index of the rows has.
    order = {} if select["group"] else _order(select["order"] or "")
    if conditions is None or order is None:
        return None
    plan = [str(line) for line in detail.get("plan") or ()]
    counted = select["columns"].lower().startswith("count(") and not select["group"]
    pipeline: tuple[Mapping[str, Any], ...] = ()
    if select["group"]:
        pipeline = ({"$match": conditions}, {"$group": {"_id": select["group"]}})
    kind = Kind.COUNT if counted else Kind.AGGREGATE if pipeline else Kind.FIND
    scanned = any(_scans(line) for line in plan)
    return Operation(
        database=SQLITE,
        collection=select["table"] or collection,
        kind=kind,
        filter=conditions,
        sort=order,
        pipeline=pipeline,
        limit=1 if select["limit"] not in (None, "-1") else 0,
        duration_us=duration_us,
        returned=None if kind is not Kind.FIND else _integer(detail.get("returned")),
        plan="COLLSCAN" if scanned else "; ".join(plan),
        sorted_in_memory=bool(order) and any("ORDER BY" in line for line in plan),
        sender=str(detail.get("comment", "")),
        at=at,
    )


def _scans(line: str) -> bool:
    return line.startswith("SCAN ") and " USING " not in line


def _conditions(where: str) -> dict[str, Any] | None:
    conditions: dict[str, Any] = {}
    for part in re.split(r"\s+AND\s+", where, flags=re.IGNORECASE) if where else ():
        match = _CONDITION.match(part)
        if match is None:
            return None
        conditions.setdefault(match["field"], {})
        conditions[match["field"]] |= _condition(match["operator"].lower(), match["rest"])
    return conditions


def _condition(operator: str, rest: str) -> dict[str, Any]:
    if operator == "in":
        return {"$in": [None] * (rest.count(",") + 1)}
    if operator in _OPERATORS:
        return {_OPERATORS[operator]: None}
    return {"$not" if operator == "like" else "$ne": None}


def _order(order: str) -> dict[str, int] | None:
    keys = {}
    for part in order.split(",") if order else ():
        match = re.fullmatch(r'"?(\w+)"?(?: (ASC|DESC))?', part.strip(), re.IGNORECASE)
        if match is None:
            return None
        keys[match[1]] = -1 if (match[2] or "").upper() == "DESC" else 1
    return keys


def _integer(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
