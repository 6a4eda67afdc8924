"""The file of a store as one worker sees it: which one it is, and the turn to write to it.

A file may be replaced while workers run: moved away, or restored from a copy. Then connections that
are open go on with the one that is gone, and what they write is lost. So each user of a connection
asks `StoreFile` whether it is still that of the current file, and opens another one if not.

Two traps of SQLite's write-ahead log, which is found by its name (sqlite.org/howtocorrupt.html,
"unlinking or renaming a database file while in use"): a log that the old file left behind would be
taken for the new one's, so it is removed first; and the last connection to the old file would
remove the new one's log when it is closed, so such connections are never closed.
"""

from __future__ import annotations

import ctypes
import fcntl
import logging
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from kampyn_perf.backend.domain import UnavailableError
from kampyn_perf.backend.store_settings import SqliteSettings
from kampyn_perf.backend.stores.sqlite import schema
from kampyn_perf.backend.stores.sqlite.connection import Access, connect, unavailable

_log = logging.getLogger("kampyn.sqlite")


class Identity(NamedTuple):
    """Which file it is, and whether its file system can only be read."""

    device: int
    inode: int
    read_only: bool


class StoreFile:
    """See the module. May be used from any thread."""

    def __init__(self, path: Path, settings: SqliteSettings) -> None:
        self._path = path
        self._settings = settings
        self._lock_file: int | None = None
        self._thread_lock = threading.Lock()
        self._log_of_current: Identity | None = None
        self.current: Identity | None = None
        """The file that connections should be of; None before the first `refresh`."""

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One worker at a time, by a lock on a file beside the store, which ends with its process.

        Unlike SQLite's own lock, which is polled with growing sleeps, it wakes the next at once.
        """
        with self._thread_lock:
            lock_file = self._opened_lock_file()
            fcntl.flock(lock_file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(lock_file, fcntl.LOCK_UN)

    def changed(self) -> bool:
        """Whether another file has the name now, or none, or one that could only be read can be
        written. Asked for each write, so it looks at nothing else."""
        current = self.current
        if current is None:
            return True
        if current.read_only:
            return _identity(self._path) != current
        try:
            status = self._path.stat()
        except OSError:
            return True
        return status.st_ino != current.inode or status.st_dev != current.device

    def refresh(self) -> None:
        """Take up the file that has the name now; to be called in one's turn.

        Raises UnavailableError where there is none, or one that is no store.
        """
        identity = _identity(self._path)
        if identity is None:
            raise UnavailableError("The store's file is gone.")
        if self.current is not None and identity[:2] != self.current[:2]:
            _log.error("The store's file was replaced: %s", self._path)
            self._remove_old_log()
        try:
            connection = self._connect(identity, query_only=True)
            try:
                [(version,)] = connection.execute("PRAGMA user_version").fetchall()
                connection.execute("SELECT 1 FROM meta LIMIT 1").fetchall()
            finally:
                connection.close()
        except sqlite3.Error as error:
            raise unavailable(error) from error
        if version != schema.VERSION:
            raise UnavailableError("The store's file is no store of this version.")
        self.current = identity

    def opened(self, *, query_only: bool = False) -> sqlite3.Connection:
        """A connection to the file that has the name now."""
        connection = self._connect(self.current, query_only=query_only)
        connection.execute("PRAGMA user_version").fetchall()  # opens the log
        self._log_of_current = _identity(self._log_path) or self._log_of_current
        return connection

    def _connect(self, file: Identity | None, *, query_only: bool) -> sqlite3.Connection:
        """Where a log can neither be made nor is there one, the file alone is read."""
        immutable = file is not None and file.read_only and not self._log_path.exists()
        return connect(
            self._path, self._settings, Access.WRITE, query_only=query_only, immutable=immutable
        )

    def abandon(self, connection: sqlite3.Connection) -> None:
        """Let go of a connection to a file that was replaced, without closing it, even at exit."""
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(connection))

    def close(self) -> None:
        """Let go of the lock's file."""
        if self._lock_file is not None:
            os.close(self._lock_file)
            self._lock_file = None

    @property
    def _log_path(self) -> Path:
        return self._path.with_name(self._path.name + "-wal")

    def _remove_old_log(self) -> None:
        log = _identity(self._log_path)
        if log is not None and log == self._log_of_current:
            for ending in ("-wal", "-shm"):
                with suppress(OSError):
                    self._path.with_name(self._path.name + ending).unlink()

    def _opened_lock_file(self) -> int:
        if self._lock_file is None:
            name = f"{self._path}.lock"
            try:
                self._lock_file = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except OSError:  # read-only: for locking that is enough
                self._lock_file = os.open(name, os.O_RDONLY | os.O_CLOEXEC)
        return self._lock_file


def _identity(path: Path) -> Identity | None:
    try:
        status, system = path.stat(), os.statvfs(path)
    except OSError:
        return None
    return Identity(status.st_dev, status.st_ino, bool(system.f_flag & os.ST_RDONLY))
