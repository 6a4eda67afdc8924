"""The shape of a query: what it asks for without its values, and in which order. Pure.

Two operations of one shape want the same index. Shapes are equal whatever the order of a filter's
fields; the first order seen is kept for people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kampyn_perf.indexes.advise.operation import Kind, Operation
from kampyn_perf.indexes.advise.predicates import (
    Conditions,
    Predicate,
    Role,
    compared,
    conditions_of,
)
from kampyn_perf.indexes.model.collation import normal_collation
from kampyn_perf.indexes.model.values import number

SortKey = tuple[str, int]

_GROUPING = frozenset(
    {"$group", "$count", "$bucket", "$bucketAuto", "$sortByCount", "$facet", "$unwind", "$sample"}
)
"""After these the number of results says nothing about how many documents matched."""


@dataclass(frozen=True)
class Join:
    """The other side of a `$lookup` or `$graphLookup`."""

    collection: str
    fields: tuple[str, ...]
    """What its documents are looked up by: the foreign field, and constants of its pipeline."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Equal for all operations that want the same index."""

    database: str
    collection: str
    kind: Kind
    predicates: frozenset[Predicate]
    branches: frozenset[tuple[Predicate, ...]]
    sort: tuple[SortKey, ...]
    limited: bool
    skips: bool
    grouped: bool
    """How many documents matched cannot be told from how many came out."""
    joins: tuple[Join, ...]
    collation: str
    key: str
    cut: bool
    hinted: bool = False
    order: tuple[str, ...] = field(compare=False, default=())
    """The filter's fields as the first operation had them."""

    @property
    def namespace(self) -> str:
        return f"{self.database}.{self.collection}"

    def words(self) -> str:
        """`find {vendorId: =, status: in} sort {createdAt: -1} limit`."""
        parts = [self.kind.value]
        conditions = [f"{p.field}: {_word(p)}" for p in self.ordered()]
        if self.branches:
            inside = (", ".join(f"{p.field}: {_word(p)}" for p in b) for b in sorted(self.branches))
            conditions.append(f"$or: [{' | '.join(inside)}]")
        parts.append("{" + ", ".join(conditions) + "}")
        if self.key:
            parts.append(f"of {self.key}")
        if self.sort:
            parts.append("sort {" + ", ".join(f"{f}: {d}" for f, d in self.sort) + "}")
        parts += [f"lookup in {join.collection} by {', '.join(join.fields)}" for join in self.joins]
        parts += ["grouped"] if self.grouped and self.kind is Kind.AGGREGATE else []
        parts += ["skip"] if self.skips else []
        parts += ["limit"] if self.limited else []
        parts += ["with a hint"] if self.hinted else []
        return " ".join(parts)

    def ordered(self) -> list[Predicate]:
        return sorted(
            self.predicates,
            key=lambda p: (self.order.index(p.field) if p.field in self.order else 99, p),
        )

    def having(self, role: Role) -> list[Predicate]:
        return [predicate for predicate in self.ordered() if predicate.role is role]

    @property
    def points(self) -> list[Predicate]:
        return [predicate for predicate in self.ordered() if predicate.is_point]


def shape_of(operation: Operation) -> Shape:
    """What is common to all operations like this one."""
    stages = _Stages()
    if operation.kind is Kind.AGGREGATE:
        stages.read(operation.pipeline)
    else:
        stages.conditions = conditions_of(operation.filter)
        stages.sort = sort_keys(operation.sort)
        stages.limited, stages.skip = operation.limit > 0, operation.skip
        stages.grouped = operation.kind in (Kind.COUNT, Kind.DISTINCT)
    if operation.kind is Kind.FIND_AND_MODIFY:
        stages.limited = True
    return Shape(
        database=operation.database,
        collection=operation.collection,
        kind=operation.kind,
        predicates=frozenset(stages.conditions.predicates),
        branches=frozenset(stages.conditions.branches),
        sort=stages.sort,
        limited=stages.limited,
        skips=stages.skip > 0,
        grouped=stages.grouped,
        joins=tuple(stages.joins),
        collation=normal_collation(operation.collation) if operation.collation else "",
        key=operation.key,
        cut=operation.cut,
        hinted=operation.hinted,
        order=tuple(predicate.field for predicate in stages.conditions.predicates),
    )


def skipped(operation: Operation) -> int:
    """Documents that it walks past: its own skip, or a pipeline's."""
    if operation.kind is not Kind.AGGREGATE:
        return operation.skip
    stages = _Stages()
    stages.read(operation.pipeline)
    return stages.skip


