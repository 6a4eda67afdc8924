"""Carts in MongoDB: one document per user, with its lines in an array.

Every change is one update of one document, conditional on what it presumes, so that two requests
never undo each other.
"""

from __future__ import annotations

from typing import Any, cast

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from kampyn_perf.backend.domain import MAX_IN_CART, CartLine, Kind, ShopError, not_found
from kampyn_perf.backend.stores.mongo.connection import MongoConnection
from kampyn_perf.backend.stores.mongo.items import COLLECTION_OF
from kampyn_perf.names import CARTS, USERS


class MongoCarts:
    """See `ports.CartStore`."""

    def __init__(self, *, connection: MongoConnection) -> None:
        self._connection = connection

    async def get(self, user_id: str) -> list[CartLine]:
        with self._connection.timed(CARTS, "findOne"):
            cart = await self._connection.primary(CARTS).find_one({"_id": user_id}, {"items": 1})
        return cast("list[CartLine]", (cart or {}).get("items", []))

    async def add(self, user_id: str, item_id: str, kind: Kind | None, quantity: int) -> CartLine:
        with self._connection.timed(USERS, "findOne"):
            if not await self._connection.read(USERS).find_one({"_id": user_id}, {"_id": 1}):
                raise not_found("user")
        actual_kind, vendor_id = await self._item(item_id, kind)
        line: CartLine = {
            "itemId": item_id,
            "kind": actual_kind.value,
            "vendorId": vendor_id,
            "quantity": quantity,
        }
        with self._connection.timed(CARTS, "updateOne"):
            return line | {"quantity": await self._put(user_id, line)}

    async def _put(self, user_id: str, line: CartLine) -> int:
        """Units of the item that are in the cart now."""
        carts = self._connection.primary(CARTS)
        own, count = {"_id": user_id}, line["quantity"]
        fits, full = (
            {"itemId": line["itemId"], "quantity": {side: MAX_IN_CART - count}}
            for side in ("$lte", "$gt")
        )
        while True:
            cart = await carts.find_one_and_update(
                own | {"items": {"$elemMatch": fits}},
                {"$inc": {"items.$[line].quantity": count}},
                {"items": 1},
                array_filters=[{f"line.{name}": value for name, value in fits.items()}],
                return_document=ReturnDocument.AFTER,
            )
            if cart is not None:
                return _units(cart, line["itemId"])
            if await carts.find_one(own | {"items": {"$elemMatch": full}}, {"_id": 1}):
                message = f"A cart holds at most {MAX_IN_CART} of one item."
                raise ShopError(409, "cart_full", message)
            try:
                absent = own | {"items.itemId": {"$ne": line["itemId"]}}
                outcome = await carts.update_one(absent, {"$push": {"items": line}}, upsert=True)
            except DuplicateKeyError:  # another request has just put the item, or the cart, there
                continue
            if outcome.matched_count or outcome.upserted_id is not None:
                return count

    async def _item(self, item_id: str, kind: Kind | None) -> tuple[Kind, str]:
        for candidate in (kind,) if kind else Kind:
            collection = self._connection.read(COLLECTION_OF[candidate])
            with self._connection.timed(collection.name, "findOne"):
                item = await collection.find_one({"_id": item_id}, {"vendorId": 1})
            if item:
                return candidate, item["vendorId"]
        raise not_found("item")


def _units(cart: dict[str, Any], item_id: str) -> int:
    return sum(line["quantity"] for line in cart["items"] if line["itemId"] == item_id)
