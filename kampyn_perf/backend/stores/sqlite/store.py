"""The embedded store as a whole."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from pathlib import Path

from kampyn_perf.backend.domain import UnavailableError
from kampyn_perf.backend.ports import QueryMetrics, Step
from kampyn_perf.backend.store_settings import NAME_A_STORE, SqliteSettings
from kampyn_perf.backend.stores.sqlite import schema
from kampyn_perf.backend.stores.sqlite.accounts import SqliteUsers, SqliteVendors
from kampyn_perf.backend.stores.sqlite.carts import SqliteCarts
from kampyn_perf.backend.stores.sqlite.connection import Access, connect
from kampyn_perf.backend.stores.sqlite.database import Query, WorkerDatabase
from kampyn_perf.backend.stores.sqlite.items import SqliteItems
from kampyn_perf.backend.stores.sqlite.orders import SqliteOrders
from kampyn_perf.errors import KampynError, UnreachableError

_CHECK = "INSERT INTO meta VALUES ('checked', ?) ON CONFLICT DO UPDATE SET value = excluded.value"
_PING = Query("meta", "ping", "SELECT COUNT(*) FROM meta")


class SqliteStore:
    """See `ports.Store`."""

    def __init__(
        self,
        *,
        path: Path,
        settings: SqliteSettings,
        metrics: QueryMetrics,
        step: Step = lambda _name: None,
    ) -> None:
        self._database = WorkerDatabase(path=path, settings=settings, metrics=metrics)
        self.users = SqliteUsers(database=self._database)
        self.items = SqliteItems(database=self._database)
        self.vendors = SqliteVendors(database=self._database)
        self.carts = SqliteCarts(database=self._database)
        self.orders = SqliteOrders(database=self._database, step=step)

    async def open(self) -> None:
        self._database.open()

    async def close(self) -> None:
        await self._database.close()

    async def ping(self) -> None:
        """That the file can be read."""
        try:
            async with asyncio.timeout(1):
                await self._database.read_long(_PING)
        except TimeoutError as error:
            raise UnavailableError from error

    async def check_write(self) -> None:
        """Write: only so does a full disk show."""
        now = str(time.time())
        await self._database.write(
            "meta", "checkWrite", lambda connection: connection.execute(_CHECK, (now,)).rowcount
        )


def path_of(url: str) -> Path:
    """The file of a `sqlite:///path` URL."""
    return Path(url.removeprefix("sqlite:///"))


def prepare(path: Path, settings: SqliteSettings) -> None:
    """Make the file and its tables. Raises KampynError where that cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # hashes of passwords are in it; the log beside it gets the same
        connection = connect(path, settings, Access.CREATE)
        try:
            _check_version(connection, path)
            schema.create_tables(connection)
        finally:
            connection.close()
    except (OSError, sqlite3.Error) as error:
        raise UnreachableError(
            f"cannot use {path} as the store: {error}",
            hint=f"Choose another file, as sqlite:///path, with {NAME_A_STORE}.",
        ) from error


def _check_version(connection: sqlite3.Connection, path: Path) -> None:
    [(version,)] = connection.execute("PRAGMA user_version").fetchall()
    if version not in (0, schema.VERSION):
        age = "a newer" if version > schema.VERSION else "an older"
        raise KampynError(
            f"{path} was made by {age} version (tables {version}, known {schema.VERSION})",
            hint="Choose another --state, or delete the file: it is made and seeded again.",
        )
