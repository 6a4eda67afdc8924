"""The port, method by method, over one file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from kampyn_perf.errors import KampynError
from kampyn_perf.indexes.engines.sqlite import ddl, preflight, records, scratch, state
from kampyn_perf.indexes.engines.sqlite.connection import SqliteConnection
from kampyn_perf.indexes.engines.sqlite.counterparts import no_counterpart
from kampyn_perf.indexes.engines.sqlite.explain import parse_plan
from kampyn_perf.indexes.engines.sqlite.filters import NoCounterpartError
from kampyn_perf.indexes.engines.sqlite.literals import quoted
from kampyn_perf.indexes.engines.sqlite.select import Statement, statement_of
from kampyn_perf.indexes.model.explained import Explained
from kampyn_perf.indexes.model.facts import (
    Expiry,
    Headroom,
    KeySizes,
    Unindexable,
    UseReport,
)
from kampyn_perf.indexes.model.live import CollectionKind, LiveCollection
from kampyn_perf.indexes.model.normalise import normal_live, normal_of, same_index
from kampyn_perf.indexes.model.ports import (
    CANNOT_CREATE,
    INDEX_NOT_FOUND,
    KEY_SPECS_CONFLICT,
    NAMESPACE_NOT_FOUND,
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

SCHEME = "sqlite:///"


def open_sqlite(url: str) -> SqliteDatabase:
    """The file of `sqlite:///relative/path` or `sqlite:////absolute/path`."""
    path = url.removeprefix(SCHEME).partition("?")[0]
    if not url.startswith(SCHEME) or not path:
        raise KampynError(f"not a SQLite URL: {url}", hint="Write sqlite:///path/to/file.db")
    return SqliteDatabase(connection=SqliteConnection(path=Path(path)))


class SqliteDatabase:
    """The embedded store, as `ports.Database` wants it."""

    def __init__(self, *, connection: SqliteConnection) -> None:
        self._connection = connection

    @property
    def label(self) -> str:
        return f"{SCHEME}{self._connection.path}"

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
        """One transaction. A build that is cut off leaves nothing behind."""
        with self._connection.transaction():
            live = self.read_collection(collection)
            if live.kind is CollectionKind.MISSING:
                raise ServerRefusal(NAMESPACE_NOT_FOUND, f"there is no table {collection}")
            for spec in specs:
                self._create(live, spec)

    def _create(self, live: LiveCollection, spec: IndexSpec) -> None:
        for index in live.indexes:
            if index.name == spec.effective_name:
                if same_index(normal_live(index), normal_of(spec)):
                    return
                raise ServerRefusal(KEY_SPECS_CONFLICT, f"{index.name} is another index")
        reason = no_counterpart(spec, live.fields)
        if reason:
            raise ServerRefusal(CANNOT_CREATE, f"SQLite has no counterpart of {reason}")
        for statement in ddl.create_statements(live.name, spec):
            self._connection.run(statement)

    def drop_index(self, collection: str, name: str) -> None:
        physical = self._physical(collection, name)
        is_text = state.is_text(self._connection, physical)
        with self._connection.transaction():
            for statement in ddl.drop_statements(physical, text=is_text):
                self._connection.run(statement)

    def _physical(self, collection: str, name: str) -> str:
        """What the file calls an index: with its table's name before it, or as somebody else
        named it."""
        for candidate in (ddl.physical_name(collection, name), name):
            rows = self._connection.rows(
                "SELECT 1 FROM sqlite_master WHERE name = ? AND type IN ('index', 'table')",
                (candidate,),
            )
            if rows and candidate != collection:
                return candidate
        raise ServerRefusal(INDEX_NOT_FOUND, f"there is no index {name} on {collection}")

    def set_hidden(self, collection: str, name: str, hidden: bool) -> None:
        raise _refused("hiding an index")

    def set_ttl(self, collection: str, name: str, seconds: int | float) -> None:
        raise _refused("a TTL")

    def prepare_unique(self, collection: str, name: str, on: bool) -> None:
        raise _refused("turning an index unique")

    def make_unique(self, collection: str, name: str) -> None:
        raise _refused("turning an index unique")

    def sample_fields(self, collection: str, size: int) -> FieldSample:
        return preflight.sample_fields(self._connection, collection, size)

    def find_duplicates(self, collection: str, spec: IndexSpec, limit: int) -> Duplicates:
        return preflight.find_duplicates(self._connection, collection, spec, limit)

    def find_unindexable(
        self, collection: str, specs: Sequence[IndexSpec], limit: int
    ) -> Sequence[Sequence[Unindexable]]:
        return [()] * len(specs)  # a column holds no arrays

    def count_expired(
        self, collection: str, spec: IndexSpec, seconds: float, timeout_us: int
    ) -> Expiry:
        raise _refused("a TTL")

    def current_builds(self, collection: str) -> Sequence[Build]:
        return ()

    def key_sizes(self, collection: str, spec: IndexSpec, size: int) -> KeySizes:
        return preflight.key_sizes(self._connection, collection, spec, size)

    def headroom(self) -> Headroom:
        return preflight.headroom(self._connection)

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
        return UseReport(supported=False)

    def time_inserts(
        self, collection: str, specs: Sequence[IndexSpec], count: int
    ) -> Sequence[int]:
        return scratch.time_inserts(self._connection, collection, specs, count)

    def probe_indexes(
        self, collection: str, specs: Sequence[IndexSpec]
    ) -> Sequence[ServerRefusal | None]:
        columns = self.read_collection(collection).fields
        reasons = [no_counterpart(spec, columns) for spec in specs]
        return [
            _refused(reason) if reason else scratch.probe(self._connection, collection, spec)
            for spec, reason in zip(specs, reasons, strict=True)
        ]

    def copy_in(self, folder: Path) -> SqliteDatabase:
        """A consistent copy of the whole file, also while others write."""
        path = folder / "copy.db"
        self._connection.copy_to(path)
        return SqliteDatabase(connection=SqliteConnection(path=path))

    def explain(self, query: Query) -> Explained:
        """By SQLite's plan, how many rows the query gives and how many the table has."""
        statement = self._statement(query)
        plan = self._connection.rows(f"EXPLAIN QUERY PLAN {statement.sql}", statement.values)
        table = query.collection
        documents = self._connection.rows(f"SELECT count(*) FROM {quoted(table)}")[0][0]
        text = self._text_table(table) if "$text" in str(query) else ""
        return parse_plan(
            [row["detail"] for row in plan],
            table=table,
            text=text,
            returned=self.run_query(query),
            documents=documents,
        )

    def run_query(self, query: Query) -> int:
        statement = self._statement(query)
        return len(self._connection.rows(statement.sql, statement.values))

    def _statement(self, query: Query) -> Statement:
        try:
            return statement_of(query, self._text_table)
        except NoCounterpartError as error:
            raise ServerRefusal(CANNOT_CREATE, f"no counterpart in SQLite: {error}") from None

    def _text_table(self, collection: str) -> str:
        text_index = state.text_table(self._connection, collection)
        if text_index is not None:
            return text_index[0]
        raise ServerRefusal(INDEX_NOT_FOUND, "text index required for $text query")

    def close(self) -> None:
        self._connection.close()


def _refused(what: str) -> ServerRefusal:
    return ServerRefusal(CANNOT_CREATE, f"SQLite has no counterpart of {what}")
