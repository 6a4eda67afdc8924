"""One SQLite file for one worker: reads that cannot hold up the loop, and writes in groups.

A read by index takes about 10 µs, a change of threads several times that. So reads run right on the
event loop with a budget of CPU time; what exceeds it is interrupted and run again in a thread, and
its statement goes there directly for a while.

Writes of a worker go through one thread, which commits all that wait together. Workers take turns
by a lock on a file beside the database: unlike SQLite's own lock, which is polled with growing
sleeps, it wakes the next one at once. It ends with its process.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from kampyn_perf.backend.domain import UnavailableError
from kampyn_perf.backend.ports import QueryMetrics
from kampyn_perf.backend.settings import SqliteSettings

_log = logging.getLogger("kampyn.sqlite")
T = TypeVar("T")
Work = Callable[[sqlite3.Connection], Any]

_BUDGET = 0.001
"""Seconds of CPU time for a read on the event loop."""
_BUDGET_CHECK = 500
"""Instructions of SQLite's virtual machine between two looks at the budget."""
_SLOW_FOR = 60.0
"""Seconds for which a statement that exceeded the budget runs in a thread."""
_GROUP = 64
"""Writes that one commit may carry."""
_READERS = 2
_WRITER = "sqlite-writer"
"""The pool that writes wait for: one thread, and the lock between workers."""


_FAILURES = (sqlite3.OperationalError, sqlite3.InternalError, sqlite3.DatabaseError)
"""Exactly these: of the database. Their other subclasses are the statement's."""
_REASONS = {
    sqlite3.SQLITE_FULL: "The store cannot write: its disk is full.",
    sqlite3.SQLITE_READONLY: "The store cannot write: it can only be read.",
    sqlite3.SQLITE_IOERR: "The store's disk fails.",
    sqlite3.SQLITE_BUSY: "The store is busy.",
    sqlite3.SQLITE_CANTOPEN: "The store's file cannot be opened.",
    sqlite3.SQLITE_CORRUPT: "The store's file is damaged.",
    sqlite3.SQLITE_NOTADB: "The store's file is no database.",
}


class Access(StrEnum):
    """What a connection may do; SQLite's own `mode` of a URI."""

    READ = "ro"
    """The file is opened for reading: an audit."""
    WRITE = "rw"
    """The file must be there: a worker makes none."""
    CREATE = "rwc"
    """Seeding."""


