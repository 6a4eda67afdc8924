"""A declared query: what verify explains, effect and bench run. Parameters in, plain values out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any


class QueryKind(StrEnum):
    FIND = "find"
    AGGREGATE = "aggregate"
    COUNT = "count"
    DISTINCT = "distinct"
    UPDATE = "update"
    DELETE = "delete"

    @property
    def writes(self) -> bool:
        """Whether running it changes documents. Explaining it never does."""
        return self in (QueryKind.UPDATE, QueryKind.DELETE)


class Access(StrEnum):
    """How a query is expected to reach its documents."""

    INDEX = "index"
    SCAN = "scan"
    ANY = "any"


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """What `verify` holds a query to."""

    access: Access = Access.INDEX
    indexes: tuple[str, ...] = ()
    """Effective names, one of which should be used; empty: any. Filled from the entries that say
    they serve the query, unless the query names its own."""
    in_memory_sort: bool = False
    """Whether a blocking sort is accepted."""
    max_examined_per_result: float | None = None
    """Keys or documents examined per result, whichever is more; None: not judged."""
    foreign: Mapping[str, Access | tuple[str, ...]] = field(default_factory=dict)
    """By collection that is joined: how its documents are reached, or by one of which indexes.
    Those that are not named: by an index, unless `access` is ANY."""

    def of_foreign(self, collection: str) -> Access | tuple[str, ...]:
        usual = Access.ANY if self.access is Access.ANY else Access.INDEX
        return self.foreign.get(collection, usual)


@dataclass(frozen=True, kw_only=True)
class Query:
    """One query of one collection. Mappings keep their order (a sort depends on it)."""

    name: str
    collection: str
    kind: QueryKind = QueryKind.FIND
    filter: Mapping[str, Any] | None = None
    sort: Mapping[str, Any] | None = None
    projection: Mapping[str, Any] | None = None
    skip: int | None = None
    limit: int | None = None
    pipeline: tuple[Mapping[str, Any], ...] = ()
    key: str = ""
    """Of a distinct."""
    update: Mapping[str, Any] | None = None
    multi: bool = False
    """Of an update or delete: all that match, not only the first."""
    hint: str | Mapping[str, Any] | None = None
    collation: Mapping[str, Any] | None = None
    reason: str = ""
    expect: Expectation = Expectation()


def placeholders(value: Any) -> frozenset[str]:
    """The names of all `"{name}"` strings inside plain data."""
    if isinstance(value, str):
        return frozenset({value[1:-1]}) if _is_placeholder(value) else frozenset()
    if isinstance(value, Mapping):
        return frozenset().union(*(placeholders(item) for item in value.values()))
    if isinstance(value, list | tuple):
        return frozenset().union(*(placeholders(item) for item in value))
    return frozenset()


def fill(value: Any, parameters: Mapping[str, Any]) -> Any:
    """A copy of plain data with every `"{name}"` string replaced by that parameter's value, of
    whatever type it is. Raises KeyError for a name that has none."""
    if isinstance(value, str):
        return parameters[value[1:-1]] if _is_placeholder(value) else value
    if isinstance(value, Mapping):
        return {key: fill(item, parameters) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [fill(item, parameters) for item in value]
    return value


def resolve(query: Query, parameters: Mapping[str, Any]) -> Query:
    """`query` with its placeholders filled. Raises KeyError for a parameter without a value."""
    return replace(
        query,
        filter=fill(query.filter, parameters),
        update=fill(query.update, parameters),
        pipeline=tuple(fill(stage, parameters) for stage in query.pipeline),
    )


def _is_placeholder(text: str) -> bool:
    return len(text) > 2 and text[0] == "{" and text[-1] == "}" and text[1:-1].isidentifier()
