"""The catalogue: which indexes each collection should have, why, and which queries they serve."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kampyn_perf.config import PathKey
from kampyn_perf.indexes.model.query import Query
from kampyn_perf.indexes.model.server import Target
from kampyn_perf.indexes.model.spec import IndexSpec

DEFAULT_CLUSTER = "default"


@dataclass(frozen=True, kw_only=True)
class Suppression:
    """A lint rule that somebody decided not to follow here, and why."""

    rule: str
    reason: str
    path: PathKey = ()


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One wanted index."""

    spec: IndexSpec
    reason: str = ""
    serves: tuple[str, ...] = ()
    """Names of the collection's queries."""
    suppress: tuple[Suppression, ...] = ()
    path: PathKey = ()
    """Where it stands in the file."""


@dataclass(frozen=True, kw_only=True)
class WantedCollection:
    """One collection's part of the catalogue."""

    name: str
    cluster: str = DEFAULT_CLUSTER
    entries: tuple[Entry, ...] = ()
    queries: tuple[Query, ...] = ()
    required: frozenset[str] = frozenset()
    """Fields that every document has, and not as null."""
    optional: frozenset[str] = frozenset()
    """Fields that some documents lack."""
    arrays: frozenset[str] = frozenset()
    """Fields that hold arrays."""
    suppress: tuple[Suppression, ...] = ()
    path: PathKey = ()


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A server that collections live on, by the environment variable that holds its URI."""

    name: str
    variable: str
    database: str = ""
    """Empty: the one in the URI."""


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """The whole of it. `clusters` always has DEFAULT_CLUSTER."""

    collections: tuple[WantedCollection, ...]
    clusters: Mapping[str, Cluster]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Sample values of the queries' placeholders."""
    suppress: tuple[Suppression, ...] = ()
    server: Target | None = None
    """The servers that it is meant for; None: it does not say."""
    confirm_expiry_above: float = 0.01
    """The share of a collection's documents that an expiry may delete at once unasked."""
    source: str = ""

    def collection(self, name: str) -> WantedCollection | None:
        return next((part for part in self.collections if part.name == name), None)

    def only(self, names: Collection[str]) -> Catalogue:
        """The part of it about these collections; all of it without a name."""
        chosen = tuple(part for part in self.collections if not names or part.name in names)
        return replace(self, collections=chosen)

    @property
    def queries(self) -> tuple[Query, ...]:
        """As declared, placeholders and all; `resolved_queries` fills them."""
        return tuple(query for part in self.collections for query in part.queries)
