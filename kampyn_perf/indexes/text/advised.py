"""Advice as lines for a catalogue: the index, what it rests on, and the query that it is for. Pure.

A query's values are those of somebody's data: placeholders stand for them. A query is declared
where each has a sample, in the catalogue that one has or, if that is asked for, as it was recorded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kampyn_perf.indexes.advise.advice import Advice, Report
from kampyn_perf.indexes.advise.operation import Kind, Operation
from kampyn_perf.indexes.model.catalogue import Catalogue, Entry, WantedCollection
from kampyn_perf.indexes.model.query import Query, QueryKind
from kampyn_perf.indexes.model.values import is_operators
from kampyn_perf.indexes.text.advise import reason_of

_LONGEST_LIST = 3


@dataclass
class _Parameters:
    """Names for values, by the last part of a path."""

    values: dict[str, Any] = field(default_factory=dict)
    recorded: bool = False
    """Whether a recorded value may be a sample."""
    used: set[str] = field(default_factory=set)
    lacking: bool = False
    """Some placeholder has no sample."""

    def placeholder(self, path: str, value: Any) -> Any:
        if value is True or value is False:
            return value
        name = re.sub(r"\W", "_", path.rpartition(".")[2]) or "value"
        name = name if name.isidentifier() else f"value_{name}"
        if self.recorded and value not in _HIDDEN:
            name = self._free(name, value)
            self.values[name] = value
        self.lacking = self.lacking or name not in self.values
        self.used.add(name)
        return f"{{{name}}}"

    def _free(self, name: str, value: Any) -> str:
        known, number = name, 2
        while known in self.values and self.values[known] != value:
            known, number = f"{name}{number}", number + 1
        return known

    def filled(self, expression: Mapping[str, Any]) -> dict[str, Any]:
        """A filter with placeholders for its values."""
        filled: dict[str, Any] = {}
        for name, value in expression.items():
            if name in ("$and", "$or", "$nor") and isinstance(value, list | tuple):
                filled[name] = [self.filled(p) if isinstance(p, Mapping) else p for p in value]
            elif is_operators(value):
                filled[name] = {op: self._argument(name, op, item) for op, item in value.items()}
            else:
                filled[name] = self.placeholder(name, value)
        return filled

    def _argument(self, name: str, operator: str, value: Any) -> Any:
        if operator == "$elemMatch" and isinstance(value, Mapping) and not is_operators(value):
            return self.filled(value)
        if isinstance(value, list | tuple):
            return [self.placeholder(name, item) for item in value[:_LONGEST_LIST]]
        if operator in ("$exists", "$options", "$type", "$size"):
            return value
        return self.placeholder(name, value)


_HIDDEN = (None, "###")
"""What stands for a value that was not recorded."""


def advised_catalogue(report: Report, base: Catalogue, *, values: bool = False) -> Catalogue:
    """The advised indexes and their queries, for the clusters of `base`. With `values`, the first
    recorded values as parameters, where `base` has none."""
    parts: dict[str, WantedCollection] = {}
    parameters = _Parameters(dict(base.parameters))
    for advice in report.advice:
        part = parts.get(advice.collection) or _empty(advice.collection, base)
        query = _query(advice, part, parameters, values)
        entry = Entry(
            spec=advice.spec,
            reason=reason_of(advice),
            serves=(query.name,) if query else (),
        )
        parts[advice.collection] = WantedCollection(
            name=part.name,
            cluster=part.cluster,
            entries=(*part.entries, entry),
            queries=(*part.queries, *([query] if query else [])),
        )
    return Catalogue(
        collections=tuple(parts.values()),
        clusters=base.clusters,
        parameters={name: parameters.values[name] for name in sorted(parameters.used)},
    )


def _empty(name: str, base: Catalogue) -> WantedCollection:
    known = base.collection(name)
    return (
        WantedCollection(name=name, cluster=known.cluster) if known else WantedCollection(name=name)
    )


def _query(
    advice: Advice, part: WantedCollection, parameters: _Parameters, values: bool
) -> Query | None:
    """The costliest find or count that the index is for; None where it is for others only, or a
    placeholder has no sample."""
    own = [
        shape.tally for shape in advice.shapes if shape.tally.shape.collection == advice.collection
    ]
    for tally in own:
        if tally.shape.kind in (Kind.FIND, Kind.COUNT):
            filling = _Parameters(dict(parameters.values), recorded=values)
            query = _declared(tally.sample, _name(advice, part), filling)
            if not filling.lacking:
                parameters.values, parameters.used = filling.values, parameters.used | filling.used
                return query
    return None


def _declared(operation: Operation, name: str, parameters: _Parameters) -> Query:
    counts = operation.kind is Kind.COUNT
    return Query(
        name=name,
        collection=operation.collection,
        kind=QueryKind.COUNT if counts else QueryKind.FIND,
        filter=parameters.filled(operation.filter),
        sort=None if counts or not operation.sort else operation.sort,
        limit=None if counts else operation.limit or None,
        collation=operation.collation,
        reason="as recorded",
    )


def _name(advice: Advice, part: WantedCollection) -> str:
    fields = "-".join(path.replace(".", "-") for path in advice.spec.fields)
    name, number = f"by-{fields}", 2
    while any(query.name == name for query in part.queries):
        name, number = f"by-{fields}-{number}", number + 1
    return name
