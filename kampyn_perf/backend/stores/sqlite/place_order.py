"""Placing an order in SQLite: one transaction, so that a crash leaves all of it or nothing.

The document's sequence, in its order: check stock, create the order, take the stock. Whoever runs
this holds the write lock, so what was checked still holds when it is taken.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

import orjson

from kampyn_perf.backend.domain import (
    Draft,
    EmptyCartError,
    KeyReusedError,
    Kind,
    Order,
    OrderStatus,
    OutOfStockError,
    Placed,
    ShopError,
    not_found,
)
from kampyn_perf.backend.ports import Step
from kampyn_perf.backend.stores.sqlite.schema import TABLE_OF
from kampyn_perf.backend.times import from_ms, to_ms
from kampyn_perf.names import CARTS, ORDERS, PRODUCES, RETAILS, USERS, VENDORS

_KNOWN = (
    f"SELECT EXISTS(SELECT 1 FROM {USERS} WHERE _id = ?),"
    f" EXISTS(SELECT 1 FROM {VENDORS} WHERE _id = ?)"
)
_CART = f"SELECT itemId, kind, quantity FROM {CARTS} WHERE userId = ? AND vendorId = ?"
_EMPTY = f"DELETE FROM {CARTS} WHERE userId = ? AND vendorId = ?"
_ITEM = {
    kind: f"SELECT name, price, quantity, vendorId FROM {table} WHERE _id = ?"
    for kind, table in TABLE_OF.items()
}
_KIND = (
    f"SELECT '{Kind.RETAIL}' FROM {RETAILS} WHERE _id = ?1"
    f" UNION ALL SELECT '{Kind.PRODUCE}' FROM {PRODUCES} WHERE _id = ?1"
)
_TAKE = {
    kind: f"UPDATE {table} SET quantity = quantity - ? WHERE _id = ?"
    for kind, table in TABLE_OF.items()
}
_CREATE = (
    f"INSERT INTO {ORDERS} (_id, userId, vendorId, status, total, items, createdAt)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_KEY = "SELECT fingerprint, orderId FROM order_keys WHERE userId = ? AND key = ?"
_KEEP_KEY = "INSERT INTO order_keys (userId, key, fingerprint, orderId) VALUES (?, ?, ?, ?)"
_BY_ID = f"SELECT status, total, items, createdAt FROM {ORDERS} WHERE _id = ?"


@dataclass(frozen=True)
class _Line:
    item_id: str
    kind: Kind
    name: str
    price: int
    quantity: int


def place(connection: sqlite3.Connection, draft: Draft, step: Step) -> Placed:
    """See `ports.OrderStore.place`; runs inside a transaction that an exception undoes."""
    if draft.key is not None:
        earlier = connection.execute(_KEY, (draft.user_id, draft.key)).fetchone()
        if earlier:
            return Placed(_replay(connection, draft, *earlier), replayed=True)
    user, vendor = connection.execute(_KNOWN, (draft.user_id, draft.vendor_id)).fetchone()
    if not user or not vendor:
        raise not_found("vendor" if user else "user")
    lines = _check(connection, draft)
    step("checked")
    order = _create(connection, draft, lines)
    step("created")
    for line in lines:
        connection.execute(_TAKE[line.kind], (line.quantity, line.item_id))
        step(f"taken {line.item_id}")
    if not draft.lines:
        connection.execute(_EMPTY, (draft.user_id, draft.vendor_id))
        step("emptied")
    return Placed(order)


def _check(connection: sqlite3.Connection, draft: Draft) -> list[_Line]:
    """The lines with their prices. Raises for an empty cart, unknown items and missing stock."""
    wanted = _lines_wanted(connection, draft)
    lines, short = [], []
    for item_id, kind, quantity in wanted:
        row = connection.execute(_ITEM[kind], (item_id,)).fetchone()
        if row is None or row[3] != draft.vendor_id:
            raise ShopError(404, "not_found", "This vendor has no such item.", {"itemId": item_id})
        name, price, there, _ = row
        if there < quantity:
            short.append({"itemId": item_id, "wanted": quantity, "available": there})
        lines.append(_Line(item_id, kind, name, price, quantity))
    if short:
        raise OutOfStockError(short)
    return lines


def _lines_wanted(connection: sqlite3.Connection, draft: Draft) -> list[tuple[str, Kind, int]]:
    if not draft.lines:
        rows = connection.execute(_CART, (draft.user_id, draft.vendor_id)).fetchall()
        if not rows:
            raise EmptyCartError
        return [(item_id, Kind(kind), quantity) for item_id, kind, quantity in rows]
    wanted = []
    for item_id, quantity in draft.lines.items():
        row = connection.execute(_KIND, (item_id,)).fetchone()
        wanted.append((item_id, Kind(row[0]) if row else Kind.RETAIL, quantity))
    return wanted


def _create(connection: sqlite3.Connection, draft: Draft, lines: list[_Line]) -> Order:
    items = orjson.dumps(
        [
            {
                "itemId": line.item_id,
                "kind": line.kind.value,
                "name": line.name,
                "price": line.price,
                "quantity": line.quantity,
            }
            for line in lines
        ]
    ).decode()
    total = sum(line.price * line.quantity for line in lines)
    status, ms = OrderStatus.PENDING.value, to_ms(draft.created_at)
    connection.execute(
        _CREATE, (draft.order_id, draft.user_id, draft.vendor_id, status, total, items, ms)
    )
    if draft.key is not None:
        key = (draft.user_id, draft.key, draft.fingerprint, draft.order_id)
        connection.execute(_KEEP_KEY, key)
    return {
        "_id": draft.order_id,
        "userId": draft.user_id,
        "vendorId": draft.vendor_id,
        "status": status,
        "total": total,
        "items": orjson.Fragment(items),
        "createdAt": from_ms(ms),
    }


def _replay(connection: sqlite3.Connection, draft: Draft, fingerprint: str, order_id: str) -> Order:
    """The order that this key made. Raises KeyReusedError when it was for something else."""
    if fingerprint != draft.fingerprint:
        raise KeyReusedError
    status, total, items, ms = connection.execute(_BY_ID, (order_id,)).fetchone()
    return {
        "_id": order_id,
        "userId": draft.user_id,
        "vendorId": draft.vendor_id,
        "status": status,
        "total": total,
        "items": orjson.Fragment(items),
        "createdAt": from_ms(ms),
    }
