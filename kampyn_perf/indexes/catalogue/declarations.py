"""What an application declares, collection by collection, on its way to a catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kampyn_perf.errors import ConfigError, Problem
from kampyn_perf.indexes.catalogue.load import DEFAULT_VARIABLE
from kampyn_perf.indexes.catalogue.mongoose_index import mongoose_spec
from kampyn_perf.indexes.catalogue.repeated import unrepeated
from kampyn_perf.indexes.model.catalogue import (
    DEFAULT_CLUSTER,
    Catalogue,
    Cluster,
    Entry,
    WantedCollection,
)


@dataclass
class Declared:
    """Of one collection."""

    name: str
    notes: list[str]
    cluster: str = DEFAULT_CLUSTER
    entries: list[Entry] = field(default_factory=list)
    required: set[str] = field(default_factory=set)
    optional: set[str] = field(default_factory=set)
    arrays: set[str] = field(default_factory=set)

    def index(self, keys: Mapping[str, Any], options: Mapping[str, Any]) -> None:
        """One more index, as Mongoose would have it. Raises ValueError for what is none."""
        self.entries.append(Entry(spec=mongoose_spec(keys, options, self.name, self.notes)))

    def fields(
        self, *, required: Iterable[str], optional: Iterable[str], arrays: Iterable[str]
    ) -> None:
        """Those of one model. Of two models of one collection, both must demand a field."""
        demanded = set(required)
        is_first = not (self.required or self.optional)
        self.required = demanded if is_first else self.required & demanded
        self.optional |= set(optional)
        self.arrays |= set(arrays)

    def wanted(self) -> WantedCollection:
        """With what is promised of the fields that an index has."""
        entries = tuple(unrepeated(self.entries, self.name, self.notes))
        indexed = {path for entry in entries for path in entry.spec.fields}
        return WantedCollection(
            name=self.name,
            cluster=self.cluster,
            entries=entries,
            required=frozenset(self.required & indexed),
            optional=frozenset((self.optional & indexed) - self.required),
            arrays=frozenset(array for array in self.arrays if _concerns(array, indexed)),
        )


class Declarations:
    """Of a whole application."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        """On what was left out, or put together."""
        self.problems: list[Problem] = []
        self.collections: dict[str, Declared] = {}

    def of(self, name: str, *, cluster: str = DEFAULT_CLUSTER) -> Declared:
        """Those of the collection, on the first cluster that it was said to be on."""
        return self.collections.setdefault(name, Declared(name, self.notes, cluster))

    def catalogue(
        self, *, source: str, none: str, clusters: Mapping[str, Cluster] | None = None
    ) -> Catalogue:
        """All of it. Raises ConfigError with the problems; and with `none`, where there are no
        models at all."""
        kept = [
            collection.wanted() for collection in self.collections.values() if collection.entries
        ]
        if not self.problems and not kept:
            names = ", ".join(list(self.collections)[:5])
            more = ", ..." if len(self.collections) > 5 else ""
            reason = f"no index is declared in it ({names}{more})" if names else none
            self.problems.append(Problem("", reason, source))
        if self.problems:
            raise ConfigError(self.problems)
        default = Cluster(name=DEFAULT_CLUSTER, variable=DEFAULT_VARIABLE)
        used = {DEFAULT_CLUSTER, *(wanted.cluster for wanted in kept)}
        others = {name: cluster for name, cluster in (clusters or {}).items() if name in used}
        return Catalogue(collections=tuple(kept), clusters={DEFAULT_CLUSTER: default, **others})


def _concerns(array: str, fields: Iterable[str]) -> bool:
    """Whether an index has it, or something inside it."""
    return any(path == array or path.startswith(array + ".") for path in fields)
