"""What an adapter reports of a database: collections, their indexes as listed, what it can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from kampyn_perf.indexes.model.spec import IndexSpec


class Engine(StrEnum):
    MONGODB = "mongodb"
    SQLITE = "sqlite"


class Topology(StrEnum):
    STANDALONE = "standalone"
    REPLICA_SET = "replica-set"
    SHARDED = "sharded"
    EMBEDDED = "embedded"


class CollectionKind(StrEnum):
    NORMAL = "normal"
    VIEW = "view"
    CAPPED = "capped"
    TIMESERIES = "timeseries"
    MISSING = "missing"


class Feature(StrEnum):
    """What a plan may rely on. `features_of` derives them from a MongoDB version; an adapter takes
    away what its server says it lacks."""

    HIDE = "hide"
    """collMod hidden (4.4)."""
    TTL_CHANGE = "ttl-change"
    """collMod expireAfterSeconds of an index that has it (always)."""
    TTL_ADD = "ttl-add"
    """collMod expireAfterSeconds of a single-field index that lacks it (5.1)."""
    MAKE_UNIQUE = "make-unique"
    """collMod prepareUnique, then unique (6.0)."""
    COEXIST = "coexist"
    """unique, sparse, partial filter and wildcard projection are part of an index's signature: two
    indexes of the same keys may differ in them (5.0)."""
    COLLATION_COEXIST = "collation-coexist"
    """Two indexes of the same keys may differ in their collation (3.4)."""
    ANY_COEXIST = "any-coexist"
    """Any number of indexes of the same keys (SQLite)."""
    COMMIT_QUORUM = "commit-quorum"
    """createIndexes takes commitQuorum (4.4, replica set)."""


@dataclass(frozen=True, kw_only=True)
class ServerInfo:
    """The server behind one cluster."""

    engine: Engine
    version: tuple[int, ...]
    topology: Topology
    features: frozenset[Feature]
    writable: bool = True
    """False on a secondary or a read-only server; `note` says which."""
    note: str = ""
    refuses: Callable[[IndexSpec, LiveCollection], str] | None = field(default=None, compare=False)
    """The engine's reason against a definition, or an empty text; None: MongoDB's own rules, which
    the planner knows."""

    def has(self, feature: Feature) -> bool:
        return feature in self.features

    @property
    def label(self) -> str:
        """`MongoDB 7.0.12, replica-set`."""
        name = {Engine.MONGODB: "MongoDB", Engine.SQLITE: "SQLite"}[self.engine]
        return f"{name} {'.'.join(map(str, self.version))}, {self.topology.value}"


def features_of(version: tuple[int, ...], topology: Topology) -> frozenset[Feature]:
    """What MongoDB of this version (feature compatibility version, where known) can do."""
    since: tuple[tuple[Feature, tuple[int, int]], ...] = (
        (Feature.TTL_CHANGE, (0, 0)),
        (Feature.COLLATION_COEXIST, (3, 4)),
        (Feature.HIDE, (4, 4)),
        (Feature.COEXIST, (5, 0)),
        (Feature.TTL_ADD, (5, 1)),
        (Feature.MAKE_UNIQUE, (6, 0)),
    )
    found = {feature for feature, first in since if version[:2] >= first}
    if version[:2] >= (4, 4) and topology is not Topology.STANDALONE:
        found.add(Feature.COMMIT_QUORUM)
    return frozenset(found)


@dataclass(frozen=True, kw_only=True)
class LiveIndex:
    """One index as the server lists it."""

    definition: Mapping[str, Any]
    """listIndexes' own document (`v`, `key`, `name`, options), in plain values: the order of `key`
    kept, BSON types as extended JSON. An adapter of another engine writes the same words."""
    size_bytes: int | None = None
    building: bool = False
    """Not usable yet: its build is running."""

    @property
    def name(self) -> str:
        return str(self.definition["name"])


@dataclass(frozen=True, kw_only=True)
class LiveCollection:
    """One collection as it is now."""

    name: str
    server: ServerInfo
    kind: CollectionKind = CollectionKind.NORMAL
    indexes: tuple[LiveIndex, ...] = ()
    """All of them, `_id_` included where the engine lists it."""
    collation: Mapping[str, Any] | None = None
    """The collection's default collation, which its indexes inherit; None is the simple one."""
    shard_key: Mapping[str, Any] | None = None
    documents: int | None = None
    size_bytes: int | None = None
    fields: frozenset[str] | None = None
    """The columns of an engine that has fixed ones (and `rowid`, where there is one)."""
    place: str = ""
    """The database it was read from, without secrets; for people, not part of the state."""


@dataclass(frozen=True, kw_only=True)
class LiveState:
    """The collections that were asked about, by name, whichever cluster they live on."""

    collections: Mapping[str, LiveCollection] = field(default_factory=dict)
