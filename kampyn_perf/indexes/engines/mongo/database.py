"""The port, method by method, over one connection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from kampyn_perf import mongo
from kampyn_perf.errors import KampynError
from kampyn_perf.indexes.engines.mongo import (
    builds,
    commands,
    duplicates,
    expiring,
    probing,
    queries,
    recorded,
    records,
    sampling,
    scratch,
    state,
    unindexable,
    usage,
)
from kampyn_perf.indexes.engines.mongo.connection import MongoConnection
from kampyn_perf.indexes.explain.classify import parse_explain
from kampyn_perf.indexes.model.explained import Explained
from kampyn_perf.indexes.model.facts import (
    Expiry,
    Headroom,
    KeySizes,
    Unindexable,
    UseReport,
)
from kampyn_perf.indexes.model.live import LiveCollection
from kampyn_perf.indexes.model.ports import (
    Build,
    BuildOptions,
    Duplicates,
    FieldSample,
    Lock,
    ServerRefusal,
)
from kampyn_perf.indexes.model.query import Query
from kampyn_perf.indexes.model.server import ServerInfo
from kampyn_perf.indexes.model.spec import IndexSpec


def open_mongo(uri: str, database: str = "") -> MongoDatabase:
    """The database of `uri`, or `database` of it. Nothing is sent yet."""
    client = mongo.connect(uri)
    name = database or mongo.default_database(uri)
    if not name:
        client.close()
        raise KampynError(
            f"{mongo.label(uri)} names no database",
            hint="Put it at the end of the URI (mongodb://host:27017/kampyn), or in the "
            "catalogue: clusters.default.database.",
        )
    return MongoDatabase(connection=MongoConnection(client=client, uri=uri, database=name))


class MongoDatabase:
    """One cluster's database, as `ports.Database` wants it."""

    def __init__(self, *, connection: MongoConnection) -> None:
        self._connection = connection

    @property
    def label(self) -> str:
        return self._connection.label

    @cached_property
    def server(self) -> ServerInfo:
        return state.read_server(self._connection)

    def collection_names(self) -> Sequence[str]:
        return state.collection_names(self._connection)

    def read_collection(self, name: str) -> LiveCollection:
        return state.read_collection(self._connection, name, self.server)

    def create_indexes(
        self, collection: str, specs: Sequence[IndexSpec], options: BuildOptions
    ) -> None:
        commands.create_indexes(self._connection, collection, specs, options)

    def drop_index(self, collection: str, name: str) -> None:
        commands.drop_index(self._connection, collection, name)

    def set_hidden(self, collection: str, name: str, hidden: bool) -> None:
        commands.modify(self._connection, collection, name, hidden=hidden)

    def set_ttl(self, collection: str, name: str, seconds: int | float) -> None:
        commands.modify(self._connection, collection, name, expireAfterSeconds=seconds)

    def prepare_unique(self, collection: str, name: str, on: bool) -> None:
        commands.modify(self._connection, collection, name, prepareUnique=on)

    def make_unique(self, collection: str, name: str) -> None:
        commands.modify(self._connection, collection, name, unique=True)

    def sample_fields(self, collection: str, size: int) -> FieldSample:
        return sampling.sample_fields(self._connection, collection, size)

    def find_duplicates(self, collection: str, spec: IndexSpec, limit: int) -> Duplicates:
        return duplicates.find_duplicates(self._connection, collection, spec, limit)

    def find_unindexable(
        self, collection: str, specs: Sequence[IndexSpec], limit: int
    ) -> Sequence[Sequence[Unindexable]]:
        return unindexable.find_unindexable(self._connection, collection, specs, limit)

    def count_expired(
        self, collection: str, spec: IndexSpec, seconds: float, timeout_us: int
    ) -> Expiry:
        return expiring.count_expired(self._connection, collection, spec, seconds, timeout_us)

    def current_builds(self, collection: str) -> Sequence[Build]:
        return builds.current_builds(self._connection, collection)

    def key_sizes(self, collection: str, spec: IndexSpec, size: int) -> KeySizes:
        return sampling.key_sizes(self._connection, collection, spec, size)

    def headroom(self) -> Headroom:
        return sampling.headroom(self._connection)

    def acquire_lock(self, owner: str, ttl_us: int) -> Lock:
        return records.acquire_lock(self._connection, owner, ttl_us)

    def renew_lock(self, lock: Lock, ttl_us: int) -> Lock:
        return records.renew_lock(self._connection, lock, ttl_us)

    def release_lock(self, lock: Lock) -> None:
        records.release_lock(self._connection, lock)

    def append_journal(self, entry: Mapping[str, Any]) -> None:
        records.append_journal(self._connection, entry)

    def read_journal(self, limit: int) -> Sequence[Mapping[str, Any]]:
        return records.read_journal(self._connection, limit)

    def index_use(self, collection: str) -> UseReport:
        return usage.index_use(self._connection, collection)

    def time_inserts(
        self, collection: str, specs: Sequence[IndexSpec], count: int
    ) -> Sequence[int]:
        return scratch.time_inserts(self._connection, collection, specs, count)

    def probe_indexes(
        self, collection: str, specs: Sequence[IndexSpec]
    ) -> Sequence[ServerRefusal | None]:
        return probing.probe_indexes(self._connection, collection, specs)

    def explain(self, query: Query) -> Explained:
        return parse_explain(queries.explain(self._connection, query))

    def run_query(self, query: Query) -> int:
        return queries.run_query(self._connection, query)

    @property
    def name(self) -> str:
        return self._connection.name

    def recorded_operations(self) -> Iterator[Mapping[str, Any]]:
        return recorded.recorded_operations(self._connection)

    def query_statistics(self) -> Iterator[Mapping[str, Any]]:
        return recorded.query_statistics(self._connection)

    def close(self) -> None:
        self._connection.client.close()
