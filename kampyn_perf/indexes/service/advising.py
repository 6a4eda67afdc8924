"""Recorded operations read from where they are, and what they come to."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from kampyn_perf.errors import KampynError
from kampyn_perf.indexes.advise.advice import Advice, Report, advise
from kampyn_perf.indexes.advise.known import Known, KnownIndex, Source
from kampyn_perf.indexes.advise.log import LogReader
from kampyn_perf.indexes.advise.operation import operation_of
from kampyn_perf.indexes.advise.sql import SQLITE
from kampyn_perf.indexes.advise.stats import operation_of_stats
from kampyn_perf.indexes.advise.tally import Tallies
from kampyn_perf.indexes.apply.preflight import ENTRY_OVERHEAD
from kampyn_perf.indexes.databases import Databases
from kampyn_perf.indexes.model.catalogue import Catalogue
from kampyn_perf.indexes.model.live import CollectionKind, LiveCollection
from kampyn_perf.indexes.model.normalise import normal_live, normal_of, read_listing
from kampyn_perf.indexes.model.ports import Database, Recording, ServerRefusal
from kampyn_perf.indexes.model.refusals import refusal_error

LONGEST_LINE = 32 * 1024 * 1024
"""Bytes. A longer line is left out; MongoDB's own documents have 16 MB at most."""
SAMPLE = 200
"""Documents that are looked at for arrays and for the length of keys."""
STDIN = "-"


class AdviceObserver:
    """What can be watched; nothing is by default."""

    def reading(self, name: str, lines: int, done: float | None) -> None:
        """Now and then while a log is read; `done` is the share of the file, where it has one."""


@dataclass(frozen=True, kw_only=True)
class AdviceRequest:
    """What to read, and what for."""

    catalogue: Catalogue
    logs: tuple[str, ...] = ()
    """Files, plain or gzip; `-` is standard input."""
    profiler: bool = False
    query_stats: bool = False
    least: int = 2
    """Operations that an index's shapes must have together."""


@dataclass(frozen=True, kw_only=True)
class Advised:
    report: Report
    sources: tuple[str, ...]
    """What was read, each with its counts, in words."""
    notes: tuple[str, ...] = ()


def advise_indexes(
    request: AdviceRequest,
    databases: Databases | None = None,
    observer: AdviceObserver | None = None,
) -> Advised:
    """Read everything and judge it. With `databases`, what they have now is held against it.
    Raises KampynError where nothing could be read."""
    tallies = Tallies()
    sources: list[str] = []
    notes: list[str] = []
    for name in request.logs:
        words, remarks = _read_log(name, tallies, observer or AdviceObserver())
        sources.append(words)
        notes += remarks
    if databases is not None:
        sources += _read_servers(request, databases, tallies)
    live = _Live(request.catalogue, databases)
    report = advise(tallies, live.known, least=request.least)
    return Advised(
        report=replace(report, advice=tuple(live.with_bytes(one) for one in report.advice)),
        sources=tuple(sources),
        notes=(*notes, *live.notes),
    )


def _read_log(name: str, tallies: Tallies, observer: AdviceObserver) -> tuple[str, tuple[str, ...]]:
    reader = LogReader()
    notes: list[str] = []
    with _opened(name) as (stream, raw, size):
        try:
            lines = _lines(stream, notes, name)
            for operation in reader.read(_watched(lines, name, raw, size, observer)):
                tallies.add(operation)
        except EOFError:
            notes.append(f"{name}: the gzip stream ends early; what came before it was read")
        except (OSError, gzip.BadGzipFile) as error:
            raise KampynError(f"cannot read {name}: {error}") from error
    if reader.old and not reader.slow:
        raise KampynError(
            f"{name} is the log of a mongod before 4.4, whose lines are not JSON",
            hint="Read the profiler instead: indexes advise --profiler --db mongodb://...",
        )
    words = f"{name}: {reader.lines:,} lines, {reader.slow:,} of slow operations"
    if reader.unread:
        words += f", {reader.unread:,} of them no query of a collection"
    return words, tuple(notes)


@contextmanager
def _opened(name: str) -> Iterator[tuple[IO[bytes], IO[bytes], int | None]]:
    """The stream, what it is read from, and how many bytes that has; gzip by its first bytes."""
    if name == STDIN:
        yield sys.stdin.buffer, sys.stdin.buffer, None
        return
    path = Path(name)
    if path.is_dir():
        raise KampynError(f"{name} is a folder", hint="Name the log file itself.")
    try:
        raw = path.open("rb")
    except OSError as error:
        raise KampynError(f"cannot read {name}: {error.strerror or error}") from error
    with raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        size = path.stat().st_size or None
        if not packed:
            yield raw, raw, size
            return
        with gzip.open(raw) as stream:
            yield stream, raw, size  # type: ignore[misc]


