"""Items in MongoDB: pages, search, and unordered bulk writes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from pymongo import InsertOne, UpdateOne
from pymongo.errors import BulkWriteError, OperationFailure

from kampyn_perf.backend.asking import commented
from kampyn_perf.backend.domain import BulkResult, Item, Kind, Rejected, search_words
from kampyn_perf.backend.ports import Cursor
from kampyn_perf.backend.stores.mongo.connection import MongoConnection
from kampyn_perf.names import PRODUCES, RETAILS

COLLECTION_OF = {Kind.RETAIL: RETAILS, Kind.PRODUCE: PRODUCES}
_SHOWN = dict.fromkeys(("name", "description", "price", "image", "type", "vendorId"), 1)
_NEWEST = [("createdAt", -1), ("_id", -1)]
_NO_TEXT_INDEX = 27
_WITHOUT_TEXT = ("text index", "unknown top level operator: $text")
_LESS = "There is less in stock than that."
_UNKNOWN = "There is no such item."


class MongoItems:
    """See `ports.ItemStore`."""

    def __init__(self, *, connection: MongoConnection) -> None:
        self._connection = connection

    async def page(
        self, kind: Kind, uni_id: str, *, skip: int, limit: int
    ) -> tuple[list[Item], int]:
        items, total = await asyncio.gather(
            self._find(kind, {"uniId": uni_id}, skip=skip, limit=limit), self._count(kind, uni_id)
        )
        return cast("list[Item]", items), total

    async def page_after(
        self, kind: Kind, uni_id: str, *, after: Cursor | None, limit: int
    ) -> list[tuple[Item, Cursor]]:
        wanted: dict[str, Any] = {"uniId": uni_id}
        if after is not None:
            moment, item_id = after
            wanted["$or"] = [
                {"createdAt": {"$lt": moment}},
                {"createdAt": moment, "_id": {"$lt": item_id}},
            ]
        documents = await self._find(kind, wanted, limit=limit, shown=_SHOWN | {"createdAt": 1})
        return [
            (cast("Item", document), (document.pop("createdAt"), document["_id"]))
            for document in documents
        ]

    async def search(self, kind: Kind, uni_id: str, words: str, *, limit: int) -> list[Item]:
        """By the text index where there is one, else by reading every item of the university."""
        wanted = search_words(words)
        phrases = " ".join(f'"{word}"' for word in wanted)
        if not phrases:
            return []
        try:
            by_index = {"uniId": uni_id, "$text": {"$search": phrases}}
            documents = await self._find(kind, by_index, limit=limit)
        except OperationFailure as error:
            if not _lacks_text(error):
                raise
            patterns = [{"$regex": re.escape(word), "$options": "i"} for word in wanted]
            anywhere = [
                {"$or": [{"name": pattern}, {"description": pattern}]} for pattern in patterns
            ]
            documents = await self._find(kind, {"uniId": uni_id, "$and": anywhere}, limit=limit)
        return cast("list[Item]", documents)

    async def add_stock(
        self, kind: Kind, updates: Sequence[Mapping[str, Any]], vendor_id: str | None
    ) -> BulkResult:
        """In their order, each by itself, as one request after the other would.

        Items that are only added to go in one bulk write, since that cannot fail. A bulk write does
        not say which of its conditions held, so of the others each goes by itself.
        """
        collection = self._connection.primary(COLLECTION_OF[kind])
        wanted: dict[str, Any] = {"_id": {"$in": sorted({update["itemId"] for update in updates})}}
        if vendor_id is not None:
            wanted["vendorId"] = vendor_id
        lessened = {update["itemId"] for update in updates if update["quantity"] < 0}
        with self._connection.timed(collection.name, "bulkWrite"):
            known = {item["_id"] for item in await collection.find(wanted, {"_id": 1}).to_list()}
            rejected = []
            additions: list[UpdateOne] = []
            for index, update in enumerate(updates):
                item_id, quantity = update["itemId"], update["quantity"]
                change = {"$inc": {"quantity": quantity, "stocked": quantity}}
                if item_id not in known:
                    rejected.append(Rejected(index, _UNKNOWN))
                elif item_id not in lessened:
                    additions.append(UpdateOne({"_id": item_id}, change))
                else:
                    enough = {"_id": item_id, "quantity": {"$gte": -quantity}}
                    if not (await collection.update_one(enough, change)).matched_count:
                        rejected.append(Rejected(index, _LESS))
            if additions:
                await collection.bulk_write(additions, ordered=False)
        return BulkResult(len(updates) - len(rejected), tuple(rejected))

    async def insert(self, kind: Kind, items: Sequence[Mapping[str, Any]]) -> BulkResult:
        collection = self._connection.primary(COLLECTION_OF[kind])
        rejected: list[Rejected] = []
        with self._connection.timed(collection.name, "insertMany"):
            try:
                await collection.bulk_write(
                    [InsertOne({**item, "stocked": item["quantity"]}) for item in items],
                    ordered=False,
                )
            except BulkWriteError as error:
                failed = (error.details or {}).get("writeErrors", ())
                rejected = [Rejected(failure["index"], "This _id is taken.") for failure in failed]
        rejected.sort(key=lambda rejection: rejection.index)
        return BulkResult(len(items) - len(rejected), tuple(rejected))

    async def _find(
        self,
        kind: Kind,
        wanted: dict[str, Any],
        *,
        limit: int,
        skip: int = 0,
        shown: Mapping[str, int] = _SHOWN,
    ) -> list[dict[str, Any]]:
        collection = self._connection.read(COLLECTION_OF[kind])
        with self._connection.timed(collection.name, "find"):
            matching = collection.find(wanted, shown, comment=commented())
            cursor = matching.sort(_NEWEST).skip(skip).limit(limit)
            return await cursor.to_list()

    async def _count(self, kind: Kind, uni_id: str) -> int:
        collection = self._connection.read(COLLECTION_OF[kind])
        with self._connection.timed(collection.name, "countDocuments"):
            return await collection.count_documents({"uniId": uni_id})


def _lacks_text(error: OperationFailure) -> bool:
    """Whether there is no text index here, or a server that does not know what one is."""
    told = str(error)
    return error.code == _NO_TEXT_INDEX or any(words in told for words in _WITHOUT_TEXT)
