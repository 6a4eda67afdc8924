"""The queries that entries say they serve, as far as an index could serve them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kampyn_perf.indexes.lint.rule import Subject
from kampyn_perf.indexes.model.catalogue import Entry
from kampyn_perf.indexes.model.query import Query, resolve
from kampyn_perf.indexes.model.spec import HASHED
from kampyn_perf.indexes.model.values import normal_filter


@dataclass(frozen=True, kw_only=True)
class Served:
    """One entry and one query that it says it serves."""

    entry: Entry
    query: Query

    @property
    def filter(self) -> Mapping[str, Any]:
        return _match(self.query)

    @cached_property
    def _conditions(self) -> list[list[Any]]:
        """What the query filters by, inside $or too: each branch may use an index of its own."""
        leaves = normal_filter(self.filter)
        branches = [
            branch
            for operator, _, parts in leaves
            if operator == "$or" and isinstance(parts, list)
            for branch in parts
            if isinstance(branch, list)
        ]
        return leaves + [leaf for branch in branches for leaf in branch if isinstance(leaf, list)]

    @property
    def fields(self) -> set[str]:
        return {leaf[0] for leaf in self._conditions}

    @property
    def can_be_served(self) -> bool:
        return not self.obstacle

    @property
    def obstacle(self) -> str:
        """Why the index cannot serve the query, or an empty text."""
        spec = self.entry.spec
        if spec.is_text:
            return "" if "$text" in self.fields else self._lacks("$text")
        if spec.is_wildcard:
            return "" if self.fields else self._lacks("a field")
        first = spec.fields[0]
        if first not in self.fields and list(_sort(self.query))[:1] != [first]:
            return self._lacks(first)
        if spec.keys[0][1] == HASHED:
            return self._of_hashed(first)
        return self._of_sparse(first) if spec.sparse and not spec.is_special else ""

    def _lacks(self, what: str) -> str:
        return f"{self.query.name} has {what} neither in its filter nor first in its sort"

    def _of_hashed(self, first: str) -> str:
        if first not in self.fields:
            return f"{self.query.name} sorts by {first}, and a hashed index has no order"
        if not any(leaf[0] == first and leaf[1] in _EQUALITY for leaf in self._conditions):
            return f"{self.query.name} asks for no single value of {first}, as a hashed index does"
        return ""

    def _of_sparse(self, first: str) -> str:
        """A sparse index leaves out documents, so it serves what asks for none of those."""
        mine = [leaf for leaf in self._conditions if leaf[0] in self.entry.spec.fields]
        if any(not _takes_missing(operator, value) for _, operator, value in mine):
            return ""
        if mine:
            return f"{self.query.name} finds documents without {first}, which a sparse index lacks"
        return f"{self.query.name} sorts all documents, and a sparse index lacks some"


_EQUALITY = ("$eq", "$in")


def _takes_missing(operator: str, value: Any) -> bool:
    """Whether a condition holds for a document without the field."""
    if operator == "$in":
        return None in value
    if operator == "$exists":
        return not value
    return operator in ("$ne", "$nin", "$not") or value is None


def served_queries(subject: Subject) -> Iterator[Served]:
    """Entry by entry."""
    samples = _Samples(subject.parameters)
    queries = {query.name: resolve(query, samples) for query in subject.collection.queries}
    for entry in subject.entries:
        for name in entry.serves:
            yield Served(entry=entry, query=queries[name])


class _Samples(dict[str, Any]):
    """Sample values of placeholders; one that is not known, or depends on the time, stays one."""

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        is_time = {n for n, v in parameters.items() if isinstance(v, Mapping) and "$ago" in v}
        super().__init__({n: v for n, v in parameters.items() if n not in is_time})

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def _match(query: Query) -> Mapping[str, Any]:
    """The filter, or what a pipeline begins with."""
    if query.filter is not None:
        return query.filter
    first = query.pipeline[0] if query.pipeline else {}
    near = first.get("$geoNear")
    match = first.get("$match") or (near.get("query") if isinstance(near, Mapping) else None)
    return match if isinstance(match, Mapping) else {}


def _sort(query: Query) -> Mapping[str, Any]:
    """The sort that an index could do: the query's own, or a pipeline's before anything else."""
    if query.sort is not None:
        return query.sort
    for stage in query.pipeline[:2]:
        if "$sort" in stage:
            sort = stage["$sort"]
            return sort if isinstance(sort, Mapping) else {}
        if "$match" not in stage:
            break
    return {}
