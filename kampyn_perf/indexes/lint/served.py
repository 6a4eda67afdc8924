"""The queries that entries say they serve, as far as an index could serve them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kampyn_perf.indexes.lint.rule import Subject
from kampyn_perf.indexes.model.catalogue import Entry
from kampyn_perf.indexes.model.query import Query
from kampyn_perf.indexes.model.values import normal_filter


@dataclass(frozen=True, kw_only=True)
class Served:
    """One entry and one query that it says it serves."""

    entry: Entry
    query: Query

    @property
    def fields(self) -> set[str]:
        """What the query filters by, inside $or too: each branch may use an index of its own."""
        leaves = normal_filter(_match(self.query))
        branches = [
            branch
            for operator, _, parts in leaves
            if operator == "$or" and isinstance(parts, list)
            for branch in parts
            if isinstance(branch, list)
        ]
        inside = {leaf[0] for branch in branches for leaf in branch if isinstance(leaf, list)}
        return {leaf[0] for leaf in leaves} | inside

    @property
    def can_be_served(self) -> bool:
        """Whether the query has what the index begins with."""
        spec = self.entry.spec
        if spec.is_text:
            return "$text" in self.fields
        if spec.is_wildcard:
            return bool(self.fields)
        first = spec.fields[0]
        return first in self.fields or list(_sort(self.query))[:1] == [first]


def served_queries(subject: Subject) -> Iterator[Served]:
    """Entry by entry."""
    queries = {query.name: query for query in subject.collection.queries}
    for entry in subject.entries:
        for name in entry.serves:
            yield Served(entry=entry, query=queries[name])


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
