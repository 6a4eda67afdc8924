"""Orders in SQLite: reading, counting, streaming. How one is placed is in `place_order`."""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, cast

import orjson

from kampyn_perf.backend.domain import ACTIVE, DayFigures, Draft, Order, OrderStatus, Placed
from kampyn_perf.backend.ports import Step
from kampyn_perf.backend.stores.sqlite.database import Query, WorkerDatabase
from kampyn_perf.backend.stores.sqlite.place_order import place
from kampyn_perf.backend.times import from_ms, to_ms
from kampyn_perf.names import ORDERS

_ORDER = ("_id", "userId", "vendorId", "status", "total", "items", "createdAt")
_SELECT = f"SELECT {', '.join(_ORDER)} FROM {ORDERS}"
_BY_ID = Query(ORDERS, "findOne", f"{_SELECT} WHERE _id = ?")
# One range of the index per status: `status IN (...)` would read and sort all that are active.
_OF_STATUS = Query(
    ORDERS, "find", f"{_SELECT} WHERE vendorId = ? AND status = ? ORDER BY createdAt DESC LIMIT ?"
)
_ANALYTICS = Query(
    ORDERS,
    "aggregate",
    "SELECT date(createdAt / 1000, 'unixepoch') AS day, COUNT(*), SUM(total), AVG(total)"
    f" FROM {ORDERS} WHERE vendorId = ? AND createdAt BETWEEN ? AND ? GROUP BY day ORDER BY day",
)
_STREAM = Query(
    ORDERS,
    "find",
    f"{_SELECT} WHERE _id > ?1 AND (?2 IS NULL OR status = ?2) AND (?3 IS NULL OR vendorId = ?3)"
    " ORDER BY _id LIMIT ?4",
)


class SqliteOrders:
    """See `ports.OrderStore`."""

    def __init__(self, *, database: WorkerDatabase, step: Step = lambda _name: None) -> None:
        self._database = database
        self._step = step

    async def place(self, draft: Draft) -> Placed:
        placed = await self._database.write(
            ORDERS, "place", lambda connection: place(connection, draft, self._step)
        )
        self._step("committed")
        return placed

    async def get(self, order_id: str) -> Order | None:
        rows = await self._database.read(_BY_ID, (order_id,))
        return _order(rows[0]) if rows else None

    async def active(self, vendor_id: str, *, limit: int) -> list[Order]:
        runs = [
            await self._database.read(_OF_STATUS, (vendor_id, status.value, limit))
            for status in ACTIVE
        ]
        newest = heapq.merge(*runs, key=lambda row: row[-1], reverse=True)
        return [_order(row) for row, _ in zip(newest, range(limit), strict=False)]

    async def analytics(self, vendor_id: str, start: datetime, end: datetime) -> list[DayFigures]:
        rows = await self._database.read(_ANALYTICS, (vendor_id, to_ms(start), to_ms(end)))
        return [
            {"_id": day, "totalOrders": count, "totalRevenue": revenue, "avgOrderValue": mean}
            for day, count, revenue, mean in rows
        ]

    async def stream(
        self,
        *,
        status: OrderStatus | None = None,
        vendor_id: str | None = None,
        limit: int = 0,
        batch: int = 1000,
    ) -> AsyncIterator[list[Order]]:
        last, left = "", limit
        while True:
            size = min(batch, left) if limit else batch
            parameters = (last, status, vendor_id, size)
            rows = await self._database.read_long(_STREAM, parameters)
            if rows:
                yield [_order(row) for row in rows]
                last = rows[-1][0]
            left -= len(rows)
            if len(rows) < size or (limit and not left):
                return

    async def advance(
        self, order_ids: Sequence[str], old: OrderStatus, new: OrderStatus
    ) -> list[str]:
        sql = (
            f"UPDATE {ORDERS} SET status = ? WHERE status = ?"
            " AND _id IN (SELECT value FROM json_each(?)) RETURNING _id"
        )
        wanted = orjson.dumps(list(order_ids)).decode()

        def work(connection: sqlite3.Connection) -> list[str]:
            return [row[0] for row in connection.execute(sql, (new.value, old.value, wanted))]

        return await self._database.write(ORDERS, "updateMany", work)


def _order(row: Sequence[Any]) -> Order:
    order = dict(zip(_ORDER, row, strict=True))
    order["items"] = orjson.Fragment(order["items"])
    order["createdAt"] = from_ms(order["createdAt"])
    return cast("Order", order)
