"""The server behind one cluster: its engine, version, topology, and what a plan may rely on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Engine(StrEnum):
    """What answers: MongoDB itself, a service or server that speaks its protocol, or a file."""

    MONGODB = "mongodb"
    ATLAS = "atlas"
    """MongoDB, run by its maker: its rules are MongoDB's."""
    DOCUMENTDB = "documentdb"
    COSMOS_RU = "cosmos-ru"
    COSMOS_VCORE = "cosmos-vcore"
    FERRETDB = "ferretdb"
    SECANTUSDB = "secantusdb"
    MONGOECO = "mongoeco"
    UNKNOWN = "unknown"
    """Speaks the protocol, and is none of those: which definitions it takes nobody here knows."""
    SQLITE = "sqlite"

    @property
    def label(self) -> str:
        return _TITLES[self]


_TITLES = {
    Engine.MONGODB: "MongoDB",
    Engine.ATLAS: "MongoDB Atlas",
    Engine.DOCUMENTDB: "Amazon DocumentDB",
    Engine.COSMOS_RU: "Azure Cosmos DB (RU)",
    Engine.COSMOS_VCORE: "Azure Cosmos DB (vCore)",
    Engine.FERRETDB: "FerretDB",
    Engine.SECANTUSDB: "SecantusDB",
    Engine.MONGOECO: "mongoeco",
    Engine.UNKNOWN: "unknown engine",
    Engine.SQLITE: "SQLite",
}
OF_MONGODB = frozenset({Engine.MONGODB, Engine.ATLAS})
"""Those whose version is MongoDB's."""


class Topology(StrEnum):
    STANDALONE = "standalone"
    REPLICA_SET = "replica-set"
    SHARDED = "sharded"
    EMBEDDED = "embedded"


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

    def has(self, feature: Feature) -> bool:
        return feature in self.features

    @property
    def label(self) -> str:
        """`MongoDB 7.0.12, replica-set`."""
        return f"{self.engine.label} {'.'.join(map(str, self.version))}, {self.topology.value}"


@dataclass(frozen=True, kw_only=True)
class Target:
    """The servers that a catalogue is meant for: this engine, this version or newer."""

    engine: Engine = Engine.MONGODB
    version: tuple[int, ...] = ()
    """Empty: any."""

    @property
    def label(self) -> str:
        """`MongoDB 4.4 or newer`."""
        version = ".".join(map(str, self.version))
        return f"{self.engine.label} {version} or newer" if version else self.engine.label

    def takes(self, server: ServerInfo) -> bool:
        """Whether `server` is one of those."""
        return self.judges(server.engine) and server.version >= self.version

    def judges(self, engine: Engine) -> bool:
        """Whether it speaks of that engine. Atlas runs MongoDB."""
        same_rules = {self.engine, engine} <= OF_MONGODB
        return self.engine is engine or same_rules


_SINCE: tuple[tuple[Feature, tuple[int, int]], ...] = (
    (Feature.TTL_CHANGE, (0, 0)),
    (Feature.COLLATION_COEXIST, (3, 4)),
    (Feature.HIDE, (4, 4)),
    (Feature.COEXIST, (5, 0)),
    (Feature.TTL_ADD, (5, 1)),
    (Feature.MAKE_UNIQUE, (6, 0)),
)


def since(feature: Feature) -> tuple[int, int]:
    """The first version of MongoDB that has it."""
    return next(first for known, first in _SINCE if known is feature)


def features_of(version: tuple[int, ...], topology: Topology) -> frozenset[Feature]:
    """What MongoDB of this version (feature compatibility version, where known) can do."""
    features = {feature for feature, first in _SINCE if version[:2] >= first}
    if version[:2] >= (4, 4) and topology is not Topology.STANDALONE:
        features.add(Feature.COMMIT_QUORUM)
    return frozenset(features)
