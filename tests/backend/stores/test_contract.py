"""What every store must do: the same values, the same errors, the same under concurrency.

Tests `ports.py`, `domain.py`, `ids.py`, `times.py` and `store_settings.py` of
`kampyn_perf/backend`, and `kampyn_perf/backend/stores/mongo` and
`kampyn_perf/backend/stores/sqlite`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from kampyn_perf.backend.domain import (
    ACTIVE,
    MAX_IN_CART,
    SEEDED_UNTIL,
    BulkResult,
    Draft,
    EmptyCartError,
    KeyReusedError,
    Kind,
    OrderStatus,
    OutOfStockError,
    Placed,
    Rejected,
    ShopError,
)
from kampyn_perf.backend.ids import new_id
from kampyn_perf.backend.ports import Store
from kampyn_perf.backend.seeding import generate
from kampyn_perf.backend.seeding.load import SeedOutcome
from tests.backend.conftest import SMALL
from tests.backend.stores.conftest import (
    Case,
    in_transactions_too,
    without_indexes_too,
)

NOW = datetime(2025, 10, 2, 12, 0, 0, 123_000, tzinfo=UTC)
RETAILS = [item for item in generate.items(SMALL, Kind.RETAIL) if item["uniId"] == "123"]
ORDERS = list(generate.orders(SMALL))


def plain(value: Any) -> Any:
    """As a client reads it."""
    return orjson.loads(orjson.dumps(value, option=orjson.OPT_UTC_Z))


def draft(lines: dict[str, int] | None = None, **given: Any) -> Draft:
    return Draft(
        **{
            "order_id": new_id(),
            "user_id": "user123",
            "vendor_id": "vendor123",
            "lines": lines or {},
            "created_at": NOW,
            **given,
        }
    )


async def stock(store: Store, item_id: str) -> int:
    """What is left, by what can no longer be ordered."""
    try:
        await store.orders.place(draft({item_id: 10**9}))
    except OutOfStockError as error:
        return int(error.details[0]["available"])
    raise AssertionError("a billion were there")


async def set_stock(store: Store, item_id: str, quantity: int) -> None:
    change = quantity - await stock(store, item_id)
    await store.items.add_stock(Kind.RETAIL, [{"itemId": item_id, "quantity": change}], None)


def of_vendor(vendor_id: str, statuses: Iterable[str]) -> list[dict[str, Any]]:
    wanted = set(statuses)
    return [o for o in ORDERS if o["vendorId"] == vendor_id and o["status"] in wanted]


def test_accounts_are_found_by_email_and_phone_and_vendors_apart(case: Case) -> None:
    async def check(store: Store) -> None:
        by_email = await store.users.account("test@example.com")
        assert by_email is not None
        assert (by_email["_id"], by_email["role"]) == ("user123", "user")
        assert await store.users.account("+910000000123") == by_email
        vendor = await store.users.account("vendor123@example.com", vendor=True)
        assert vendor is not None
        assert (vendor["_id"], vendor["role"]) == ("vendor123", "vendor")
        assert await store.users.account("vendor123@example.com") is None
        assert await store.users.account("test@example.com", vendor=True) is None
        user = await store.users.get("user123")
        assert user is not None
        assert "passwordHash" not in user
        assert await store.users.get("nobody") is None
        assert ("users", "findOne") in case.queries

    case.run(check)


def test_pages_cover_all_items_newest_first_both_ways(case: Case) -> None:
    newest = [i["_id"] for i in sorted(RETAILS, key=lambda i: i["createdAt"], reverse=True)]

    async def check(store: Store) -> None:
        by_page: list[str] = []
        for skip in range(0, len(newest) + 7, 7):
            items, total = await store.items.page(Kind.RETAIL, "123", skip=skip, limit=7)
            assert total == len(newest)
            by_page += [item["_id"] for item in items]
        assert by_page == newest
        by_cursor: list[str] = []
        after = None
        while rows := await store.items.page_after(Kind.RETAIL, "123", after=after, limit=7):
            by_cursor += [item["_id"] for item, _ in rows]
            after = rows[-1][1]
        assert by_cursor == newest
        [first], _ = await store.items.page(Kind.RETAIL, "123", skip=0, limit=1)
        assert set(first) == {
            "_id", "name", "description", "price", "image", "type", "vendorId",
        }  # fmt: skip
        assert await store.items.page(Kind.PRODUCE, "nowhere", skip=0, limit=5) == ([], 0)

    case.run(check)


@without_indexes_too
def test_search_wants_all_words_whatever_their_case(case: Case) -> None:
    words = RETAILS[0]["name"].split()
    expected = {
        item["_id"]
        for item in RETAILS
        if all(word.lower() in f"{item['name']} {item['description']}".lower() for word in words)
    }

    async def check(store: Store) -> None:
        found = await store.items.search(Kind.RETAIL, "123", " ".join(words).upper(), limit=100)
        assert {item["_id"] for item in found} == expected
        assert await store.items.search(Kind.RETAIL, "123", "zzz", limit=5) == []
        assert await store.items.search(Kind.RETAIL, "123", '" * OR $ne (', limit=5) == []

    case.run(check)


def test_vendors_are_listed_by_name(case: Case) -> None:
    async def check(store: Store) -> None:
        listed = await store.vendors.of_uni("123")
        assert {v["_id"] for v in listed} == {"vendor123", "vendor1001"}
        assert [v["name"] for v in listed] == sorted(v["name"] for v in listed)
        assert set(listed[0]) == {"_id", "name", "location", "uniId"}
        assert await store.vendors.get("nobody") is None

    case.run(check)


def test_a_cart_adds_up_and_says_what_is_wrong(case: Case) -> None:
    async def check(store: Store) -> None:
        first = await store.carts.add("user123", "item123", None, 2)
        assert plain(first) == {
            "itemId": "item123", "kind": "Retail", "vendorId": "vendor123", "quantity": 2,
        }  # fmt: skip
        assert (await store.carts.add("user123", "item123", Kind.RETAIL, 3))["quantity"] == 5
        assert [line["quantity"] for line in await store.carts.get("user123")] == [5]
        assert await store.carts.get("user1000") == []
        for user, item, kind in (
            ("nobody", "item123", None),
            ("user123", "nothing", None),
            ("user123", "item123", Kind.PRODUCE),
        ):
            with pytest.raises(ShopError) as caught:
                await store.carts.add(user, item, kind, 1)
            assert caught.value.status == 404
        with pytest.raises(ShopError) as full:
            await store.carts.add("user123", "item123", None, MAX_IN_CART)
        assert full.value.status == 409
        assert [line["quantity"] for line in await store.carts.get("user123")] == [5]

    case.run(check)


def test_concurrent_adds_to_one_cart_lose_nothing(case: Case) -> None:
    async def check(store: Store) -> None:
        items = ["item123", RETAILS[1]["_id"], RETAILS[2]["_id"]]
        adds = [store.carts.add("user1001", items[n % 3], None, 1) for n in range(30)]
        await asyncio.gather(*adds)
        cart = await store.carts.get("user1001")
        assert sorted((line["itemId"], line["quantity"]) for line in cart) == sorted(
            (item, 10) for item in items
        )

    case.run(check)


@in_transactions_too
def test_an_order_of_the_cart_takes_the_stock_and_empties_it(case: Case) -> None:
    async def check(store: Store) -> None:
        before = await stock(store, "item123")
        other = next(i for i in RETAILS if i["vendorId"] != "vendor123")
        await store.carts.add("user123", "item123", None, 2)
        await store.carts.add("user123", other["_id"], None, 1)
        placed = await store.orders.place(draft(order_id="o1"))
        order = plain(placed.order)
        assert not placed.replayed
        assert order == {
            "_id": "o1",
            "userId": "user123",
            "vendorId": "vendor123",
            "status": "pending",
            "total": 2 * RETAILS[0]["price"],
            "items": [
                {
                    "itemId": "item123",
                    "kind": "Retail",
                    "name": RETAILS[0]["name"],
                    "price": RETAILS[0]["price"],
                    "quantity": 2,
                }
            ],
            "createdAt": "2025-10-02T12:00:00.123000Z",
        }
        assert plain(await store.orders.get("o1")) == order
        assert await stock(store, "item123") == before - 2
        # What is of another vendor stays.
        assert [line["itemId"] for line in await store.carts.get("user123")] == [other["_id"]]
        with pytest.raises(EmptyCartError):
            await store.orders.place(draft())
        assert await store.orders.get("no-such-order") is None

    case.run(check)


def test_named_items_leave_the_cart_alone(case: Case) -> None:
    async def check(store: Store) -> None:
        await store.carts.add("user123", "item123", None, 4)
        await store.orders.place(draft({"item123": 1}))
        assert [line["quantity"] for line in await store.carts.get("user123")] == [4]

    case.run(check)


REFUSED = [
    ({"user_id": "nobody"}, 404),
    ({"vendor_id": "nobody"}, 404),
    ({"lines": {"nothing": 1}}, 404),
    ({"vendor_id": "vendor1000"}, 404),
    ({"lines": {"item123": 10**8}}, 409),
]


@in_transactions_too
def test_a_refused_order_leaves_no_trace(case: Case) -> None:
    async def check(store: Store) -> None:
        await store.carts.add("user123", "item123", None, 1)
        before = await stock(store, "item123")
        for wrong, status in REFUSED:
            given = {"lines": {"item123": 1}, "order_id": "o2", **wrong}
            with pytest.raises(ShopError) as caught:
                await store.orders.place(draft(**given))
            assert caught.value.status == status, wrong
            assert await stock(store, "item123") == before, wrong
            assert await store.orders.get("o2") is None, wrong
            assert [line["quantity"] for line in await store.carts.get("user123")] == [1], wrong

    case.run(check)


@in_transactions_too
def test_a_cart_that_cannot_be_ordered_is_still_there(case: Case) -> None:
    async def check(store: Store) -> None:
        await set_stock(store, "item123", 3)
        await store.carts.add("user123", "item123", None, 5)
        with pytest.raises(OutOfStockError) as caught:
            await store.orders.place(draft())
        assert caught.value.details == [{"itemId": "item123", "wanted": 5, "available": 3}]
        assert [line["quantity"] for line in await store.carts.get("user123")] == [5]
        assert await stock(store, "item123") == 3

    case.run(check)


def test_many_want_the_last_ones(case: Case) -> None:
    async def check(store: Store) -> None:
        await set_stock(store, "item123", 10)
        wanted = [store.orders.place(draft({"item123": 1})) for _ in range(25)]
        outcomes = await asyncio.gather(*wanted, return_exceptions=True)
        assert sum(isinstance(one, Placed) for one in outcomes) == 10
        assert sum(isinstance(one, OutOfStockError) for one in outcomes) == 15
        assert await stock(store, "item123") == 0

    case.run(check)


def test_two_orders_of_one_cart_take_it_once(case: Case) -> None:
    async def check(store: Store) -> None:
        before = await stock(store, "item123")
        await store.carts.add("user123", "item123", None, 3)
        wanted = [store.orders.place(draft()) for _ in range(8)]
        outcomes = await asyncio.gather(*wanted, return_exceptions=True)
        assert sum(isinstance(one, Placed) for one in outcomes) == 1
        assert sum(isinstance(one, EmptyCartError) for one in outcomes) == 7
        assert await stock(store, "item123") == before - 3

    case.run(check)


def test_one_key_gives_one_order(case: Case) -> None:
    def keyed(user: str = "user123", what: str = "same") -> Draft:
        return draft({"item123": 1}, user_id=user, key="k", fingerprint=what)

    async def check(store: Store) -> None:
        before = await stock(store, "item123")
        outcomes = await asyncio.gather(*(store.orders.place(keyed()) for _ in range(6)))
        assert len({one.order["_id"] for one in outcomes}) == 1
        assert sum(not one.replayed for one in outcomes) == 1
        assert len({orjson.dumps(plain(one.order)) for one in outcomes}) == 1
        assert await stock(store, "item123") == before - 1
        with pytest.raises(KeyReusedError):
            await store.orders.place(keyed(what="something else"))
        other = await store.orders.place(keyed(user="user1000"))
        assert not other.replayed

    case.run(check)


@in_transactions_too
def test_the_key_of_a_refused_order_is_free_again(case: Case) -> None:
    async def check(store: Store) -> None:
        with pytest.raises(OutOfStockError):
            await store.orders.place(draft({"item123": 10**8}, key="k", fingerprint="a"))
        placed = await store.orders.place(draft({"item123": 1}, key="k", fingerprint="b"))
        assert not placed.replayed

    case.run(check)


def test_active_orders_are_the_newest_of_the_active(case: Case) -> None:
    active = sorted(
        of_vendor("vendor123", ACTIVE), key=lambda order: order["createdAt"], reverse=True
    )

    async def check(store: Store) -> None:
        found = await store.orders.active("vendor123", limit=3)
        assert [order["_id"] for order in found] == [order["_id"] for order in active[:3]]
        everything = await store.orders.active("vendor123", limit=100)
        assert [order["_id"] for order in everything] == [order["_id"] for order in active]
        assert plain(everything[0]) == plain(active[0])
        assert await store.orders.active("nobody", limit=3) == []

    case.run(check)


def test_analytics_add_up_by_day(case: Case) -> None:
    start, end = SEEDED_UNTIL - timedelta(days=60), SEEDED_UNTIL - timedelta(days=20)
    days: dict[str, list[int]] = {}
    for order in of_vendor("vendor123", OrderStatus):
        if start <= order["createdAt"] <= end:
            days.setdefault(order["createdAt"].date().isoformat(), []).append(order["total"])

    async def check(store: Store) -> None:
        assert await store.orders.analytics("vendor123", start, end) == [
            {
                "_id": day,
                "totalOrders": len(totals),
                "totalRevenue": sum(totals),
                "avgOrderValue": pytest.approx(sum(totals) / len(totals)),
            }
            for day, totals in sorted(days.items())
        ]
        assert await store.orders.analytics("nobody", start, end) == []

    case.run(check)


def test_streams_give_every_order_once_in_batches(case: Case) -> None:
    async def check(store: Store) -> None:
        batches = [b async for b in store.orders.stream(status=OrderStatus.COMPLETED, batch=50)]
        assert [len(batch) for batch in batches[:-1]] == [50] * (len(batches) - 1)
        ids = [order["_id"] for batch in batches for order in batch]
        assert ids == [order["_id"] for order in ORDERS if order["status"] == "completed"]
        mine = [b async for b in store.orders.stream(vendor_id="vendor123", limit=7, batch=5)]
        assert [len(batch) for batch in mine] == [5, 2]
        assert {order["vendorId"] for batch in mine for order in batch} == {"vendor123"}
        assert [b async for b in store.orders.stream(vendor_id="nobody")] == []

    case.run(check)


def test_each_order_advances_once_whoever_asks(case: Case) -> None:
    pending = [order["_id"] for order in ORDERS if order["status"] == "pending"]

    async def check(store: Store) -> None:
        old, new = OrderStatus.PENDING, OrderStatus.CONFIRMED
        calls = [store.orders.advance([*pending, "nothing"], old, new) for _ in range(4)]
        moved = await asyncio.gather(*calls)
        assert sorted(one for each in moved for one in each) == sorted(pending)
        assert await store.orders.advance(pending, old, new) == []
        order = await store.orders.get(pending[0])
        assert order is not None
        assert order["status"] == "confirmed"

    case.run(check)


def test_stock_changes_are_unordered_and_never_go_below_zero(case: Case) -> None:
    mine = [item["_id"] for item in RETAILS if item["vendorId"] == "vendor123"]
    other = next(item["_id"] for item in RETAILS if item["vendorId"] != "vendor123")

    async def check(store: Store) -> None:
        await set_stock(store, mine[0], 5)
        await set_stock(store, mine[1], 5)
        updates = [
            {"itemId": mine[0], "quantity": -6},
            {"itemId": "nothing", "quantity": 1},
            {"itemId": mine[1], "quantity": 7},
            {"itemId": other, "quantity": 1},
            {"itemId": mine[0], "quantity": -5},
        ]
        assert await store.items.add_stock(Kind.RETAIL, updates, "vendor123") == BulkResult(
            2,
            (
                Rejected(0, "There is less in stock than that."),
                Rejected(1, "There is no such item."),
                Rejected(3, "There is no such item."),
            ),
        )
        assert [await stock(store, one) for one in mine[:2]] == [0, 12]

    case.run(check)


def test_stock_changes_of_one_item_come_in_their_order(case: Case) -> None:
    mine = [item["_id"] for item in RETAILS if item["vendorId"] == "vendor123"]

    async def check(store: Store) -> None:
        for first, second, rejected, left in ((5, -5, (), 0), (-5, 5, (0,), 5)):
            await set_stock(store, mine[0], 0)
            updates = [{"itemId": mine[0], "quantity": change} for change in (first, second)]
            result = await store.items.add_stock(Kind.RETAIL, updates, None)
            assert tuple(one.index for one in result.rejected) == rejected
            assert await stock(store, mine[0]) == left

    case.run(check)


def test_inserted_items_are_listed_and_taken_ids_rejected(case: Case) -> None:
    new = RETAILS[0] | {"_id": "new1", "createdAt": NOW, "name": "Quince Cake"}

    async def check(store: Store) -> None:
        result = await store.items.insert(Kind.RETAIL, [new, new, RETAILS[0], new | {"_id": "n2"}])
        assert result == BulkResult(
            2, (Rejected(1, "This _id is taken."), Rejected(2, "This _id is taken."))
        )
        listed, _ = await store.items.page(Kind.RETAIL, "123", skip=0, limit=2)
        assert {item["_id"] for item in listed} == {"new1", "n2"}
        found = await store.items.search(Kind.RETAIL, "123", "quince", limit=5)
        assert {item["_id"] for item in found} == {"new1", "n2"}

    case.run(check)


def test_seeding_again_keeps_what_is_there(case: Case) -> None:
    case.run(lambda store: store.orders.place(draft({"item123": 1}, order_id="mine")))
    assert case.seed() is SeedOutcome.KEPT
    assert case.run(lambda store: store.orders.get("mine")) is not None


def test_ping_answers(case: Case) -> None:
    case.run(lambda store: store.ping())
