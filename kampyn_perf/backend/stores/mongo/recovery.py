"""What becomes of the marks of an order in MongoDB: tidied when it stands, followed back when not.

Everything here may run twice, in any process, at any time: each update presumes its own mark.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo.asynchronous.client_session import AsyncClientSession

from kampyn_perf.backend.domain import Kind
from kampyn_perf.backend.ports import Step
from kampyn_perf.backend.stores.mongo.connection import MongoConnection, unavailable_is_503
from kampyn_perf.backend.stores.mongo.items import COLLECTION_OF
from kampyn_perf.names import CARTS, ORDERS

RESERVING = "reserving"
UNDOING = "undoing"
UNDECIDED = [RESERVING, UNDOING]
"""Statuses of what is not yet, or no longer, an order."""
KEYS = "order_keys"
LEASE = timedelta(seconds=30)
"""After so long without a commit an order is given up. A live one takes milliseconds."""


@dataclass
class Recovered:
    """What a sweep found and set right."""

    orders: int = 0
    stocks: int = 0
    carts: int = 0
    keys: int = 0

    def __bool__(self) -> bool:
        return bool(self.orders or self.stocks or self.carts or self.keys)


class Recovery:
    """Tidies, undoes, and sweeps up what others left."""

    def __init__(self, *, connection: MongoConnection, step: Step) -> None:
        self._connection = connection
        self._step = step

    async def tidy(self, order: dict[str, Any], session: AsyncClientSession | None = None) -> None:
        """Step 5: the marks of an order that stands."""
        for line in order["items"]:
            await self._connection.primary(COLLECTION_OF[Kind(line["kind"])]).update_one(
                {"_id": line["itemId"], "taken.orderId": order["_id"]},
                {"$pull": {"taken": {"orderId": order["_id"]}}},
                session=session,
            )
            self._step(f"tidied {line['itemId']}")
        await self._connection.primary(CARTS).update_one(
            {"_id": order["userId"], "claims.orderId": order["_id"]},
            {"$pull": {"claims": {"orderId": order["_id"]}}},
            session=session,
        )
        self._step("tidied")

    async def undo(self, order_id: str, user_id: str) -> None:
        """Give everything back that marks say this order has; repeating it changes nothing more.

        First the order is closed, so that nobody can commit it; last it goes.
        """
        orders = self._connection.primary(ORDERS)
        await orders.update_one(
            {"_id": order_id, "status": {"$in": UNDECIDED}},
            {"$set": {"status": UNDOING}},
        )
        self._step("closed")
        for kind in Kind:
            items = self._connection.primary(COLLECTION_OF[kind])
            async for item in items.find({"taken.orderId": order_id}):
                await self._give_back(items, item, order_id)
        await self._return_claim(order_id, user_id)
        gone = await orders.find_one_and_delete({"_id": order_id, "status": UNDOING})
        if gone and gone.get("key"):
            await self._connection.primary(KEYS).delete_one({"_id": gone["key"]})
        self._step("undone")

    async def _give_back(self, items: Any, item: Any, order_id: str) -> None:
        """One mark of one item, and the stock it stands for, in one update."""
        [mark] = [taken for taken in item["taken"] if taken["orderId"] == order_id]
        await items.update_one(
            {"_id": item["_id"], "taken.orderId": order_id},
            {"$inc": {"quantity": mark["quantity"]}, "$pull": {"taken": {"orderId": order_id}}},
        )
        self._step(f"given back {item['_id']}")

    async def _return_claim(self, order_id: str, user_id: str) -> None:
        """Put claimed lines back into the cart, added to what was put there since."""
        carts = self._connection.primary(CARTS)
        while True:
            cart = await carts.find_one({"_id": user_id, "claims.orderId": order_id})
            if cart is None:
                return
            before = cart.get("items", [])
            merged = {line["itemId"]: dict(line) for line in before}
            for claim in cart["claims"]:
                if claim["orderId"] == order_id:
                    for line in claim["items"]:
                        known = merged.setdefault(line["itemId"], line | {"quantity": 0})
                        known["quantity"] += line["quantity"]
            outcome = await carts.update_one(
                {"_id": user_id, "items": before, "claims.orderId": order_id},
                {
                    "$set": {"items": list(merged.values())},
                    "$pull": {"claims": {"orderId": order_id}},
                },
            )
            if outcome.matched_count:
                self._step("returned")
                return

    async def recover(self, *, lease: timedelta = LEASE) -> Recovered:
        """Undo or tidy all that was left by processes which are no more."""
        before = datetime.now(UTC) - lease
        recovered = Recovered()
        with unavailable_is_503():
            await self._recover_orders(before, recovered)
            for kind in Kind:
                await self._recover_stocks(self._connection.primary(COLLECTION_OF[kind]), recovered)
            await self._recover_carts(before, recovered)
            await self._recover_keys(before, recovered)
        return recovered

    async def _recover_orders(self, before: datetime, recovered: Recovered) -> None:
        stale = {"status": {"$in": UNDECIDED}, "leasedAt": {"$lte": before}}
        orders = self._connection.primary(ORDERS)
        for order in await orders.find(stale, {"userId": 1}).to_list():
            await self.undo(order["_id"], order["userId"])
            recovered.orders += 1

    async def _recover_stocks(self, items: Any, recovered: Recovered) -> None:
        for item in await items.find({"taken.0": {"$exists": True}}).to_list():
            for mark in item["taken"]:
                status = await self._status(mark["orderId"])
                if status in UNDECIDED:
                    continue
                recovered.stocks += 1
                if status is None:
                    await self._give_back(items, item, mark["orderId"])
                else:
                    own = {"orderId": mark["orderId"]}
                    await items.update_one({"_id": item["_id"]}, {"$pull": {"taken": own}})

    async def _recover_carts(self, before: datetime, recovered: Recovered) -> None:
        carts = self._connection.primary(CARTS)
        for cart in await carts.find({"claims.at": {"$lte": before}}).to_list():
            for claim in cart["claims"]:
                status = await self._status(claim["orderId"])
                if status in UNDECIDED or claim["at"] > before:
                    continue
                recovered.carts += 1
                if status is None:
                    await self._return_claim(claim["orderId"], cart["_id"])
                else:
                    own = {"orderId": claim["orderId"]}
                    await carts.update_one({"_id": cart["_id"]}, {"$pull": {"claims": own}})

    async def _recover_keys(self, before: datetime, recovered: Recovered) -> None:
        """Keys of orders that stand are settled; those of orders that never were are free again."""
        keys = self._connection.primary(KEYS)
        for key in await keys.find({"at": {"$lte": before}}).to_list():
            status = await self._status(key["orderId"])
            if status in UNDECIDED:
                continue
            if status is None:
                recovered.keys += 1
                await keys.delete_one({"_id": key["_id"], "orderId": key["orderId"]})
            else:
                await keys.update_one({"_id": key["_id"]}, {"$unset": {"at": 1}})

    async def _status(self, order_id: str) -> str | None:
        order = await self._connection.primary(ORDERS).find_one({"_id": order_id}, {"status": 1})
        return order["status"] if order else None
