"""Seeding MongoDB: large unordered inserts, and indexes only when the data is in."""

from __future__ import annotations

from typing import Any

from pymongo import IndexModel, WriteConcern

from kampyn_perf.backend.store_settings import MongoSettings
from kampyn_perf.backend.stores.mongo.connection import connect_sync
from kampyn_perf.backend.stores.mongo.recovery import KEYS
from kampyn_perf.names import CARTS, ORDERS, PRODUCES, RETAILS, USERS, VENDORS

_DATA = (USERS, VENDORS, RETAILS, PRODUCES, CARTS, ORDERS, KEYS)
_META = "meta"
_TEXT = IndexModel([("name", "text"), ("description", "text")])
_OF_UNI = IndexModel([("uniId", 1), ("type", 1)])
INDEXES = {
    USERS: [
        IndexModel([("email", 1)], unique=True),
        IndexModel([("phone", 1)], unique=True),
        IndexModel([("collegeId", 1)]),
    ],
    ORDERS: [
        IndexModel([("userId", 1)]),
        IndexModel([("vendorId", 1)]),
        IndexModel([("status", 1)]),
        IndexModel([("createdAt", -1)]),
        IndexModel([("vendorId", 1), ("status", 1), ("createdAt", -1)]),
    ],
    RETAILS: [_OF_UNI, _TEXT],
    PRODUCES: [_OF_UNI, _TEXT],
}


class MongoLoader:
    """See `ports.Loader`."""

    def __init__(self, *, url: str, settings: MongoSettings, indexes: bool) -> None:
        self._client, database = connect_sync(url, settings)
        self._indexes = indexes
        # Seeding is repeated when it is interrupted, so it need not wait for the journal.
        self._database = database.with_options(write_concern=WriteConcern(w=1))

    def note(self, name: str) -> str | None:
        note = self._database[_META].find_one({"_id": name})
        return note["value"] if note else None

    def set_note(self, name: str, value: str) -> None:
        self._database[_META].replace_one({"_id": name}, {"value": value}, upsert=True)

    def is_empty(self) -> bool:
        return self._database[USERS].find_one({}, {"_id": 1}) is None

    def clear(self) -> None:
        for collection in (*_DATA, _META):
            self._database.drop_collection(collection)

    def insert(self, collection: str, documents: list[dict[str, Any]]) -> None:
        self._database[collection].insert_many(documents, ordered=False)

    def replace_hash(self, old: str, new: str) -> None:
        for collection in (USERS, VENDORS):
            self._database[collection].update_many(
                {"passwordHash": old}, {"$set": {"passwordHash": new}}
            )

    def finish(self) -> None:
        """All indexes of a collection in one command: the server reads its data once."""
        if self._indexes:
            for collection, indexes in INDEXES.items():
                self._database[collection].create_indexes(indexes)
        # Ours, whatever the catalogue: recovery looks for keys that are not settled yet.
        self._database[KEYS].create_index([("at", 1)], sparse=True)

    def close(self) -> None:
        self._client.close()
