"""What only SQLite has: a write lock that others may hold, and reads that could hold up a loop."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kampyn_perf.backend.domain import Draft, UnavailableError
from kampyn_perf.backend.ports import Store
from kampyn_perf.backend.store_settings import SqliteSettings, StoreSettings
from kampyn_perf.backend.stores.sqlite.database import Query, WorkerDatabase
from kampyn_perf.backend.stores.sqlite.store import prepare
from tests.backend.stores.conftest import Case, Queries


def draft(order_id: str) -> Draft:
    return Draft(
        order_id=order_id,
        user_id="user123",
        vendor_id="vendor123",
        lines={"item123": 1},
        created_at=datetime.now(UTC),
    )


@pytest.fixture
def impatient(tmp_path: Path) -> Case:
    settings = StoreSettings(sqlite=SqliteSettings(lock_timeout="300ms"))
    case = Case(f"sqlite:///{tmp_path / 'shop.db'}", settings)
    case.seed()
    return case


@contextmanager
def write_lock(case: Case) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(
        case.url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False
    )
    connection.execute("BEGIN IMMEDIATE")
    yield connection
    connection.close()


def test_a_write_waits_for_a_foreign_one(tmp_path: Path) -> None:
    case = Case(f"sqlite:///{tmp_path / 'shop.db'}", StoreSettings())
    case.seed()

    async def check(store: Store) -> None:
        with write_lock(case) as lock:
            placing = asyncio.create_task(store.orders.place(draft("waited")))
            assert await store.users.get("user123")  # readers do not wait
            await asyncio.sleep(0)
            threading.Thread(target=lambda: lock.execute("COMMIT")).start()
            assert (await placing).order["_id"] == "waited"

    case.run(check)


def test_a_lock_that_stays_is_a_503_in_our_own_words_and_nothing_is_done_later(
    impatient: Case,
) -> None:
    async def check(store: Store) -> None:
        with write_lock(impatient) as lock:
            with pytest.raises(UnavailableError) as caught:
                await store.orders.place(draft("refused"))
            assert "locked" not in caught.value.message
            lock.execute("COMMIT")
        await store.orders.place(draft("next"))
        assert await store.orders.get("refused") is None
        assert await store.orders.get("next") is not None

    impatient.run(check)


def test_one_failing_write_undoes_itself_alone_in_a_group(tmp_path: Path) -> None:
    case = Case(f"sqlite:///{tmp_path / 'shop.db'}", StoreSettings())
    case.seed()

    async def check(store: Store) -> None:
        drafts = [draft(f"o{number % 15}") for number in range(20)]  # five ids stand twice
        outcomes = await asyncio.gather(
            *(store.orders.place(one) for one in drafts), return_exceptions=True
        )
        assert sum(isinstance(one, sqlite3.IntegrityError) for one in outcomes) == 5
        for number in range(15):
            assert await store.orders.get(f"o{number}") is not None

    case.run(check)


def test_a_long_read_leaves_the_loop_free(tmp_path: Path) -> None:
    endless = Query(
        "x",
        "count",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)"
        " SELECT COUNT(*) FROM n",
    )

    async def check() -> int:
        queries = Queries()
        path = tmp_path / "x.db"
        prepare(path, SqliteSettings())
        database = WorkerDatabase(path=path, settings=SqliteSettings(), metrics=queries)
        database.open()
        ticks = 0
        reading = asyncio.create_task(database.read(endless))
        while not reading.done():
            ticks += 1
            await asyncio.sleep(0.001)
        assert await reading == [(1_000_000,)]
        assert queries == [("x", "count")]
        await database.close()
        return ticks

    assert asyncio.run(check()) >= 3  # one, if the loop had been held up all the time
