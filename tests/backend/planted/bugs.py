"""The bugs: each answers as the right backend does, and is wrong in what it keeps."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import replace
from typing import Any
from uuid import uuid4

import orjson

from kampyn_perf.backend.caches import redis
from kampyn_perf.backend.domain import CartLine, Draft, Kind, Placed
from kampyn_perf.backend.stores.sqlite import carts, orders
from kampyn_perf.backend.stores.sqlite.place_order import place
from kampyn_perf.backend.stores.sqlite.schema import TABLE_OF
from kampyn_perf.names import CARTS, ORDERS

_RACE_SECONDS = 0.4
_placed = itertools.count(1)


def _lines(placed: Placed) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = orjson.loads(orjson.dumps(placed.order["items"]))
    return lines


def _stocks(connection: Any) -> dict[str, int]:
    return {
        item: quantity
        for table in TABLE_OF.values()
        for item, quantity in connection.execute(f"SELECT _id, quantity FROM {table}")
    }


def _set(connection: Any, item: str, quantity: int) -> None:
    for table in TABLE_OF.values():
        connection.execute(f"UPDATE {table} SET quantity = ? WHERE _id = ?", (quantity, item))


async def oversell(self: Any, draft: Draft) -> Placed:
    """Reads the stock, and writes what is left of it some time later."""
    seen = await self._database.write(ORDERS, "place", _stocks)
    await asyncio.sleep(_RACE_SECONDS)

    def work(connection: Any) -> Placed:
        placed = place(connection, draft, self._step)
        for line in _lines(placed):
            _set(connection, line["itemId"], seen[line["itemId"]] - line["quantity"])
        return placed

    done: Placed = await self._database.write(ORDERS, "place", work)
    return done


async def stock_without_order(self: Any, draft: Draft) -> Placed:
    """Takes the stock, and writes the order in another transaction some time later."""

    def take(connection: Any) -> Placed:
        placed = place(connection, draft, self._step)
        connection.execute(f"DELETE FROM {ORDERS} WHERE _id = ?", (draft.order_id,))
        return placed

    placed: Placed = await self._database.write(ORDERS, "place", take)
    await asyncio.sleep(_RACE_SECONDS)

    def create(connection: Any) -> None:
        for line in _lines(placed):
            _set(connection, line["itemId"], _stocks(connection)[line["itemId"]] + line["quantity"])
        lines = {line["itemId"]: line["quantity"] for line in _lines(placed)}
        place(connection, replace(draft, lines=lines, key=None), self._step)

    await self._database.write(ORDERS, "place", create)
    return placed


async def double_order(self: Any, draft: Draft) -> Placed:
    """Takes every fifth commit for one that failed, and does it again without its key."""
    placed: Placed = await self._database.write(
        ORDERS, "place", lambda connection: place(connection, draft, self._step)
    )
    if next(_placed) % 5 == 0:
        lines = {line["itemId"]: line["quantity"] for line in _lines(placed)}
        again = replace(draft, order_id=uuid4().hex[:24], lines=lines, key=None)
        await self._database.write(
            ORDERS, "place", lambda connection: place(connection, again, self._step)
        )
    return placed


async def lost_order(self: Any, draft: Draft) -> Placed:
    """Confirms every fifth order before it is stored, and never stores it."""

    class _UndoError(Exception):
        pass

    kept: list[Placed] = []
    lose = next(_placed) % 5 == 0

    def work(connection: Any) -> Placed:
        kept.append(place(connection, draft, self._step))
        if lose:
            raise _UndoError
        return kept[0]

    with suppress(_UndoError):
        await self._database.write(ORDERS, "place", work)
    return kept[0]


async def lost_cart_update(
    self: Any, user_id: str, item_id: str, kind: Kind | None, quantity: int
) -> CartLine:
    """Reads what the cart has, and writes the new quantity some time later."""
    held = {line["itemId"]: line["quantity"] for line in await self.get(user_id)}
    await asyncio.sleep(_RACE_SECONDS)
    line: CartLine = await RIGHT_ADD(self, user_id, item_id, kind, quantity)
    total = held.get(item_id, 0) + quantity

    def work(connection: Any) -> None:
        where = (total, user_id, item_id)
        connection.execute(
            f"UPDATE {CARTS} SET quantity = ? WHERE userId = ? AND itemId = ?", where
        )

    await self._database.write(CARTS, "updateOne", work)
    return {**line, "quantity": total}


def stale_cache(_self: Any, _tags: Any) -> Any:
    """Tells nobody of a change."""
    return nullcontext()


RIGHT_ADD = carts.SqliteCarts.add
PLACES: dict[str, tuple[type, str]] = {
    "lost_cart_update": (carts.SqliteCarts, "add"),
    "stale_cache": (redis.RedisCache, "changing"),
}
"""Where a bug goes; all others are ways to place an order."""
BUGS: dict[str, Callable[..., Any]] = {
    each.__name__: each
    for each in (
        oversell,
        stock_without_order,
        double_order,
        lost_order,
        lost_cart_update,
        stale_cache,
    )
}


def plant(name: str) -> None:
    """Into this process."""
    home, attribute = PLACES.get(name, (orders.SqliteOrders, "place"))
    setattr(home, attribute, BUGS[name])
