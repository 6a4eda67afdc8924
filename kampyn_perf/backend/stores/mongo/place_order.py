"""Placing an order in MongoDB so that no crash loses or oversells anything.

A standalone server has no transactions, so the sequence is made to be resumed or undone at every
point by somebody else. Each step is one update of one document, and leaves a mark with the order's
id, by which a second try knows that it was done:

1. claim   the cart's lines move into `claims` of the cart     (mark: the claim)
2. create  the order, with status `reserving`: nobody sees it  (mark: the order)
3. take    each stock, if there is enough                      (mark: in `taken` of the item)
4. commit  `reserving` becomes `pending`: from here it stands
5. tidy    the marks go

What was not committed within the lease is undone (`undoing`): `reserving` becomes `undoing`, which
a late commit then misses; what marks say was taken is given back; and the order never was.
On a replica set all of it runs in one transaction as well, and a crash leaves nothing to undo.
"""

from __future__ import annotations

import asyncio
import random
import time
from datetime import UTC, datetime
from typing import Any

from pymongo import ReadPreference, ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import OperationFailure

from kampyn_perf.backend.domain import (
    Draft,
    EmptyCartError,
    Kind,
    Order,
    OrderStatus,
    OutOfStockError,
    Placed,
    ShopError,
    UnavailableError,
    not_found,
)
from kampyn_perf.backend.ports import Step
from kampyn_perf.backend.store_settings import Transactions
from kampyn_perf.backend.stores.mongo.connection import MongoConnection
from kampyn_perf.backend.stores.mongo.items import COLLECTION_OF
from kampyn_perf.backend.stores.mongo.keys import Keys, shown
from kampyn_perf.backend.stores.mongo.recovery import (
    LEASE,
    RESERVING,
    Recovery,
)
from kampyn_perf.backend.times import from_ms, to_ms
from kampyn_perf.names import CARTS, ORDERS, USERS, VENDORS

_WRITE_CONFLICT = 112
_ATTEMPTS = 8
_TOO_LATE = "The order took too long and was undone."


