"""What is there: the server, its collections and their indexes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kampyn_perf.indexes.engines.mongo.connection import Document, MongoConnection
from kampyn_perf.indexes.engines.mongo.identity import able, engine_of, own_version
from kampyn_perf.indexes.engines.mongo.values import to_plain
from kampyn_perf.indexes.model.live import CollectionKind, LiveCollection, LiveIndex
from kampyn_perf.indexes.model.ports import NAMESPACE_NOT_FOUND, ServerRefusal
from kampyn_perf.indexes.model.server import (
    OF_MONGODB,
    Engine,
    Feature,
    ServerInfo,
    Topology,
    features_of,
)
from kampyn_perf.names import OWN_PREFIX

_OF_MONGODB_ITSELF = frozenset(
    {
        Feature.HIDE,
        Feature.TTL_CHANGE,
        Feature.TTL_ADD,
        Feature.MAKE_UNIQUE,
        Feature.COEXIST,
        Feature.COLLATION_COEXIST,
    }
)


def read_server(connection: MongoConnection) -> ServerInfo:
    """Version, topology and abilities of the server that commands go to."""
    hello = connection.command({"hello": 1}, admin=True)
    build = connection.command({"buildInfo": 1}, admin=True)
    engine = engine_of(connection.uri, build)
    topology = _topology(hello)
    version = _version(connection, engine, build)
    features = able(engine, version, features_of(version, topology))
    commands = (connection.optional({"listCommands": 1}, admin=True) or {}).get("commands")
    if isinstance(commands, Mapping) and "collMod" not in commands:
        # A server that only speaks the wire protocol; its version is the one it imitates.
        features -= _OF_MONGODB_ITSELF
    writable, note = _writable(hello)
    return ServerInfo(
        engine=engine,
        version=version,
        topology=topology,
        features=features,
        writable=writable,
        note=note,
    )


def _topology(hello: Document) -> Topology:
    if hello.get("msg") == "isdbgrid":
        return Topology.SHARDED
    return Topology.REPLICA_SET if hello.get("setName") else Topology.STANDALONE


def _version(connection: MongoConnection, engine: Engine, build: Document) -> tuple[int, ...]:
    """The server's version, or the feature compatibility version where that is older: during an
    upgrade the new binary still refuses what the old one could not read."""
    version = _numbers(own_version(engine, build))
    if engine not in OF_MONGODB:
        return version
    asked = {"getParameter": 1, "featureCompatibilityVersion": 1}
    answer = (connection.optional(asked, admin=True) or {}).get("featureCompatibilityVersion")
    text = str(answer.get("version", "")) if isinstance(answer, Mapping) else ""
    compatible = _numbers(text)
    return compatible if compatible and compatible < version[:2] else version


def _numbers(text: str) -> tuple[int, ...]:
    head = text.partition("-")[0].split(".")
    return tuple(int(part) for part in head if part.isdigit())


def _writable(hello: Document) -> tuple[bool, str]:
    if hello.get("readOnly"):
        return False, "the server was started read-only"
    if hello.get("isWritablePrimary", hello.get("ismaster", True)):
        return True, ""
    primary = f"; the primary is {hello['primary']}" if hello.get("primary") else ""
    return False, f"this node is not the primary{primary}"


def collection_names(connection: MongoConnection) -> Sequence[str]:
    """Of the database, without system ones and this program's own."""
    with connection.answers():
        names = connection.database.list_collection_names()
    return sorted(name for name in names if not name.startswith("system.") and not _is_own(name))


def _is_own(name: str) -> bool:
    return name.startswith(OWN_PREFIX)


def read_collection(connection: MongoConnection, name: str, server: ServerInfo) -> LiveCollection:
    """One collection as it is now; MISSING where there is none."""
    info = listed(connection, name)
    if info is None:
        return LiveCollection(name=name, server=server, kind=CollectionKind.MISSING)
    kind = _kind(info)
    if kind is CollectionKind.VIEW:
        return LiveCollection(name=name, server=server, kind=kind)
    stats = _storage(connection, name)
    building = _building(connection, name)
    options = info.get("options") or {}
    collation = options.get("collation")
    return LiveCollection(
        name=name,
        server=server,
        kind=kind,
        indexes=tuple(
            LiveIndex(
                definition=to_plain(definition),
                size_bytes=stats.index_sizes.get(definition["name"]),
                building=definition["name"] in building,
            )
            for definition in _indexes(connection, name)
        ),
        collation=to_plain(collation) if collation else None,
        timeseries=to_plain(options["timeseries"]) if options.get("timeseries") else None,
        shard_key=shard_key(connection, name) if server.topology is Topology.SHARDED else None,
        documents=stats.documents,
        size_bytes=stats.size_bytes,
    )


def listed(connection: MongoConnection, name: str) -> Document | None:
    """The collection as listCollections has it."""
    with connection.answers():
        infos = list(connection.database.list_collections(filter={"name": name}))
    # Servers that only speak the protocol may not filter.
    return next((dict(info) for info in infos if info.get("name") == name), None)


def _kind(info: Document) -> CollectionKind:
    if info.get("type") == "view":
        return CollectionKind.VIEW
    options = info.get("options") or {}
    if info.get("type") == "timeseries" or options.get("timeseries"):
        return CollectionKind.TIMESERIES
    return CollectionKind.CAPPED if options.get("capped") else CollectionKind.NORMAL


def _indexes(connection: MongoConnection, name: str) -> list[Document]:
    try:
        with connection.answers():
            return [dict(index) for index in connection.database[name].list_indexes()]
    except ServerRefusal as refusal:
        if refusal.code == NAMESPACE_NOT_FOUND:
            return []
        raise


class _Storage:
    """Sizes of a collection, summed over shards; unknown where the user may not ask."""

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self.index_sizes: dict[str, int] = {}
        for row in rows:
            for index, size in (row.get("indexSizes") or {}).items():
                self.index_sizes[index] = self.index_sizes.get(index, 0) + int(size)
        self.documents = sum(int(row.get("count", 0)) for row in rows) if rows else None
        self.size_bytes = sum(int(row.get("size", 0)) for row in rows) if rows else None


def _storage(connection: MongoConnection, name: str) -> _Storage:
    try:
        rows = connection.aggregate(name, [{"$collStats": {"storageStats": {}}}])
    except ServerRefusal:
        return _Storage([])
    return _Storage([row["storageStats"] for row in rows if "storageStats" in row])


def _building(connection: MongoConnection, name: str) -> frozenset[str]:
    from kampyn_perf.indexes.engines.mongo.builds import current_builds

    return frozenset(index for build in current_builds(connection, name) for index in build.names)


def shard_key(connection: MongoConnection, name: str) -> Mapping[str, Any] | None:
    """What it is sharded by, as far as this user may know."""
    try:
        with connection.answers():
            record = connection.client["config"]["collections"].find_one(
                {"_id": f"{connection.name}.{name}"}
            )
    except ServerRefusal:
        return None  # the balancer's own records are not for everybody
    key = (record or {}).get("key")
    return to_plain(key) if isinstance(key, Mapping) else None
