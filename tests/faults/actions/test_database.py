"""The writer's lock, held by somebody else: real SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kampyn_perf.faults.actions.database import Lock, SlowWrites
from tests.cli.program import wait_for


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    """In use, as a backend has it: the last connection to close takes all locks for a moment."""
    made = tmp_path / "a b.db"
    with closing(sqlite3.connect(made)) as connection:
        connection.execute("pragma journal_mode=wal")
        connection.execute("create table t (n)")
        yield made


def can_write(path: Path) -> bool:
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
        assert connection.execute("select count(*) from t").fetchone() is not None  # reads go on
        try:
            connection.execute("begin immediate")
        except sqlite3.OperationalError:
            return False
        connection.execute("rollback")
        return True


def test_nobody_writes_until_the_end(path):
    lock = Lock(path)
    lock.begin()
    assert not can_write(path)
    lock.end()
    assert can_write(path)
    lock.end()


def test_slow_holds_and_frees_again_and_again(path):
    slow = SlowWrites(path, by_us=20_000)
    slow.begin()
    try:
        wait_for(lambda: not can_write(path))
        wait_for(lambda: can_write(path))
        wait_for(lambda: not can_write(path))
    finally:
        slow.end()
    assert can_write(path)


def test_a_database_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(sqlite3.OperationalError):
        Lock(tmp_path / "none.db").begin()
    assert not (tmp_path / "none.db").exists()
