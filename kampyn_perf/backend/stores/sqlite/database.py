"""One SQLite file for one worker: reads that cannot hold up the loop, and writes in groups.

A read by index takes about 10 µs, a change of threads several times that. So reads run right on the
event loop with a budget of CPU time; what exceeds it is interrupted and run again in a thread, and
its statement goes there directly for a while. Writes are `writer`'s.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from kampyn_perf.backend.asking import who_asks
from kampyn_perf.backend.domain import UnavailableError
from kampyn_perf.backend.ports import QueryMetrics
from kampyn_perf.backend.store_settings import SqliteSettings
from kampyn_perf.backend.stores.sqlite.connection import FAILURES, is_failure, unavailable
from kampyn_perf.backend.stores.sqlite.store_file import Identity, StoreFile
from kampyn_perf.backend.stores.sqlite.writer import Job, Writer

T = TypeVar("T")

_BUDGET = 0.001
"""Seconds of CPU time for a read on the event loop."""
_BUDGET_CHECK = 500
"""Instructions of SQLite's virtual machine between two looks at the budget."""
_SLOW_FOR = 60.0
"""Seconds for which a statement that exceeded the budget runs in a thread."""
_FILE_CHECK = 0.1
"""Seconds between two looks whether the file is the same, for reads; writes look each time."""
_READERS = 2
_WRITER = "sqlite-writer"
"""The pool that writes wait for: one thread, and the lock between workers."""


class Query(NamedTuple):
    """A constant statement and how its durations are filed."""

    collection: str
    operation: str
    sql: str


class WorkerDatabase:
    """The file at `path`, as one worker sees it. `open` and `close` belong to its event loop."""

    def __init__(self, *, path: Path, settings: SqliteSettings, metrics: QueryMetrics) -> None:
        self._settings = settings
        self._metrics = metrics
        self._file = StoreFile(path, settings)
        self._writer = Writer(self._file)
        self._slow: dict[str, float] = {}
        self._stop_at = 0.0
        self._next_file_check = 0.0
        self._inline: sqlite3.Connection | None = None
        self._inline_of: Identity | None = None
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="sqlite-read")
        self._local = threading.local()

    def open(self) -> None:
        """Start the writer. The file is opened when it is first asked: a worker may start, and
        answer 503, while there is none."""
        self._loop = asyncio.get_running_loop()
        self._writer.start()

    async def close(self) -> None:
        """Let the writes that wait be done, then let go of the file."""
        await self._writer.stop()
        self._readers.shutdown(wait=True)
        if self._inline is not None:
            self._inline.close()
        self._file.close()

    async def read(self, query: Query, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows. Raises UnavailableError when the database fails."""
        started = time.perf_counter()
        if time.monotonic() >= self._next_file_check:
            await self._check_file()
        inline_rows = self._read_here(query.sql, parameters)
        rows = inline_rows if inline_rows is not None else await self._fetch(query.sql, parameters)
        self._file_read(query, parameters, len(rows), time.perf_counter() - started)
        return rows

    async def read_long(
        self, query: Query, parameters: Sequence[Any] = ()
    ) -> list[tuple[Any, ...]]:
        """`read` for what is known to take long: in a thread from the start."""
        started = time.perf_counter()
        await self._check_file()
        rows = await self._fetch(query.sql, parameters)
        self._file_read(query, parameters, len(rows), time.perf_counter() - started)
        return rows

    async def write(
        self, collection: str, operation: str, work: Callable[[sqlite3.Connection], T]
    ) -> T:
        """`work` in a transaction of its own effect: an exception undoes it alone.

        Raises UnavailableError when the turn does not come within the lock's timeout.
        """
        started = time.perf_counter()
        job = Job(work, self._loop.create_future())
        self._writer.put(job)
        try:
            done, _ = await asyncio.wait((job.future,), timeout=self._settings.lock_timeout / 1e6)
        except asyncio.CancelledError:
            job.claim()  # nobody waits any more: what is not begun is not done
            raise
        if not done and job.claim():
            raise UnavailableError("The store is busy.")
        result: T = await job.future
        self._metrics.query(collection, operation, time.perf_counter() - started)
        self._metrics.connection_wait(_WRITER, job.began - started)
        return result

    def _file_read(
        self, query: Query, parameters: Sequence[Any], returned: int, seconds: float
    ) -> None:
        def detail() -> dict[str, Any]:
            """What it was, with SQLite's plan: enough to tell which index is missing."""
            plan = self._plan(query.sql, parameters)
            return {"sql": query.sql, "plan": plan, "returned": returned, "comment": who_asks()}

        self._metrics.query(query.collection, query.operation, seconds, detail)

    def _plan(self, sql: str, parameters: Sequence[Any]) -> list[str]:
        """The plan as of now; empty where there is none to be had. Runs nothing of the query."""
        rows = None
        with suppress(sqlite3.Error, UnavailableError, OSError):
            rows = self._read_here(f"EXPLAIN QUERY PLAN {sql}", parameters)
        return [str(row[-1]) for row in rows or ()]

    async def _check_file(self) -> None:
        """Take up another file that has the name now, in a thread, as it may have to wait."""
        if self._file.changed():
            await self._loop.run_in_executor(self._readers, self._take_up_file)
        self._next_file_check = time.monotonic() + _FILE_CHECK

    def _take_up_file(self) -> None:
        try:
            with self._file.turn():
                if self._file.changed():
                    self._file.refresh()
        except OSError as error:
            raise unavailable(error) from error

    def _read_here(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]] | None:
        """The rows, or None when the statement needs a thread."""
        if self._slow and self._slow.get(sql, 0.0) > time.monotonic():
            return None
        try:
            connection = self._inline
            if connection is None or self._inline_of != self._file.current:
                connection = self._open_inline()
            self._stop_at = time.thread_time() + _BUDGET
            return connection.execute(sql, parameters).fetchall()
        except FAILURES as error:
            if not is_failure(error):
                raise
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise unavailable(error) from error
            self._slow[sql] = time.monotonic() + _SLOW_FOR
            return None

    def _open_inline(self) -> sqlite3.Connection:
        if self._inline is not None:
            self._file.abandon(self._inline)
            self._inline = None
        connection = self._file.opened(query_only=True)
        connection.set_progress_handler(lambda: time.thread_time() > self._stop_at, _BUDGET_CHECK)
        self._inline, self._inline_of = connection, self._file.current
        return connection

    async def _fetch(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        return await self._loop.run_in_executor(self._readers, self._fetch_here, sql, parameters)

    def _fetch_here(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        """In a reader's thread, on a connection that stays with it."""
        try:
            return self._connection_here().execute(sql, parameters).fetchall()
        except FAILURES as error:
            if not is_failure(error):
                raise
            raise unavailable(error) from error

    def _connection_here(self) -> sqlite3.Connection:
        kept: tuple[sqlite3.Connection, Identity | None] | None = getattr(self._local, "kept", None)
        if kept is not None:
            connection, of = kept
            if of == self._file.current:
                return connection
            self._file.abandon(connection)
        opened = self._file.opened(query_only=True)
        self._local.kept = (opened, self._file.current)
        return opened
