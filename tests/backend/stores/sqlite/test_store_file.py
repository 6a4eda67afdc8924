"""A store whose file is replaced, gone, or can only be read, while workers have it open."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import stat
import subprocess
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kampyn_perf.backend.audit import audit
from kampyn_perf.backend.domain import Draft, UnavailableError
from kampyn_perf.backend.ports import Store
from kampyn_perf.backend.store_settings import StoreSettings
from tests.backend.faults.conftest import SmallDisk, disk
from tests.backend.stores.conftest import Case

__all__ = ["disk"]


def seeded(folder: Path) -> Case:
    case = Case(f"sqlite:///{folder / 'shop.db'}", StoreSettings())
    case.seed()
    return case


def file_of(case: Case) -> Path:
    return Path(case.url.removeprefix("sqlite:///"))


async def order(store: Store, order_id: str) -> None:
    await store.orders.place(
        Draft(
            order_id=order_id,
            user_id="user123",
            vendor_id="vendor123",
            lines={"item123": 1},
            created_at=datetime.now(UTC),
        )
    )


async def eventually(work: Callable[[], Awaitable[object]]) -> None:
    """It works again by itself; reads look at the file every 0.1 s."""
    for _ in range(200):
        try:
            await work()
        except UnavailableError:
            await asyncio.sleep(0.02)
        else:
            return
    await work()


def test_a_file_that_is_gone_is_not_made_again(tmp_path: Path) -> None:
    case = seeded(tmp_path)
    away = tmp_path / "away.db"

    async def check(store: Store) -> None:
        await order(store, "before")
        await asyncio.sleep(0.02)  # the writer's last look at the file is good for 10 ms
        file_of(case).rename(away)
        with pytest.raises(UnavailableError, match="gone"):
            await order(store, "lost")
        await asyncio.sleep(0.15)
        with pytest.raises(UnavailableError, match="gone"):
            await store.users.get("user123")
        with pytest.raises(UnavailableError, match="gone"):
            await store.ping()
        with pytest.raises(UnavailableError, match="gone"):
            await store.check_write()
        assert not file_of(case).exists()
        away.rename(file_of(case))
        await eventually(store.ping)
        assert await store.orders.get("before") is not None
        assert await store.orders.get("lost") is None
        await order(store, "after")

    case.run(check)
    report = audit(case.url, case.settings)
    assert (report.ok, report.orders) == (True, 2)


def test_a_replaced_file_is_taken_up_by_every_worker_and_its_log_survives_them(
    tmp_path: Path,
) -> None:
    """The old file's log is not read into the new one, and nobody removes the new one's log."""
    case = seeded(tmp_path)
    copy = tmp_path / "copy.db"
    shutil.copy(file_of(case), copy)  # as seeded: everything is in the file itself

    async def check() -> None:
        first, second = case.open(), case.open()
        for store in (first, second):
            await store.open()
            await order(store, f"old{store is first}")
        copy.replace(file_of(case))
        await asyncio.sleep(0.15)
        for store in (first, second):
            await eventually(store.ping)
            assert await store.orders.get("oldTrue") is None
        await order(first, "new1")
        await order(second, "new2")
        await first.close()
        assert await second.orders.get("new1") is not None
        await second.close()

    asyncio.run(check())
    report = audit(case.url, case.settings)
    assert (report.ok, report.orders) == (True, 2), report.findings
    connection = sqlite3.connect(file_of(case))
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


def test_a_file_of_somebody_else_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    case = seeded(tmp_path)
    other = tmp_path / "other.db"
    other.write_bytes(b"no database " * 100)

    async def check(store: Store) -> None:
        await store.ping()
        other.replace(file_of(case))
        with pytest.raises(UnavailableError, match="no database"):
            await order(store, "lost")
        assert file_of(case).read_bytes() == b"no database " * 100

    case.run(check)


def test_a_seeded_file_is_its_owners_alone(tmp_path: Path) -> None:
    case = seeded(tmp_path)
    case.run(lambda store: order(store, "one"))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert set(modes.values()) == {0o600}, modes


def test_a_read_only_file_system_and_back(disk: SmallDisk) -> None:
    case = seeded(disk.root)
    case.run(lambda store: order(store, "before"))

    async def check(store: Store) -> None:
        assert await store.users.get("user123")
        with pytest.raises(UnavailableError, match="can only be read"):
            await order(store, "refused")
        assert await store.orders.get("before") is not None
        disk.remount("rw")
        await eventually(lambda: order(store, "after"))

    disk.remount("ro")
    try:
        case.run(check)
    finally:
        subprocess.run(["mount", "-o", "remount,rw", disk.root], check=True)
    report = audit(case.url, case.settings)
    assert (report.ok, report.orders) == (True, 2), report.findings
