"""Processing and exporting on every store."""

from __future__ import annotations

import asyncio

from kampyn_perf.backend.domain import Order, OrderStatus
from kampyn_perf.backend.ports import Store
from kampyn_perf.backend.seeding import generate
from kampyn_perf.backend.services.ordering import Ordering
from kampyn_perf.backend.services.processing import Processing
from kampyn_perf.names import ORDERS
from tests.backend.conftest import SMALL
from tests.backend.stores.conftest import Case


class Told:
    """Remembers whom it told."""

    def __init__(self) -> None:
        self.orders: list[str] = []

    async def order_confirmation(self, order: Order) -> None:
        self.orders.append(order["_id"])

    async def vendor_notification(self, order: Order) -> None: ...


def over(store: Store, told: Told) -> Processing:
    return Processing(store=store, ordering=Ordering(store=store, notifier=told))


def test_two_who_process_at_once_confirm_each_order_once(case: Case) -> None:
    async def run(store: Store, told: Told) -> int:
        lines = [progress async for progress in over(store, told).process_pending()]
        return lines[-1].processed if lines else 0  # the other may have been faster altogether

    async def check(store: Store) -> None:
        stream = store.orders.stream(status=OrderStatus.PENDING)
        pending = [order["_id"] async for batch in stream for order in batch]
        told = Told()
        processed = await asyncio.gather(*(run(store, told) for _ in range(2)))
        assert sorted(told.orders) == sorted(pending)
        assert sum(processed) == len(pending) > 3
        assert [p async for p in over(store, told).process_pending()] == []

    case.run(check)


def test_an_export_comes_in_chunks_of_a_hundred(case: Case) -> None:
    orders = [one for one in generate.orders(SMALL) if one["vendorId"] == "vendor123"]
    more = [orders[0] | {"_id": f"more{number:020}"} for number in range(112 - len(orders))]
    case.insert(ORDERS, more)

    async def check(store: Store) -> None:
        chunks = [chunk async for chunk in over(store, Told()).export("vendor123", limit=110)]
        assert [len(chunk) for chunk in chunks] == [100, 10]
        assert set(chunks[0][0]) == {"_id", "total", "status", "createdAt"}

    case.run(check)
