"""Lint rules about entries and the queries that they are said to serve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kampyn_perf.indexes.lint.finding import Finding, at_entry
from kampyn_perf.indexes.model.catalogue import Entry, WantedCollection
from kampyn_perf.indexes.model.normalise import normal_of
from kampyn_perf.indexes.model.query import Query
from kampyn_perf.indexes.model.spec import IndexSpec
from kampyn_perf.indexes.model.values import normal_filter


def query_findings(collection: WantedCollection) -> Iterator[Finding]:
    """For each entry and each query that it serves."""
    queries = {query.name: query for query in collection.queries}
    for entry in collection.entries:
        for name in entry.serves:
            yield from _serving(collection, entry, queries[name])


def _serving(collection: WantedCollection, entry: Entry, query: Query) -> Iterator[Finding]:
    leaves = normal_filter(_match(query))
    fields = {leaf[0] for leaf in leaves} | _alternatives(leaves)
    sorts = list(_sort(query))
    spec = entry.spec
    if not _can_serve(spec, fields, sorts):
        wanted = "$text" if spec.is_text else spec.fields[0]
        message = f"{query.name} has {wanted} neither in its filter nor first in its sort"
        yield at_entry("cannot-serve", message, collection, entry)
        return
    unasked = sorted(_restricted(spec.partial or {}) - fields)
    if unasked:
        message = f"{query.name} does not filter by {', '.join(unasked)}, as the index does"
        yield at_entry("partial-not-implied", message, collection, entry)
    mine = normal_of(spec).collation
    theirs = normal_of(
        IndexSpec(keys=(("a", 1),), options={"collation": query.collation})
    ).collation
    if mine != theirs and not spec.is_text:
        message = f"{query.name} compares strings by {_words(theirs)}, the index by {_words(mine)}"
        yield at_entry("collation-mismatch", message, collection, entry)


def _can_serve(spec: IndexSpec, fields: set[str], sorts: list[str]) -> bool:
    if spec.is_text:
        return "$text" in fields
    if spec.is_wildcard:
        return bool(fields)
    first = spec.fields[0]
    return first in fields or sorts[:1] == [first]


def _match(query: Query) -> Mapping[str, Any]:
    """The filter, or what a pipeline begins with."""
    if query.filter is not None:
        return query.filter
    first = query.pipeline[0] if query.pipeline else {}
    near = first.get("$geoNear")
    found = first.get("$match") or (near.get("query") if isinstance(near, Mapping) else None)
    return found if isinstance(found, Mapping) else {}


def _sort(query: Query) -> Mapping[str, Any]:
    """The sort that an index could do: the query's own, or a pipeline's before anything else."""
    if query.sort is not None:
        return query.sort
    for stage in query.pipeline[:2]:
        if "$sort" in stage:
            found = stage["$sort"]
            return found if isinstance(found, Mapping) else {}
        if "$match" not in stage:
            break
    return {}


def _alternatives(leaves: list[Any]) -> set[str]:
    """Fields inside $or: each branch may use an index of its own."""
    branches = [
        branch
        for operator, _, found in leaves
        if operator == "$or" and isinstance(found, list)
        for branch in found
        if isinstance(branch, list)
    ]
    return {leaf[0] for branch in branches for leaf in branch if isinstance(leaf, list) and leaf}


def _restricted(partial: Mapping[str, Any]) -> set[str]:
    return {leaf[0] for leaf in normal_filter(partial) if not leaf[0].startswith("$")}


def _words(collation: str | None) -> str:
    return "its own collation" if collation else "the simple collation"
