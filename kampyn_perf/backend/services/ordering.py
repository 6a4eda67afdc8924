"""Orders: placed in the document's sequence, shown with independent reads in parallel."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from kampyn_perf.backend.domain import Draft, Order, OrderStatus, Placed, not_found
from kampyn_perf.backend.ids import new_id
from kampyn_perf.backend.ports import Store
from kampyn_perf.backend.services.notifications import Notifier, notify


class Ordering:
    """Places and shows orders."""

    def __init__(
        self,
        *,
        store: Store,
        notifier: Notifier,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._notifier = notifier
        self._now = now

    async def place(
        self, *, user_id: str, vendor_id: str, lines: Mapping[str, int], key: str | None = None
    ) -> Placed:
        """Check stock, create, take the stock (the store, as one step), then notify in parallel.

        No `lines`: what the cart holds of this vendor. The same `key` again gives the same order.
        """
        placed = await self._store.orders.place(
            Draft(
                order_id=new_id(),
                user_id=user_id,
                vendor_id=vendor_id,
                lines=lines,
                created_at=self._now(),
                key=key,
                fingerprint=_fingerprint(vendor_id, lines) if key else "",
            )
        )
        if not placed.replayed:
            await notify(self._notifier, placed.order)
        return placed

    async def confirm(self, orders: Sequence[Order]) -> int:
        """Take on pending orders and tell those concerned, in sequence; how many were still so.

        What an order needs is there: its stock was taken when it was placed.
        """
        ids = [order["_id"] for order in orders]
        moved = set(
            await self._store.orders.advance(ids, OrderStatus.PENDING, OrderStatus.CONFIRMED)
        )
        for order in orders:
            if order["_id"] in moved:
                await notify(self._notifier, order)
        return len(moved)

    async def details(self, order_id: str) -> dict[str, Any]:
        """The order with its vendor and user. They are named by the order, so it comes first."""
        order = await self._store.orders.get(order_id)
        if order is None:
            raise not_found("order")
        vendor, user = await asyncio.gather(
            self._store.vendors.get(order["vendorId"]), self._store.users.get(order["userId"])
        )
        return {
            "order": order,
            "vendor": vendor and {"name": vendor["name"], "location": vendor["location"]},
            "user": user and {"name": user["name"], "phone": user["phone"]},
        }


def _fingerprint(vendor_id: str, lines: Mapping[str, int]) -> str:
    asked = orjson.dumps([vendor_id, sorted(lines.items())])
    return hashlib.sha256(asked).hexdigest()
