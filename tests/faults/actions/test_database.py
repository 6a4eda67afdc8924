"""The writer's lock, held by somebody else: real SQLite."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kampyn_perf.faults.actions.database import Lock, MovedAway, SlowWrites, Stall
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


def can_read(path: Path) -> bool:
    """Waits for some 10 s, as SQLite does."""
    with closing(sqlite3.connect(path, timeout=0)) as connection:
        try:
            return connection.execute("select count(*) from t").fetchone() is not None
        except sqlite3.OperationalError:
            return False


def test_in_a_stall_reads_and_writes_wait_for_its_end(path):
    stall = Stall(path)
    stall.begin()
    answers: list[bool] = []
    asking = [
        threading.Thread(target=lambda ask=ask: answers.append(ask(path)))
        for ask in (can_read, can_write)
    ]
    for one in asking:
        one.start()
    asking[0].join(0.3)
    assert all(one.is_alive() for one in asking)
    stall.end()
    for one in asking:
        one.join(20)
    assert answers == [True, True]
    stall.end()


def test_who_reads_keeps_a_stall_from_beginning_only_for_that_long(path):
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("begin")
        reader.execute("select * from t").fetchall()
        stall = Stall(path)
        beginning = threading.Thread(target=stall.begin)
        beginning.start()
        beginning.join(0.2)
        assert beginning.is_alive()
        reader.execute("commit")
        beginning.join(20)
        assert not beginning.is_alive()
        stall.end()


def test_a_stall_of_what_nobody_has_open_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        Stall(tmp_path / "none.db").begin()


def test_a_file_that_is_away_comes_back_and_replaces_nothing(path):
    away = MovedAway(path)
    away.begin()
    assert not path.exists()
    path.write_text("another")
    with pytest.raises(FileExistsError):
        away.end()
    assert path.read_text() == "another"
    path.unlink()
    away.traces.undo()
    away.end()
    assert can_write(path)
    assert [one.name for one in path.parent.iterdir() if "away" in one.name] == []
