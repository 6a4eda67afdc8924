"""Recorded operations read from where they are, and what they come to."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from kampyn_perf.errors import KampynError
from kampyn_perf.indexes.advise.advice import Report, advise
from kampyn_perf.indexes.advise.load import Senders, senders_of
from kampyn_perf.indexes.advise.log import LogReader
from kampyn_perf.indexes.advise.operation import Operation, operation_of
from kampyn_perf.indexes.advise.stats import operation_of_stats
from kampyn_perf.indexes.advise.tally import Tallies
from kampyn_perf.indexes.databases import Databases
from kampyn_perf.indexes.model.catalogue import Catalogue
from kampyn_perf.indexes.model.ports import Recording, ServerRefusal
from kampyn_perf.indexes.model.refusals import refusal_error
from kampyn_perf.indexes.service.known import KnownIndexes

if TYPE_CHECKING:
    from kampyn_perf.results.load import LoadResult

LONGEST_LINE = 32 * 1024 * 1024
"""Bytes. A longer line is left out; MongoDB's own documents have 16 MB at most."""
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
    load: LoadResult | None = None
    """Only what was recorded while this load ran counts, each with the flow that sent it."""


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
    sources: list[str] = []
    notes: list[str] = []
    senders = senders_of(request.load) if request.load else None
    tallies = Tallies()
    add = _adding(tallies, senders)
    for name in request.logs:
        words, remarks = _read_log(name, add, observer or AdviceObserver())
        sources.append(words)
        notes += remarks
    if databases is not None:
        sources += _read_servers(request, databases, add)
    if senders is not None and senders.outside:
        notes.append(f"{senders.outside:,} operations were recorded at another time than the load")
    live = KnownIndexes(request.catalogue, databases)
    report = advise(tallies, live.known, least=request.least)
    return Advised(
        report=replace(report, advice=tuple(live.with_bytes(advice) for advice in report.advice)),
        sources=tuple(sources),
        notes=(*notes, *live.notes),
    )


Add = Callable[[Iterable[Operation]], None]
"""Takes operations as they are read."""


def _adding(tallies: Tallies, senders: Senders | None) -> Add:
    if senders is None:
        return tallies.add_all
    return lambda operations: tallies.add_all(senders.named(operations))


def _read_log(name: str, add: Add, observer: AdviceObserver) -> tuple[str, tuple[str, ...]]:
    reader = LogReader()
    notes: list[str] = []
    with _opened(name) as (stream, raw, size):
        try:
            lines = _lines(stream, notes, name)
            add(reader.read(_watched(lines, name, raw, size, observer)))
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


def _read_servers(request: AdviceRequest, databases: Databases, add: Add) -> list[str]:
    sources = []
    for database in databases.all() if request.profiler or request.query_stats else ():
        if not isinstance(database, Recording):
            raise KampynError(
                f"{database.label} records no operations: SQLite has no profiler",
                hint="Give the backend's log: indexes advise .kampyn/logs/error.log",
            )
        if request.profiler:
            sources.append(_read_profiler(database, add))
        if request.query_stats:
            sources.append(_read_statistics(database, add))
    return sources


def _read_profiler(database: Any, add: Add) -> str:
    count = 0
    try:
        for document in database.recorded_operations():
            count += 1
            operation = operation_of(document)
            if operation is not None:
                add([operation])
    except ServerRefusal as refusal:
        raise refusal_error(f"cannot read the profiler of {database.label}", refusal) from refusal
    if not count:
        raise KampynError(
            f"the profiler of {database.label} has recorded nothing",
            hint="Switch it on for slow operations, in mongosh: "
            "db.setProfilingLevel(1, {slowms: 100}); and off again: db.setProfilingLevel(0).",
        )
    return f"profiler of {database.label}: {count:,} operations"


def _read_statistics(database: Any, add: Add) -> str:
    count = unread = 0
    try:
        for entry in database.query_statistics():
            operation = operation_of_stats(entry)
            if operation is None:
                unread += 1
            elif operation.database == database.name:
                count += 1
                add([operation])
    except ServerRefusal as refusal:
        raise KampynError(
            f"{database.label} does not give $queryStats: {refusal.message}",
            hint="It is there on Atlas (M10 and larger), for a user with the role clusterMonitor. "
            "The profiler and the log are there everywhere.",
        ) from refusal
    words = f"$queryStats of {database.label}: {count:,} shapes"
    return words + (f", {unread:,} entries not understood or of the server's own" if unread else "")
