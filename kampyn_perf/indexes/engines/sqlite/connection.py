"""One SQLite file: statements out, rows or the port's errors back."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from kampyn_perf.errors import KampynError, UnreachableError
from kampyn_perf.indexes.model.ports import DUPLICATE_KEY, ServerRefusal

BUSY_SECONDS = 30.0
"""How long to wait for another process's write: a backend under load has many short ones."""
BUSY_PIECE_SECONDS = 0.2
READ_ONLY = 13
OUT_OF_DISK = 14031


class SqliteConnection:
    """A file that must exist; opened on first use, usable from one thread at a time."""

    def __init__(self, *, path: Path) -> None:
        self.path = path
        self._opened: sqlite3.Connection | None = None

    def rows(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> list[sqlite3.Row]:
        """Every row of one statement."""
        with self.answers():
            return self._execute(sql, values).fetchall()

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """One statement that changes something; how many rows it changed."""
        with self.answers():
            return self._execute(sql, values).rowcount

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing; SQLite's DDL takes part."""
        self.run("BEGIN IMMEDIATE")
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            if self._opened is not None and self._opened.in_transaction:
                self._opened.execute("ROLLBACK")
            raise

    def copy_to(self, path: Path) -> None:
        """A consistent copy of the whole file, also while others write."""
        with self.answers(), closing(sqlite3.connect(path)) as target:
            self._open().backup(target)

    def close(self) -> None:
        if self._opened is not None:
            # A build may still run in a thread that nobody waits for: it is rolled back.
            self._opened.interrupt()
            self._opened.close()
            self._opened = None

    def _execute(self, sql: str, values: Sequence[Any] | dict[str, Any]) -> sqlite3.Cursor:
        """Waits for other writers in short pieces: inside SQLite, Ctrl-C would not be heard."""
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            connection = self._open()
            try:
                return connection.execute(sql, values)
            except sqlite3.OperationalError as error:
                busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                if not busy or connection.in_transaction or time.monotonic() > deadline:
                    raise

    def _open(self) -> sqlite3.Connection:
        if self._opened is None:
            if not self.path.is_file():
                raise UnreachableError(
                    f"there is no SQLite store at {self.path}",
                    hint="`kampyn-perf backend seed` makes and fills one.",
                )
            connection = sqlite3.connect(
                self.path, timeout=BUSY_PIECE_SECONDS, isolation_level=None, check_same_thread=False
            )
            connection.row_factory = sqlite3.Row
            self._opened = connection
        return self._opened

    @contextmanager
    def answers(self) -> Iterator[None]:
        """Translate SQLite's errors inside the block."""
        try:
            yield
        except sqlite3.IntegrityError as error:
            raise ServerRefusal(DUPLICATE_KEY, str(error)) from None
        except sqlite3.DatabaseError as error:
            raise self._meaning(error) from None

    def _meaning(self, error: sqlite3.DatabaseError) -> Exception:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            return KampynError(f"{self.path} is not a sound SQLite file: {error}")
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return UnreachableError(
                f"{self.path} is busy: another process has been writing for {BUSY_SECONDS:.0f} s",
                hint="Run the command again when it is done.",
            )
        if code == sqlite3.SQLITE_CANTOPEN:
            return UnreachableError(f"cannot open {self.path}: {error}")
        if code == sqlite3.SQLITE_READONLY:
            return ServerRefusal(READ_ONLY, f"{self.path} is read-only")
        if code == sqlite3.SQLITE_FULL:
            return ServerRefusal(OUT_OF_DISK, f"the disk of {self.path} is full")
        return ServerRefusal(1, str(error))