def sort_keys(sort: Mapping[str, Any]) -> tuple[SortKey, ...]:
    """Empty where it is by something that no index has (a text score, `$natural`)."""
    keys: list[SortKey] = []
    for path, direction in sort.items():
        untyped = number(direction)
        no_number = isinstance(untyped, bool) or not isinstance(untyped, int | float)
        if no_number or path.startswith("$"):
            return ()
        keys.append((path, 1 if untyped > 0 else -1))
    return tuple(keys)


class _Stages:
    """The part of a pipeline that an index could serve: what stands before its documents change."""

    def __init__(self) -> None:
        self.conditions = Conditions(())
        self.sort: tuple[SortKey, ...] = ()
        self.limited = False
        self.skip = 0
        self.grouped = False
        self.joins: list[Join] = []
        self._open = True
        self._computed: set[str] = set()
        """Fields that stages before made: no index has them."""

    def read(self, pipeline: tuple[Mapping[str, Any], ...]) -> None:
        matched: list[Mapping[str, Any]] = []
        for stage in pipeline:
            name = next(iter(stage), "")
            self._stage(name, stage.get(name), matched)
        if matched:
            self.conditions = conditions_of({"$and": matched})

    def _stage(self, name: str, body: Any, matched: list[Mapping[str, Any]]) -> None:
        if name in _GROUPING:
            self.grouped, self._open = True, False
        elif name in ("$lookup", "$graphLookup") and isinstance(body, dict):
            self.joins += _joins(name, body)
            self._open = False
        elif not self._open:
            # A filter after the documents changed: how many matched before it, nobody knows.
            self.grouped = self.grouped or name in ("$match", "$unionWith")
        elif name in ("$match", "$sort") and isinstance(body, dict):
            self._narrow(name, body, matched)
        elif name == "$geoNear":
            matched.append({"$near": body})
        elif name == "$limit":
            self.limited = True
        elif name == "$skip":
            self.skip += int(number(body)) if isinstance(number(body), int | float) else 0
        elif name in ("$project", "$addFields", "$set") and isinstance(body, dict):
            made = (field_ for field_, value in body.items() if not _keeps(value))
            self._computed |= {field_.partition(".")[0] for field_ in made}
        elif name != "$unset":
            self._open = False

    def _narrow(self, name: str, body: Mapping[str, Any], matched: list[Mapping[str, Any]]) -> None:
        """A filter or sort of the documents as they are stored, which an index can do."""
        named = {path.partition(".")[0] for path in body}
        if named & self._computed or (
            name == "$match" and named & {"$and", "$or", "$expr"} and (self._computed)
        ):
            self.grouped, self._open = True, False
        elif name == "$match" and not self.limited:
            matched.append(body)
        elif name == "$sort" and not self.sort and not self.limited:
            self.sort = sort_keys(body)
        else:
            self.grouped = self.grouped or name == "$match"


def _keeps(value: Any) -> bool:
    """Whether a `$project` only keeps or drops a field; anything else computes one."""
    return isinstance(value, bool) or number(value) in (0, 1)


def _joins(name: str, body: Mapping[str, Any]) -> Iterator[Join]:
    target = body.get("from")
    foreign = body.get("foreignField" if name == "$lookup" else "connectToField")
    if not isinstance(target, str):
        return
    fields = [foreign] if isinstance(foreign, str) else []
    inner = body.get("pipeline")
    first = inner[0] if isinstance(inner, list | tuple) and inner else None
    match = first.get("$match") if isinstance(first, dict) else None
    if isinstance(match, dict):
        fields += [field for field in _points_of(match) if field not in fields]
    if fields:
        yield Join(target, tuple(fields))


def _points_of(match: Mapping[str, Any]) -> Iterator[str]:
    """Equalities of a join's own pipeline, with `$$variables` of the outer document too."""
    for field_, value in match.items():
        if field_ != "$expr":
            yield from (p.field for p in conditions_of({field_: value}).predicates if p.is_point)
            continue
        parts = value.get("$and", [value]) if isinstance(value, dict) else []
        for part in parts if isinstance(parts, list | tuple) else []:
            condition = compared(part, variables=True)
            if condition is not None and condition.role is Role.POINT:
                yield condition.field


def _word(predicate: Predicate) -> str:
    return predicate.words if predicate.role is not Role.RANGE else f"range {predicate.words}"
