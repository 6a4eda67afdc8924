"""A declared query as one SELECT statement and its values. Pure; raises NoCounterpartError.

An aggregation may filter, group, sort, skip, limit and count: the stages that KAMPYN's own use.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kampyn_perf.indexes.engines.sqlite.filters import NoCounterpartError, column, where
from kampyn_perf.indexes.engines.sqlite.literals import quoted
from kampyn_perf.indexes.model.query import Query, QueryKind

TextTable = Callable[[str], str]
"""The full-text table of a collection. Raises where there is none."""
_SUMS = {"$sum": "sum", "$avg": "avg", "$min": "min", "$max": "max"}


@dataclass(frozen=True)
class Statement:
    sql: str
    values: tuple[Any, ...]


@dataclass
class _Select:
    """The parts of a statement, as they come together."""

    table: str
    values: list[Any] = field(default_factory=list)
    columns: str = "*"
    conditions: list[str] = field(default_factory=list)
    group: str = ""
    order: str = ""
    limit: int | None = None
    skip: int | None = None

    def put(self, value: Any) -> str:
        self.values.append(value)
        return "?"

    def sql(self) -> str:
        parts = [f"SELECT {self.columns} FROM {quoted(self.table)}"]
        if self.conditions:
            parts.append("WHERE " + " AND ".join(f"({text})" for text in self.conditions))
        if self.group:
            parts.append(f"GROUP BY {self.group}")
        if self.order:
            parts.append(f"ORDER BY {self.order}")
        if self.limit is not None or self.skip:
            parts.append(f"LIMIT {-1 if self.limit is None else int(self.limit)}")
        if self.skip:
            parts.append(f"OFFSET {int(self.skip)}")
        return " ".join(parts)


def statement_of(query: Query, text_table: TextTable) -> Statement:
    """What `query` is in SQL. An update or delete is the search for what it would change."""
    if query.collation and query.collation.get("locale") != "simple":
        raise NoCounterpartError("a collation: SQLite has no linguistic ones")
    if query.hint is not None:
        raise NoCounterpartError("a hint")
    select = _Select(query.collection)
    if query.kind is QueryKind.AGGREGATE:
        _aggregate(select, query.pipeline, text_table)
    else:
        _filter(select, query.filter or {}, text_table)
        if query.kind is QueryKind.COUNT:
            select.columns = "count(*)"
        elif query.kind is QueryKind.DISTINCT:
            select.columns = f"DISTINCT {column(query.key)}"
        else:
            select.columns = _projection(query.projection)
        select.order = _order(query.sort)
        select.limit, select.skip = query.limit or None, query.skip
    return Statement(select.sql(), tuple(select.values))


def _filter(select: _Select, expression: Mapping[str, Any], text_table: TextTable) -> None:
    rest = {name: value for name, value in expression.items() if name != "$text"}
    if "$text" in expression:
        fts = quoted(text_table(select.table))
        words = select.put(match_expression(str(expression["$text"].get("$search", ""))))
        select.conditions.append(f"rowid IN (SELECT rowid FROM {fts} WHERE {fts} MATCH {words})")
    condition = where(rest, select.put)
    if condition:
        select.conditions.append(condition)


def match_expression(search: str) -> str:
    """FTS5's form of `$search`: any of the words, all of the "phrases", none of the -words."""
    pieces = search.split('"')
    phrases = [text for text in pieces[1::2] if text.strip()]
    words = " ".join(pieces[::2]).split()
    wanted = [word for word in words if not word.startswith("-")]
    unwanted = [word[1:] for word in words if word.startswith("-") and len(word) > 1]
    if phrases:
        terms = " AND ".join(f'"{phrase}"' for phrase in phrases)
    else:
        terms = " OR ".join(f'"{word}"' for word in wanted) or '""'
    return f"({terms})" + "".join(f' NOT "{word}"' for word in unwanted)


def _projection(projection: Mapping[str, Any] | None) -> str:
    """Columns asked for by name. One that leaves some out is answered with all of them."""
    if not projection or not any(bool(value) for value in projection.values()):
        return "*"
    if any(isinstance(value, Mapping) for value in projection.values()):
        raise NoCounterpartError("computed fields of a projection")
    names = [name for name, value in projection.items() if value]
    if "_id" not in projection:
        names.insert(0, "_id")
    return ", ".join(map(column, names))


def _order(sort: Mapping[str, Any] | None) -> str:
    if any(isinstance(value, Mapping) for value in (sort or {}).values()):
        raise NoCounterpartError("sorting by a text score")
    return ", ".join(
        f"{column(name)}{' DESC' if value < 0 else ''}" for name, value in (sort or {}).items()
    )


def _aggregate(
    select: _Select, pipeline: Sequence[Mapping[str, Any]], text_table: TextTable
) -> None:
    for stage in pipeline:
        ((name, body),) = stage.items()
        plain = not (select.limit is not None or select.skip)
        if name == "$match" and plain and not select.group:
            _filter(select, body, text_table)
        elif name == "$group" and plain and not select.group and not select.order:
            select.columns, select.group = _group(body)
        elif name == "$sort" and plain:
            select.order = _order(body)
        elif name == "$limit":
            select.limit = body if select.limit is None else min(body, select.limit)
        elif name == "$skip" and select.limit is None:
            select.skip = (select.skip or 0) + body
        elif name == "$project" and not select.group and select.columns == "*":
            select.columns = _projection(body)
        elif name == "$count" and plain and not select.group:
            select.columns, select.order = f"count(*) AS {quoted(str(body))}", ""
        else:
            raise NoCounterpartError(f"{name} at this place of a pipeline")


def _group(body: Mapping[str, Any]) -> tuple[str, str]:
    """The columns of a `$group`, and what it groups by; nothing: everything together."""
    identity = "NULL" if body["_id"] is None else _expression(body["_id"])
    columns = [f"{identity} AS {quoted('_id')}"]
    for name, accumulator in body.items():
        if name == "_id":
            continue
        ((function, operand),) = accumulator.items()
        if function == "$count":
            columns.append(f"count(*) AS {quoted(name)}")
        elif function in _SUMS:
            columns.append(f"{_SUMS[function]}({_expression(operand)}) AS {quoted(name)}")
        else:
            raise NoCounterpartError(f"{function} of a $group")
    # By position: by name, GROUP BY would mean the table's own _id.
    return ", ".join(columns), "1" if body["_id"] is not None else ""


def _expression(value: Any) -> str:
    if isinstance(value, str) and value.startswith("$"):
        return column(value[1:])
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping) and set(value) == {"$dateToString"}:
        body = value["$dateToString"]
        if set(body) <= {"format", "date"}:
            form = str(body.get("format", "%Y-%m-%dT%H:%M:%SZ")).replace("'", "''")
            return f"strftime('{form}', {_expression(body['date'])} / 1000, 'unixepoch')"
    raise NoCounterpartError(f"the expression {value!r}")
