"""A database that a test has changed is as seeded for the next one.

Tests `tests/backend/stores/seeded.py`.
"""

from __future__ import annotations

from typing import Any

import pytest
from pymongo import MongoClient

from tests.backend.stores.seeded import seeded_database

pytestmark = pytest.mark.mongo
Documents = dict[str, list[dict[str, Any]]]


def test_what_came_changed_or_went_is_as_before(mongo_uri: str) -> None:
    with MongoClient[dict[str, Any]](mongo_uri) as client:

        def seed(url: str) -> None:
            orders = client.get_database(url.rpartition("/")[2].partition("?")[0])["orders"]
            orders.insert_many([{"_id": number, "lines": [{"of": number}]} for number in range(9)])

        with seeded_database(mongo_uri, seed) as seeded:
            database = client[seeded.name]
            before = documents(database)
            database["orders"].delete_many({"_id": {"$lt": 2}})
            database["orders"].update_one({"_id": 5}, {"$set": {"lines.0.of": 6}})
            database["orders"].insert_one({"_id": "more"})
            database["keys"].insert_one({"_id": {"user": 1, "key": "k"}})
            assert documents(database) != before
            seeded.restore()
            assert documents(database) == {**before, "keys": []}


def documents(database: Any) -> Documents:
    return {
        name: sorted(database[name].find(), key=lambda one: str(one["_id"]))
        for name in database.list_collection_names()
    }
