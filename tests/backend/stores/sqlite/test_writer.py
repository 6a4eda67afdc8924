"""The writing thread outlives whatever goes wrong in it, its own error path included."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kampyn_perf.backend.domain import UnavailableError
from kampyn_perf.backend.store_settings import SqliteSettings
from kampyn_perf.backend.stores.sqlite.database import WorkerDatabase
from kampyn_perf.backend.stores.sqlite.store import prepare
from tests.backend.stores.conftest import Queries

NOTE = "INSERT INTO meta VALUES (?, 'x')"


def note(name: str) -> Callable[[sqlite3.Connection], None]:
    def work(connection: sqlite3.Connection) -> None:
        connection.execute(NOTE, (name,))

    return work


def lose_the_transaction(connection: sqlite3.Connection) -> None:
    """As SQLite does on a full disk: there is no savepoint to go back to."""
    connection.execute("ROLLBACK")
    raise sqlite3.OperationalError("database or disk is full")


def lose_the_connection(connection: sqlite3.Connection) -> None:
    """Nothing can be undone on it."""
    connection.close()
    raise RuntimeError("bad")


def take_the_savepoint(connection: sqlite3.Connection) -> None:
    """The rollback of this one fails, and that of the group must follow."""
    connection.execute("RELEASE job")
    raise RuntimeError("bad")


@pytest.mark.parametrize("bad", [lose_the_transaction, lose_the_connection, take_the_savepoint])
def test_a_failure_while_a_failure_is_undone_ends_nothing(
    tmp_path: Path, bad: Callable[[sqlite3.Connection], None]
) -> None:
    path = tmp_path / "x.db"
    prepare(path, SqliteSettings())

    async def check() -> list[Any]:
        database = WorkerDatabase(path=path, settings=SqliteSettings(), metrics=Queries())
        database.open()
        await database.write("meta", "insert", note("before"))
        together = [note("with"), bad, note("behind")]
        outcomes = await asyncio.gather(
            *(database.write("meta", "insert", work) for work in together), return_exceptions=True
        )
        assert isinstance(outcomes[1], UnavailableError)
        await database.write("meta", "insert", note("after"))
        await database.close()
        return [outcomes[0], outcomes[2]]

    outcomes = asyncio.run(check())
    connection = sqlite3.connect(path)
    there = {row[0] for row in connection.execute("SELECT name FROM meta")}
    connection.close()
    assert {"before", "after"} <= there
    # Those of its group are done and told so, or not done and told so.
    for name, outcome in zip(("with", "behind"), outcomes, strict=True):
        assert (name in there) is (outcome is None), (name, outcome)