class OrderPlacement:
    """The sequence."""

    def __init__(
        self,
        *,
        connection: MongoConnection,
        recovery: Recovery,
        step: Step,
        transactions: Transactions = Transactions.AUTO,
    ) -> None:
        self._connection = connection
        self._recovery = recovery
        self._keys = Keys(connection=connection, step=step)
        self._step = step
        self._wanted = transactions
        self._able: bool | None = None

    async def place(self, draft: Draft) -> Placed:
        """See `ports.OrderStore.place`."""
        if draft.key is not None:
            earlier = await self._keys.claim(draft)
            if earlier is not None:
                return Placed(earlier, replayed=True)
        transactions = await self._transactions()
        try:
            if not transactions:
                return Placed(await self._sequence(draft, None))
            return Placed(await self._in_transaction(draft))
        except ShopError:
            if not transactions:
                await self._recovery.undo(draft.order_id, draft.user_id)
            await self._keys.forget(draft)
            raise

    async def _transactions(self) -> bool:
        """Whether to use them; asks the server once whether it has them."""
        if self._wanted is not Transactions.AUTO:
            return self._wanted is Transactions.ON
        if self._able is None:
            hello = await self._connection.client.admin.command("hello")
            self._able = "setName" in hello or hello.get("msg") == "isdbgrid"
        return self._able

    async def _in_transaction(self, draft: Draft) -> Order:
        """The sequence, again when another transaction had the same documents.

        The driver repeats by itself what the server calls transient; not every server does.
        """
        for attempt in range(_ATTEMPTS):
            try:
                async with self._connection.client.start_session() as session:
                    return await session.with_transaction(
                        lambda own: self._sequence(draft, own),
                        read_preference=ReadPreference.PRIMARY,
                    )
            except OperationFailure as error:
                if error.code != _WRITE_CONFLICT and "write conflict" not in str(error).lower():
                    raise
                await asyncio.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311
        raise UnavailableError("Too many want the same at the same time.")

    async def _sequence(self, draft: Draft, session: AsyncClientSession | None) -> Order:
        started = time.monotonic()
        await self._check_known(draft, session)
        wanted = draft.lines or await self._claim(draft, session)
        if time.monotonic() - started > LEASE.total_seconds() / 2:
            raise UnavailableError(_TOO_LATE)
        order = await self._create(draft, wanted, session)
        await self._take(order, session)
        await self._commit(order, session)
        await self._recovery.tidy(order, session)
        return shown(order)

    async def _check_known(self, draft: Draft, session: AsyncClientSession | None) -> None:
        for collection, wanted, name in (
            (USERS, draft.user_id, "user"),
            (VENDORS, draft.vendor_id, "vendor"),
        ):
            document = await self._connection.primary(collection).find_one(
                {"_id": wanted}, {"_id": 1}, session=session
            )
            if not document:
                raise not_found(name)

    async def _claim(self, draft: Draft, session: AsyncClientSession | None) -> dict[str, int]:
        """Step 1: take the vendor's lines out of the cart, and say for which order."""
        sides = ["$$line.vendorId", {"$literal": draft.vendor_id}]
        picked = {"$filter": {"input": "$items", "as": "line", "cond": {"$eq": sides}}}
        left = {"$filter": {"input": "$items", "as": "line", "cond": {"$ne": sides}}}
        claim = {"orderId": draft.order_id, "at": draft.created_at, "items": picked}
        cart = await self._connection.primary(CARTS).find_one_and_update(
            {"_id": draft.user_id, "items.vendorId": draft.vendor_id},
            [
                {
                    "$set": {
                        "claims": {"$concatArrays": [{"$ifNull": ["$claims", []]}, [claim]]},
                        "items": left,
                    }
                }
            ],
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        if cart is None:
            raise EmptyCartError
        self._step("claimed")
        [own] = [claim for claim in cart["claims"] if claim["orderId"] == draft.order_id]
        return {line["itemId"]: line["quantity"] for line in own["items"]}

    async def _create(
        self, draft: Draft, wanted: Any, session: AsyncClientSession | None
    ) -> dict[str, Any]:
        """Step 2, with the prices of now. Raises for unknown items, and stock that is too small."""
        lines = await self._lines(draft, wanted, session)
        order = {
            "_id": draft.order_id,
            "userId": draft.user_id,
            "vendorId": draft.vendor_id,
            "status": RESERVING,
            "total": sum(line["price"] * line["quantity"] for line in lines),
            "items": lines,
            "createdAt": from_ms(to_ms(draft.created_at)),
            "leasedAt": datetime.now(UTC),
            **({"key": f"{draft.user_id}:{draft.key}"} if draft.key is not None else {}),
        }
        await self._connection.primary(ORDERS).insert_one(dict(order), session=session)
        self._step("created")
        return order

    async def _lines(
        self, draft: Draft, wanted: Any, session: AsyncClientSession | None
    ) -> list[dict[str, Any]]:
        items_by_id: dict[str, tuple[Kind, dict[str, Any]]] = {}
        fields = {"name": 1, "price": 1, "quantity": 1}
        for kind in Kind:
            cursor = self._connection.primary(COLLECTION_OF[kind]).find(
                {"_id": {"$in": list(wanted)}, "vendorId": draft.vendor_id}, fields, session=session
            )
            items_by_id |= {item["_id"]: (kind, item) for item in await cursor.to_list()}
        lines, short = [], []
        for item_id, quantity in wanted.items():
            if item_id not in items_by_id:
                details = {"itemId": item_id}
                raise ShopError(404, "not_found", "This vendor has no such item.", details)
            kind, item = items_by_id[item_id]
            if item["quantity"] < quantity:
                short.append(_short(item_id, quantity, item["quantity"]))
            lines.append(
                {
                    "itemId": item_id,
                    "kind": kind.value,
                    "name": item["name"],
                    "price": item["price"],
                    "quantity": quantity,
                }
            )
        if short:
            raise OutOfStockError(short)
        return lines

    async def _take(self, order: dict[str, Any], session: AsyncClientSession | None) -> None:
        """Step 3, in the order of ids, so that two orders never wait for each other in a circle."""
        for line in sorted(order["items"], key=lambda line: str(line["itemId"])):
            items = self._connection.primary(COLLECTION_OF[Kind(line["kind"])])
            taken = await items.update_one(
                {"_id": line["itemId"], "quantity": {"$gte": line["quantity"]}},
                {
                    "$inc": {"quantity": -line["quantity"]},
                    "$push": {"taken": {"orderId": order["_id"], "quantity": line["quantity"]}},
                },
                session=session,
            )
            if not taken.matched_count:
                item = await items.find_one(
                    {"_id": line["itemId"]}, {"quantity": 1}, session=session
                )
                there = item["quantity"] if item else 0
                raise OutOfStockError([_short(line["itemId"], line["quantity"], there)])
            self._step(f"taken {line['itemId']}")

    async def _commit(self, order: dict[str, Any], session: AsyncClientSession | None) -> None:
        """Step 4. Raises UnavailableError when recovery was faster: this took too long."""
        committed = await self._connection.primary(ORDERS).update_one(
            {"_id": order["_id"], "status": RESERVING},
            {"$set": {"status": OrderStatus.PENDING.value}, "$unset": {"leasedAt": 1}},
            session=session,
        )
        if not committed.matched_count:
            raise UnavailableError(_TOO_LATE)
        order["status"] = OrderStatus.PENDING.value
        self._step("committed")


def _short(item_id: str, wanted: int, there: int) -> dict[str, Any]:
    return {"itemId": item_id, "wanted": wanted, "available": there}