def _lines(stream: IO[bytes], notes: list[str], name: str) -> Iterator[bytes]:
    """Line by line, each of bounded length."""
    too_long = 0
    while line := stream.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            too_long += 1
            while (rest := stream.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
            continue
        yield line
    if too_long:
        notes.append(f"{name}: {too_long} lines longer than 32 MB left out")


def _watched(
    lines: Iterator[bytes], name: str, raw: IO[bytes], size: int | None, observer: AdviceObserver
) -> Iterator[bytes]:
    for number, line in enumerate(lines, start=1):
        if number % 50_000 == 0:
            observer.reading(name, number, raw.tell() / size if size else None)
        yield line


def _read_servers(request: AdviceRequest, databases: Databases, tallies: Tallies) -> list[str]:
    sources = []
    for database in databases.all() if request.profiler or request.query_stats else ():
        if not isinstance(database, Recording):
            raise KampynError(
                f"{database.label} records no operations: SQLite has no profiler",
                hint="Give the backend's log: indexes advise .kampyn/logs/error.log",
            )
        if request.profiler:
            sources.append(_read_profiler(database, tallies))
        if request.query_stats:
            sources.append(_read_statistics(database, tallies))
    return sources


def _read_profiler(database: Any, tallies: Tallies) -> str:
    count = 0
    try:
        for document in database.recorded_operations():
            count += 1
            operation = operation_of(document)
            if operation is not None:
                tallies.add(operation)
    except ServerRefusal as refusal:
        raise refusal_error(f"cannot read the profiler of {database.label}", refusal) from refusal
    if not count:
        raise KampynError(
            f"the profiler of {database.label} has recorded nothing",
            hint="Switch it on for slow operations, in mongosh: "
            "db.setProfilingLevel(1, {slowms: 100}); and off again: db.setProfilingLevel(0).",
        )
    return f"profiler of {database.label}: {count:,} operations"


def _read_statistics(database: Any, tallies: Tallies) -> str:
    count = unread = 0
    try:
        for entry in database.query_statistics():
            operation = operation_of_stats(entry)
            if operation is None:
                unread += 1
            elif operation.database == database.name:
                count += 1
                tallies.add(operation)
    except ServerRefusal as refusal:
        raise KampynError(
            f"{database.label} does not give $queryStats: {refusal.message}",
            hint="It is there on Atlas (M10 and larger), for a user with the role clusterMonitor. "
            "The profiler and the log are there everywhere.",
        ) from refusal
    words = f"$queryStats of {database.label}: {count:,} shapes"
    return words + (f", {unread:,} entries not understood or of the server's own" if unread else "")


class _Live:
    """What is known of collections, each asked about once."""

    def __init__(self, catalogue: Catalogue, databases: Databases | None) -> None:
        self._catalogue = catalogue
        self._databases = databases
        self.notes: list[str] = []

    def known(self, namespace: str) -> Known:
        database_name, _, name = namespace.partition(".")
        wanted = self._catalogue.collection(name)
        declared = tuple(
            KnownIndex(
                name=entry.spec.effective_name,
                normal=normal_of(entry.spec),
                source=Source.CATALOGUE,
            )
            for entry in (wanted.entries if wanted else ())
        )
        arrays = wanted.arrays if wanted else frozenset()
        database = self._database(database_name, name)
        if database is None:
            return Known(indexes=declared, declared=wanted is not None, arrays=arrays)
        return self._asked(database, name, declared, arrays)

    def _database(self, database_name: str, collection: str) -> Database | None:
        """The database that the records are of, if it is one of those given."""
        database = self._databases.anywhere(collection) if self._databases else None
        if database is None:
            return None
        name = database.name if isinstance(database, Recording) else SQLITE
        if name == database_name:
            return database
        note = f"records are of the database {database_name}, not of {database.label}"
        if note not in self.notes:
            self.notes.append(note)
        return None

    def _asked(
        self,
        database: Database,
        name: str,
        declared: Sequence[KnownIndex],
        arrays: frozenset[str],
    ) -> Known:
        try:
            live = database.read_collection(name)
            sampled = database.sample_fields(name, SAMPLE) if _has_documents(live) else None
        except ServerRefusal as refusal:
            raise refusal_error(f"cannot read {name}", refusal) from refusal
        if not _has_documents(live):
            self.notes.append(f"{name}: {live.kind.value} in {database.label}")
            return Known(indexes=tuple(declared), declared=bool(declared), arrays=arrays)
        indexes = [
            KnownIndex(name=index.name, normal=normal_live(index), source=Source.LIVE)
            for index in live.indexes
            if not index.building and read_listing(index.definition).keys
        ]
        found = frozenset(path for path, n in sampled.arrays.items() if n) if sampled else arrays
        return Known(
            indexes=(*indexes, *declared),
            live=True,
            declared=bool(declared),
            arrays=arrays | found,
            documents=live.documents,
        )

    def with_bytes(self, advice: Advice) -> Advice:
        """With its size, by a sample of documents, where there is somebody to ask."""
        database = self._database(advice.database, advice.collection)
        if database is None:
            return advice
        try:
            live = database.read_collection(advice.collection)
            sizes = database.key_sizes(advice.collection, advice.spec, SAMPLE)
        except ServerRefusal:
            return advice
        if not sizes.sampled or live.documents is None:
            return advice
        size = round(live.documents * (sizes.mean_bytes + ENTRY_OVERHEAD))
        return replace(advice, cost=replace(advice.cost, bytes=size))


def _has_documents(live: LiveCollection) -> bool:
    return live.kind not in (CollectionKind.MISSING, CollectionKind.VIEW)
