"""What the index commands need of a database, as small protocols; one adapter per engine has all.

Every method raises `ServerRefusal` where the server answered with an error, and
`errors.UnreachableError` where it did not answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from kampyn_perf.indexes.model.explained import Explained
from kampyn_perf.indexes.model.facts import (
    Expiry,
    Headroom,
    KeySizes,
    Unindexable,
    UseReport,
)
from kampyn_perf.indexes.model.live import LiveCollection
from kampyn_perf.indexes.model.query import Query
from kampyn_perf.indexes.model.server import ServerInfo
from kampyn_perf.indexes.model.spec import IndexSpec

CANNOT_CREATE = 67
OPTIONS_CONFLICT = 85
KEY_SPECS_CONFLICT = 86
DUPLICATE_KEY = 11000
CANNOT_CONVERT_TO_UNIQUE = 359
INDEX_NOT_FOUND = 27
NAMESPACE_NOT_FOUND = 26
LOST_PRIMARY = frozenset({189, 10107, 11600, 11602, 13435, 13436, 91})
"""Stepped down, shutting down or not primary: the same command may work a moment later."""


class ServerRefusal(Exception):  # noqa: N818
    """The server answered, and said no. `code` is MongoDB's (an adapter maps its engine's own)."""

    def __init__(
        self, code: int, message: str, *, details: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details: Mapping[str, Any] = details or {}


@dataclass(frozen=True, kw_only=True)
class BuildOptions:
    """How indexes are built; None leaves it to the server."""

    commit_quorum: str | int | None = None
    timeout_us: int | None = None


@dataclass(frozen=True, kw_only=True)
class DuplicateGroup:
    """One value that stands more than once."""

    value: Mapping[str, Any]
    count: int
    sample_ids: tuple[Any, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Duplicates:
    """What stands in the way of a unique index. Empty groups: nothing does."""

    groups: tuple[DuplicateGroup, ...] = ()
    """At most as many as were asked for."""
    more: bool = False
    """There are further groups than those."""


@dataclass(frozen=True, kw_only=True)
class Build:
    """An index build that is running on the server."""

    collection: str
    names: tuple[str, ...]
    progress: float | None = None
    """0 to 1; None where the server does not say."""
    phase: str = ""
    operation: str = ""
    """The server's own id of it."""


@dataclass(frozen=True, kw_only=True)
class FieldSample:
    """Which fields a sample of documents has, by dotted path."""

    documents: int
    present: Mapping[str, int] = field(default_factory=dict)
    """Documents that have the field, null not counted."""
    arrays: Mapping[str, int] = field(default_factory=dict)
    """Documents in which it, or something it goes through, is an array."""


@dataclass(frozen=True, kw_only=True)
class Lock:
    """Who may change indexes now."""

    owner: str
    expires_at_us: int
    """Unix time in microseconds."""


class StateReader(Protocol):
    """Enough for plan and import."""

    @property
    def server(self) -> ServerInfo: ...
    def collection_names(self) -> Sequence[str]:
        """Of the database, without system ones and this program's own."""
        ...

    def read_collection(self, name: str) -> LiveCollection: ...


class IndexWriter(Protocol):
    """The changes a plan is made of; each is one command."""

    def create_indexes(
        self, collection: str, specs: Sequence[IndexSpec], options: BuildOptions
    ) -> None:
        """All in one command: all of them are built, or none (MongoDB's rule). What is there
        already in identical form is no error."""
        ...

    def drop_index(self, collection: str, name: str) -> None: ...
    def set_hidden(self, collection: str, name: str, hidden: bool) -> None: ...
    def set_ttl(self, collection: str, name: str, seconds: int | float) -> None: ...
    def prepare_unique(self, collection: str, name: str, on: bool) -> None: ...
    def make_unique(self, collection: str, name: str) -> None:
        """Turn a prepared index unique. Raises ServerRefusal(CANNOT_CONVERT_TO_UNIQUE)."""
        ...


