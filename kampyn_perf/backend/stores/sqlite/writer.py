"""The writes of one worker: one thread commits all that wait together.

Whatever fails in a group fails the requests of that group alone. The thread never ends by it.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from kampyn_perf.backend.domain import UnavailableError
from kampyn_perf.backend.stores.sqlite.connection import code_of, is_failure, unavailable
from kampyn_perf.backend.stores.sqlite.store_file import Identity, StoreFile

Work = Callable[[sqlite3.Connection], Any]
_PASSING = frozenset((sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY))
"""Failures after which the same connection works again."""
_FRESH = 0.01
"""Seconds for which a look at the file is good."""
_GROUP = 64
"""Writes that one commit may carry."""


@dataclass
class Job:
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


class Writer:
    """The thread. `start` and `stop` belong to the event loop."""

    def __init__(self, file: StoreFile) -> None:
        self._file = file
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._connection: sqlite3.Connection | None = None
        self._of: Identity | None = None
        self._looked_at = float("-inf")

    def start(self) -> None:
        """From now on."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="sqlite-write", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """Let the writes that wait be done."""
        if self._thread is None:
            return
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)
        self._thread = None
        if self._connection is not None:
            self._connection.close()

    def put(self, job: Job) -> None:
        """Have it done."""
        self._jobs.put(job)

    def _run(self) -> None:
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
            with suppress(RuntimeError):  # the loop is closed: nobody waits
                self._loop.call_soon_threadsafe(_settle, group)
            if last:
                return

    def _write_group(self, group: list[Job]) -> None:
        try:
            with self._file.turn():
                connection = self._current_connection()
                self._commit(connection, group)
                if self._file.changed():  # committed, but to a file that is gone
                    raise UnavailableError("The store's file was replaced.")
                self._looked_at = time.monotonic()
        except Exception as error:  # noqa: BLE001 - the group as a whole could not begin or commit
            failure = unavailable(error)
            for job in group:
                job.error = failure
            if code_of(error) not in _PASSING:
                self._reconnect_later()

    def _current_connection(self) -> sqlite3.Connection:
        """Where the last group has just looked at the file, one more look would cost each write 5 %
        for nothing but these milliseconds; what is committed is acknowledged only after another."""
        if time.monotonic() - self._looked_at > _FRESH and self._file.changed():
            self._file.refresh()
        if self._connection is not None and self._of != self._file.current:
            self._file.abandon(self._connection)
            self._connection = None
        if self._connection is None:
            self._connection = self._file.opened()
            self._of = self._file.current
        return self._connection

    def _reconnect_later(self) -> None:
        """What failed once (a file that could only be read) is opened anew for the next group."""
        if self._connection is None:
            return
        self._looked_at = float("-inf")
        if self._of != self._file.current or self._file.changed():
            self._file.abandon(self._connection)
        else:
            with suppress(sqlite3.Error):
                self._connection.close()
        self._connection = None

    def _commit(self, connection: sqlite3.Connection, group: list[Job]) -> None:
        try:
            connection.execute("BEGIN IMMEDIATE")
            for job in group:
                if job.claim():
                    job.began = time.perf_counter()
                    _write_one(connection, job)
            connection.execute("COMMIT")
        except BaseException:
            # Some errors, a full disk among them, have undone the transaction already.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _write_one(connection: sqlite3.Connection, job: Job) -> None:
    connection.execute("SAVEPOINT job")
    try:
        job.result = job.work(connection)
    except Exception as error:
        if not connection.in_transaction:
            raise  # all of the group is undone, not this one alone
        job.error = unavailable(error) if is_failure(error) else error
        connection.execute("ROLLBACK TO job")
    connection.execute("RELEASE job")


def _settle(group: list[Job]) -> None:
    for job in group:
        job.settle()
