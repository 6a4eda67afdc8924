"""Carts in SQLite: one row per user and item."""

from __future__ import annotations

import sqlite3
from typing import cast

from kampyn_perf.backend.domain import MAX_IN_CART, CartLine, Kind, ShopError, not_found
from kampyn_perf.backend.stores.sqlite.database import Query, WorkerDatabase
from kampyn_perf.backend.stores.sqlite.schema import TABLE_OF
from kampyn_perf.names import CARTS, USERS

_LINE = ("itemId", "kind", "vendorId", "quantity")
_CART = Query(CARTS, "findOne", f"SELECT {', '.join(_LINE)} FROM {CARTS} WHERE userId = ?")
_USER = f"SELECT 1 FROM {USERS} WHERE _id = ?"
_ADD = (
    f"INSERT INTO {CARTS} (userId, itemId, kind, vendorId, quantity) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (userId, itemId) DO UPDATE SET quantity = quantity + excluded.quantity"
    " RETURNING quantity"
)


class SqliteCarts:
    """See `ports.CartStore`."""

    def __init__(self, *, database: WorkerDatabase) -> None:
        self._database = database

    async def get(self, user_id: str) -> list[CartLine]:
        rows = await self._database.read(_CART, (user_id,))
        return [cast("CartLine", dict(zip(_LINE, row, strict=True))) for row in rows]

    async def add(self, user_id: str, item_id: str, kind: Kind | None, quantity: int) -> CartLine:
        def work(connection: sqlite3.Connection) -> CartLine:
            if not connection.execute(_USER, (user_id,)).fetchone():
                raise not_found("user")
            actual_kind, vendor_id = _find(connection, item_id, kind)
            line = (user_id, item_id, actual_kind.value, vendor_id, quantity)
            [(total,)] = connection.execute(_ADD, line).fetchall()
            if total > MAX_IN_CART:
                message = f"A cart holds at most {MAX_IN_CART} of one item."
                raise ShopError(409, "cart_full", message)
            return {
                "itemId": item_id,
                "kind": actual_kind,
                "vendorId": vendor_id,
                "quantity": total,
            }

        return await self._database.write(CARTS, "updateOne", work)


def _find(connection: sqlite3.Connection, item_id: str, kind: Kind | None) -> tuple[Kind, str]:
    """The item's kind and vendor; without a `kind`, whichever has it."""
    for candidate in (kind,) if kind else Kind:
        sql = f"SELECT vendorId FROM {TABLE_OF[candidate]} WHERE _id = ?"
        row = connection.execute(sql, (item_id,)).fetchone()
        if row:
            return candidate, row[0]
    raise not_found("item")