class Sampler(Protocol):
    def sample_fields(self, collection: str, size: int) -> FieldSample: ...


class Preflight(Protocol):
    def find_duplicates(self, collection: str, spec: IndexSpec, limit: int) -> Duplicates: ...
    def find_unindexable(
        self, collection: str, specs: Sequence[IndexSpec], limit: int
    ) -> Sequence[Sequence[Unindexable]]:
        """For each of `specs`, some of the documents that it would refuse for their form."""
        ...

    def count_expired(
        self, collection: str, spec: IndexSpec, seconds: float, timeout_us: int
    ) -> Expiry:
        """What `spec` would delete at once if it expired documents after `seconds`; of a sample,
        where counting takes longer than `timeout_us`."""
        ...

    def current_builds(self, collection: str) -> Sequence[Build]: ...
    def key_sizes(self, collection: str, spec: IndexSpec, size: int) -> KeySizes:
        """By a sample of `size` documents."""
        ...

    def headroom(self) -> Headroom: ...


class Locker(Protocol):
    """A lock document with owner and expiry. Raises KampynError where somebody else holds it."""

    def acquire_lock(self, owner: str, ttl_us: int) -> Lock: ...
    def renew_lock(self, lock: Lock, ttl_us: int) -> Lock: ...
    def release_lock(self, lock: Lock) -> None: ...


class Journal(Protocol):
    """What was done to the indexes of this database, by whom, when and how long it took."""

    def append_journal(self, entry: Mapping[str, Any]) -> None:
        """Durable when it returns."""
        ...

    def read_journal(self, limit: int) -> Sequence[Mapping[str, Any]]:
        """The last `limit` entries, oldest first."""
        ...


class Usage(Protocol):
    def index_use(self, collection: str) -> UseReport:
        """Operations of each index on each node."""
        ...


class WriteProbe(Protocol):
    def time_inserts(
        self, collection: str, specs: Sequence[IndexSpec], count: int
    ) -> Sequence[int]:
        """Nanoseconds of each of up to `count` single inserts of this collection's documents into
        an empty scratch collection that has only these indexes. It is gone afterwards."""
        ...


class DefinitionProbe(Protocol):
    def probe_indexes(
        self, collection: str, specs: Sequence[IndexSpec]
    ) -> Sequence[ServerRefusal | None]:
        """What the server itself says to each definition, built on an empty scratch collection that
        is made like `collection` (collation, time series, shard key) and gone afterwards; None: it
        takes it. Raises ServerRefusal where such a collection cannot be made."""
        ...


class QueryRunner(Protocol):
    def explain(self, query: Query) -> Explained:
        """What the query's plan does, with execution statistics: the server runs it once. Raises
        NotAnExplainError where the server explains in words that nobody knows."""
        ...

    def run_query(self, query: Query) -> int:
        """Run to the last document; how many there were."""
        ...


@runtime_checkable
class Copyable(Protocol):
    """A database that can be measured on a copy."""

    def copy_in(self, folder: Path) -> Database:
        """A copy of all of it inside `folder`, opened."""
        ...


@runtime_checkable
class Recording(Protocol):
    """A server that records operations itself."""

    @property
    def name(self) -> str:
        """The database's name, as its records write it."""
        ...

    def recorded_operations(self) -> Iterator[Mapping[str, Any]]:
        """The documents of its profiler (`system.profile`), one after the other."""
        ...

    def query_statistics(self) -> Iterator[Mapping[str, Any]]:
        """The entries of `$queryStats`, of every database of the server."""
        ...


class Database(
    StateReader,
    IndexWriter,
    Sampler,
    Preflight,
    Locker,
    Journal,
    Usage,
    WriteProbe,
    DefinitionProbe,
    QueryRunner,
    Protocol,
):
    """Everything; what an adapter implements for one cluster."""

    @property
    def label(self) -> str:
        """Where it is, for people: without user, password or options."""
        ...

    def close(self) -> None: ...
