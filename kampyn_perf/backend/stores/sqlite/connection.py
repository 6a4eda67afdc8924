"""Opening an SQLite file, and what its errors mean to a client."""

from __future__ import annotations

import logging
import sqlite3
from enum import StrEnum
from pathlib import Path

from kampyn_perf.backend.domain import UnavailableError
from kampyn_perf.backend.store_settings import SqliteSettings

_log = logging.getLogger("kampyn.sqlite")

FAILURES = (sqlite3.OperationalError, sqlite3.InternalError, sqlite3.DatabaseError)
"""Exactly these are of the database. Their other subclasses are the statement's."""
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
    path: Path,
    settings: SqliteSettings,
    access: Access,
    *,
    query_only: bool = False,
    immutable: bool = False,
) -> sqlite3.Connection:
    """A connection with our pragmas, in autocommit, usable from any one thread at a time.

    `immutable`: nobody can change the file, so SQLite needs no log and no locks to read it.
    """
    options = f"mode={access.value}" + ("&immutable=1" if immutable else "")
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{options}",
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


def is_failure(error: BaseException) -> bool:
    """Whether the database failed, and not the statement."""
    return type(error) in FAILURES


def code_of(error: BaseException) -> int:
    """SQLite's primary code; the extended ones have it in their lowest byte."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def unavailable(error: BaseException) -> UnavailableError:
    """What a client gets; what SQLite said (`database is locked`) is for the log."""
    if isinstance(error, UnavailableError):
        return error
    _log.error("SQLite: %s", error)
    return UnavailableError(_REASONS.get(code_of(error), "The store does not answer."))