def connect(
    path: Path, settings: SqliteSettings, access: Access, *, query_only: bool = False
) -> sqlite3.Connection:
    """A connection with our pragmas, in autocommit, usable from any one thread at a time."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={access.value}",
        uri=True,
        timeout=settings.lock_timeout / 1e6,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )
    try:
        if access is Access.CREATE:
            connection.execute("PRAGMA journal_mode = WAL")  # stays with the file
        connection.execute(f"PRAGMA synchronous = {settings.synchronous.value}")
        connection.execute(f"PRAGMA cache_size = -{settings.page_cache // 1024}")
        connection.execute("PRAGMA temp_store = MEMORY")
        if query_only:
            connection.execute("PRAGMA query_only = ON")
    except BaseException:
        connection.close()
        raise
    return connection


@dataclass
class _Job:
    """A write that waits, and where its outcome goes."""

    work: Work
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None
    ticket: list[bool] = field(default_factory=lambda: [True])
    began: float = 0.0
    """When the writer took it up (`perf_counter`)."""

    def claim(self) -> bool:
        """Whether the caller is the one that decides: the writer to do it, or the request to give
        it up. Only one of them ever is, so that what was answered 503 is not done later."""
        try:
            self.ticket.pop()
        except IndexError:
            return False
        return True

    def settle(self) -> None:
        """On the loop: hand the outcome to the request, if it still waits."""
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class Query(NamedTuple):
    """A constant statement and how its durations are filed."""

    collection: str
    operation: str
    sql: str


class WorkerDatabase:
    """The file at `path`, as one worker sees it. `open` and `close` belong to its event loop."""

    def __init__(self, *, path: Path, settings: SqliteSettings, metrics: QueryMetrics) -> None:
        self._path = path
        self._settings = settings
        self._metrics = metrics
        self._slow: dict[str, float] = {}
        self._stop_at = 0.0
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="sqlite-read")
        self._local = threading.local()
        self._writer: threading.Thread | None = None

    def open(self) -> None:
        """Connect and start the writer. Raises sqlite3.Error where the file is no database."""
        self._loop = asyncio.get_running_loop()
        self._inline = connect(self._path, self._settings, Access.WRITE, query_only=True)
        self._inline.set_progress_handler(lambda: time.thread_time() > self._stop_at, _BUDGET_CHECK)
        self._connection = connect(self._path, self._settings, Access.WRITE)
        self._lock = os.open(f"{self._path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._writer = threading.Thread(target=self._write_all, name="sqlite-write", daemon=True)
        self._writer.start()

    async def close(self) -> None:
        """Let the writes that wait be done, then let go of the file."""
        if self._writer is None:
            return
        self._jobs.put(None)
        await asyncio.to_thread(self._writer.join)
        self._writer = None
        self._readers.shutdown(wait=True)
        self._inline.close()
        self._connection.close()
        os.close(self._lock)

    async def read(self, query: Query, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows. Raises UnavailableError when the database fails."""
        started = time.perf_counter()
        found = self._read_here(query.sql, parameters)
        rows = found if found is not None else await self._fetch(query.sql, parameters)
        self._metrics.query(query.collection, query.operation, time.perf_counter() - started)
        return rows

    async def read_long(
        self, query: Query, parameters: Sequence[Any] = ()
    ) -> list[tuple[Any, ...]]:
        """`read` for what is known to take long: in a thread from the start."""
        started = time.perf_counter()
        rows = await self._fetch(query.sql, parameters)
        self._metrics.query(query.collection, query.operation, time.perf_counter() - started)
        return rows

    async def write(
        self, collection: str, operation: str, work: Callable[[sqlite3.Connection], T]
    ) -> T:
        """`work` in a transaction of its own effect: an exception undoes it alone.

        Raises UnavailableError when the turn does not come within the lock's timeout.
        """
        started = time.perf_counter()
        job = _Job(work, self._loop.create_future())
        self._jobs.put(job)
        done, _ = await asyncio.wait((job.future,), timeout=self._settings.lock_timeout / 1e6)
        if not done and job.claim():
            raise UnavailableError("The store is busy.")
        result: T = await job.future
        self._metrics.query(collection, operation, time.perf_counter() - started)
        self._metrics.connection_wait(_WRITER, job.began - started)
        return result

    def _read_here(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]] | None:
        """The rows, or None when the statement needs a thread."""
        if self._slow and self._slow.get(sql, 0.0) > time.monotonic():
            return None
        self._stop_at = time.thread_time() + _BUDGET
        try:
            return self._inline.execute(sql, parameters).fetchall()
        except _FAILURES as error:
            if type(error) not in _FAILURES:
                raise
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise _unavailable(error) from error
            self._slow[sql] = time.monotonic() + _SLOW_FOR
            return None

    async def _fetch(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        return await self._loop.run_in_executor(self._readers, self._fetch_here, sql, parameters)

    def _fetch_here(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        """In a reader's thread, on a connection that stays with it."""
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = connect(self._path, self._settings, Access.WRITE, query_only=True)
            self._local.connection = connection
        try:
            return connection.execute(sql, parameters).fetchall()
        except _FAILURES as error:
            if type(error) not in _FAILURES:
                raise
            raise _unavailable(error) from error

    def _write_all(self) -> None:
        """The writer's thread."""
        while (job := self._jobs.get()) is not None:
            group, last = [job], False
            while len(group) < _GROUP and not last:
                try:
                    following = self._jobs.get_nowait()
                except queue.Empty:
                    break
                last = following is None
                if following is not None:
                    group.append(following)
            self._write_group(group)
            self._loop.call_soon_threadsafe(_settle, group)
            if last:
                return

    def _write_group(self, group: list[_Job]) -> None:
        """One commit. Whatever fails here fails these writes alone: the thread goes on."""
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            try:
                self._commit(group)
            finally:
                fcntl.flock(self._lock, fcntl.LOCK_UN)
        except Exception as error:  # noqa: BLE001 - the group as a whole could not begin or commit
            failure = _unavailable(error)
            for job in group:
                job.error = failure

    def _commit(self, group: list[_Job]) -> None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for job in group:
                if job.claim():
                    job.began = time.perf_counter()
                    self._write_one(job)
            self._connection.execute("COMMIT")
        except BaseException:
            # Some errors, a full disk among them, have undone the transaction already.
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def _write_one(self, job: _Job) -> None:
        self._connection.execute("SAVEPOINT job")
        try:
            job.result = job.work(self._connection)
        except Exception as error:
            if not self._connection.in_transaction:
                raise  # all of the group is undone, not this one alone
            job.error = _unavailable(error) if type(error) in _FAILURES else error
            self._connection.execute("ROLLBACK TO job")
        self._connection.execute("RELEASE job")


def _unavailable(error: Exception) -> UnavailableError:
    """What a client gets; what SQLite said (`database is locked`) is for the log."""
    _log.error("SQLite: %s", error)
    # The extended codes of SQLite have the primary one in their lowest byte.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return UnavailableError(_REASONS.get(code, "The store does not answer."))


def _settle(group: list[_Job]) -> None:
    for job in group:
        job.settle()
