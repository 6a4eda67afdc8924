"""kill -9 between any two steps of placing an order: it stands whole afterwards, or never was.

Tests `kampyn_perf/backend/stores/mongo/place_order.py`,
`kampyn_perf/backend/stores/mongo/recovery.py` and
`kampyn_perf/backend/stores/sqlite/place_order.py`.
"""

from __future__ import annotations

import signal
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from kampyn_perf.backend.audit import audit
from kampyn_perf.backend.domain import Draft, Kind, OutOfStockError, UnavailableError
from kampyn_perf.backend.ids import new_id
from kampyn_perf.backend.ports import Store
from kampyn_perf.backend.seeding import generate
from kampyn_perf.backend.stores.mongo.store import MongoStore
from tests.backend.conftest import SMALL
from tests.backend.stores import crashing
from tests.backend.stores.conftest import Case
from tests.forked_function import Function

MINE = [
    item["_id"]
    for kind in (Kind.RETAIL, Kind.PRODUCE)
    for item in generate.items(SMALL, kind)
    if item["vendorId"] == "vendor123"
]


def die_at_each_step(case: Case, cart: dict[str, int]) -> dict[str, str]:
    """One user for each step, all at once: the step that was their process's last one."""
    process = Function(crashing.run, case.url, case.settings.model_dump_json(), cart)
    said, wrong = process.communicate(timeout=100)
    assert process.returncode == 0, wrong
    (user, steps, signalled), *others = orjson.loads(said)
    assert (user, signalled) == ("user1000", 0)
    assert len(others) == len(steps)
    for name, (_user, reached, signalled) in zip(steps, others, strict=True):
        assert (reached[-1], signalled) == (name, signal.SIGKILL)
    return {user: name for name, (user, _reached, _signalled) in zip(steps, others, strict=True)}


async def recover(store: Store) -> None:
    if isinstance(store, MongoStore):
        await store.recovery.recover(lease=timedelta(0))
        assert not await store.recovery.recover(lease=timedelta(0))  # there is nothing left to do


async def undo_everything(store: Store) -> None:
    """Also what has begun just now."""
    assert isinstance(store, MongoStore)
    assert await store.recovery.recover(lease=timedelta(seconds=-5))


async def carted(store: Store, user: str) -> dict[str, int]:
    return {line["itemId"]: line["quantity"] for line in await store.carts.get(user)}


def test_no_crash_loses_or_invents_anything(case: Case) -> None:
    """And the same key afterwards gives the order that stands, or the one that never came to be."""
    cart = {MINE[0]: 2, MINE[1]: 3}
    users = die_at_each_step(case, cart)
    assert {"created", "committed", f"taken {MINE[0]}"} <= set(users.values())
    left = case.run(lambda store: settle(store, users))
    report = audit(case.url, case.settings)
    assert report.ok, report.findings
    # What was in a cart is ordered or still there; nothing in between.
    assert all(one in ({}, cart) for one in left.values()), left
    placed = [users[user] for user, one in left.items() if one == {}]
    assert "committed" in placed
    assert (report.orders, report.units_sold) == (1 + len(placed), 5 * (1 + len(placed)))
    again = case.run(lambda store: everybody_twice(store, users))
    assert all(first == second for first, second in again.values()), again
    report = audit(case.url, case.settings)
    assert report.ok, report.findings
    assert (report.orders, report.units_sold) == (1 + len(users), 5 * (1 + len(users)))


async def everybody_twice(store: Store, users: Iterable[str]) -> dict[str, list[str]]:
    return {user: await twice(store, user) for user in users}


async def twice(store: Store, user: str) -> list[str]:
    """The ids of what the same key gives, asked for two times."""
    drafts = [
        Draft(
            order_id=new_id(),
            user_id=user,
            vendor_id="vendor123",
            lines={},
            created_at=datetime.now(UTC),
            key="key",
            fingerprint="f",
        )
        for _ in range(2)
    ]
    return [(await store.orders.place(draft)).order["_id"] for draft in drafts]


async def settle(store: Store, users: Iterable[str]) -> dict[str, dict[str, int]]:
    """Recover; then what each user's cart holds."""
    await recover(store)
    return {user: await carted(store, user) for user in users}


@pytest.mark.mongo
@pytest.mark.parametrize("case", ["mongo"], indirect=True)
def test_a_crash_while_undoing_undoes_it_all_the_same(case: Case) -> None:
    """An order that is refused has to give back what it had claimed."""

    async def empty(store: Store) -> None:
        change = {"itemId": MINE[1], "quantity": -SMALL.stock}
        for kind in Kind:
            await store.items.add_stock(kind, [change], None)

    case.run(empty)
    cart = {MINE[0]: 2, MINE[1]: 1}
    users = die_at_each_step(case, cart)
    left = case.run(lambda store: settle(store, users))
    assert left == dict.fromkeys(users, cart)
    report = audit(case.url, case.settings)
    assert (report.ok, report.orders) == (True, 0), report.findings


@pytest.mark.mongo
@pytest.mark.parametrize("case", ["mongo"], indirect=True)
def test_a_late_commit_misses_what_recovery_has_undone(case: Case) -> None:
    """A process that stalls past the lease while somebody recovers takes nothing with it."""

    def stall(name: str) -> None:
        if name == "created":
            with ThreadPoolExecutor(1) as other:  # this event loop stands still until it is done
                other.submit(case.run, undo_everything).result()

    async def check(store: Store) -> None:
        await store.carts.add("user1000", MINE[0], None, 2)
        with pytest.raises(UnavailableError, match="too long"):
            await store.orders.place(
                Draft(
                    order_id="late",
                    user_id="user1000",
                    vendor_id="vendor123",
                    lines={},
                    created_at=datetime.now(UTC),
                )
            )
        assert await carted(store, "user1000") == {MINE[0]: 2}

    case.run(check, step=stall)
    report = audit(case.url, case.settings)
    assert (report.ok, report.orders) == (True, 0), report.findings


def test_an_audit_sees_what_is_broken(case: Case) -> None:
    async def order(store: Store) -> None:
        draft = Draft(
            order_id="mine",
            user_id="user1000",
            vendor_id="vendor123",
            lines={MINE[0]: 2},
            created_at=datetime.now(UTC),
        )
        await store.orders.place(draft)
        with pytest.raises(OutOfStockError):
            await store.orders.place(
                Draft(
                    order_id="much",
                    user_id="user1000",
                    vendor_id="vendor123",
                    lines={MINE[0]: 10**9},
                    created_at=datetime.now(UTC),
                )
            )

    case.run(order)
    whole = audit(case.url, case.settings)
    assert (whole.ok, whole.orders, whole.units_sold) == (True, 1, 2)
    remove_order(case, "mine")
    report = audit(case.url, case.settings)
    assert [one.invariant for one in report.findings] == ["what was stocked is sold or still there"]
    [text] = report.findings[0].examples
    stock = SMALL.stock
    assert text == f"{MINE[0]}: {stock} stocked, 0 sold, {stock - 2} left"


def remove_order(case: Case, order_id: str) -> None:
    """As nobody should: behind the backend's back."""
    if case.url.startswith("sqlite"):
        import sqlite3

        with sqlite3.connect(case.url.removeprefix("sqlite:///")) as connection:
            connection.execute("DELETE FROM orders WHERE _id = ?", (order_id,))
        connection.close()
        return
    from kampyn_perf.backend.stores.mongo.connection import connect_sync

    client, database = connect_sync(case.url, case.settings.mongo)
    database["orders"].delete_one({"_id": order_id})
    client.close()
