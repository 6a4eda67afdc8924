"""Idempotency keys in MongoDB: the first who inserts a key has it, the others get its order."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from pymongo.errors import DuplicateKeyError

from kampyn_perf.backend.domain import Draft, KeyReusedError, Order, ShopError
from kampyn_perf.backend.ports import Step
from kampyn_perf.backend.stores.mongo.connection import MongoConnection
from kampyn_perf.backend.stores.mongo.recovery import KEYS, UNDECIDED
from kampyn_perf.names import ORDERS

_KEY_WAIT = 2.0
"""Seconds to wait for the request that holds the same key."""


class Keys:
    """The collection of keys, each with its order and a fingerprint of what was asked for."""

    def __init__(self, *, connection: MongoConnection, step: Step) -> None:
        self._connection = connection
        self._step = step

    async def claim(self, draft: Draft) -> Order | None:
        """The order of the same key, if there is one; else the key is ours from now on."""
        key = f"{draft.user_id}:{draft.key}"
        deadline = asyncio.get_running_loop().time() + _KEY_WAIT
        keys = self._connection.primary(KEYS)
        note = {"_id": key, "orderId": draft.order_id, "fingerprint": draft.fingerprint}
        while True:
            try:
                await keys.insert_one(note | {"at": datetime.now(UTC)})
            except DuplicateKeyError:
                known = await keys.find_one({"_id": key})
            else:
                self._step("keyed")
                return None
            if known is not None:
                if known["fingerprint"] != draft.fingerprint:
                    raise KeyReusedError
                order = await self._connection.primary(ORDERS).find_one(
                    {"_id": known["orderId"], "status": {"$nin": UNDECIDED}}
                )
                if order is not None:
                    return shown(order)
            if asyncio.get_running_loop().time() > deadline:
                raise ShopError(409, "order_in_progress", "This order is being placed already.")
            await asyncio.sleep(0.05)

    async def forget(self, draft: Draft) -> None:
        """The order came to nothing: its key is free again."""
        if draft.key is not None:
            await self._connection.primary(KEYS).delete_one(
                {"_id": f"{draft.user_id}:{draft.key}", "orderId": draft.order_id}
            )


def shown(order: dict[str, Any]) -> Order:
    """What callers see of it."""
    return {
        "_id": order["_id"],
        "userId": order["userId"],
        "vendorId": order["vendorId"],
        "status": order["status"],
        "total": order["total"],
        "items": order["items"],
        "createdAt": order["createdAt"],
    }
