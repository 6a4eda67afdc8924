"""Orders in MongoDB: reading, counting, streaming. How one is placed is in `place_order`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, cast

from kampyn_perf.backend.asking import commented
from kampyn_perf.backend.domain import ACTIVE, DayFigures, Draft, Order, OrderStatus, Placed
from kampyn_perf.backend.stores.mongo.connection import MongoConnection, unavailable_is_503
from kampyn_perf.backend.stores.mongo.place_order import OrderPlacement
from kampyn_perf.backend.stores.mongo.recovery import UNDECIDED
from kampyn_perf.names import ORDERS

SHOWN = dict.fromkeys(("userId", "vendorId", "status", "total", "items", "createdAt"), 1)


class MongoOrders:
    """See `ports.OrderStore`."""

    def __init__(self, *, connection: MongoConnection, placement: OrderPlacement) -> None:
        self._connection = connection
        self._placement = placement

    async def place(self, draft: Draft) -> Placed:
        with self._connection.timed(ORDERS, "place"):
            return await self._placement.place(draft)

    async def get(self, order_id: str) -> Order | None:
        with self._connection.timed(ORDERS, "findOne"):
            order: Any = await self._connection.primary(ORDERS).find_one(
                {"_id": order_id, "status": {"$nin": UNDECIDED}}, SHOWN
            )
        return cast("Order | None", order)

    async def active(self, vendor_id: str, *, limit: int) -> list[Order]:
        """MongoDB merges the three ranges of the compound index by itself."""
        wanted = {"vendorId": vendor_id, "status": {"$in": [status.value for status in ACTIVE]}}
        with self._connection.timed(ORDERS, "find"):
            cursor = self._connection.read(ORDERS).find(wanted, SHOWN, comment=commented())
            orders: Any = await cursor.sort([("createdAt", -1)]).limit(limit).to_list()
        return cast("list[Order]", orders)

    async def analytics(self, vendor_id: str, start: datetime, end: datetime) -> list[DayFigures]:
        pipeline: list[dict[str, Any]] = [
            {
                "$match": {
                    "vendorId": vendor_id,
                    "createdAt": {"$gte": start, "$lte": end},
                    "status": {"$nin": UNDECIDED},
                }
            },
            {
                "$group": {
                    "_id": {"$dateToString": {"format": "%Y-%m-%d", "date": "$createdAt"}},
                    "totalOrders": {"$sum": 1},
                    "totalRevenue": {"$sum": "$total"},
                    "avgOrderValue": {"$avg": "$total"},
                }
            },
            {"$sort": {"_id": 1}},
        ]
        with self._connection.timed(ORDERS, "aggregate"):
            cursor = await self._connection.read(ORDERS).aggregate(
                pipeline, allowDiskUse=False, comment=commented()
            )
            days: Any = await cursor.to_list()
        return cast("list[DayFigures]", days)

    async def stream(
        self,
        *,
        status: OrderStatus | None = None,
        vendor_id: str | None = None,
        limit: int = 0,
        batch: int = 1000,
    ) -> AsyncIterator[list[Order]]:
        wanted: dict[str, Any] = {"status": status.value if status else {"$nin": UNDECIDED}}
        if vendor_id is not None:
            wanted["vendorId"] = vendor_id
        collection = self._connection.primary(ORDERS)
        cursor = collection.find(wanted, SHOWN, batch_size=batch).sort([("_id", 1)]).limit(limit)
        async with cursor:
            full: list[Any] = []
            with unavailable_is_503():
                async for document in cursor:
                    full.append(document)
                    if len(full) == batch:
                        yield full
                        full = []
            if full:
                yield full

    async def advance(
        self, order_ids: Sequence[str], old: OrderStatus, new: OrderStatus
    ) -> list[str]:
        """One update each: only so does MongoDB say which ones this call has moved."""
        collection = self._connection.primary(ORDERS)
        moved = []
        with self._connection.timed(ORDERS, "updateOne"):
            for order_id in order_ids:
                outcome = await collection.update_one(
                    {"_id": order_id, "status": old.value}, {"$set": {"status": new.value}}
                )
                if outcome.modified_count:
                    moved.append(order_id)
        return moved
