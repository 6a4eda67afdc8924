"""The server's own word on a definition: each gets its answer, and nothing is left behind.

Tests `kampyn_perf/indexes/apply/proving.py` too.
"""

from __future__ import annotations

import pytest
from pymongo import MongoClient

from kampyn_perf.indexes.engines.mongo import open_mongo
from kampyn_perf.indexes.model.ports import ServerRefusal
from kampyn_perf.indexes.model.spec import IndexSpec
from kampyn_perf.names import PROBE_COLLECTION
from tests.indexes.fake_mongo import FakeMongo, refuse
from tests.indexes.wire import Document

PLAIN = IndexSpec(keys=(("email", 1),), options={"unique": True})
OTHER = IndexSpec(keys=(("phone", 1),))


def hashed(path: str) -> IndexSpec:
    return IndexSpec(keys=((path, "hashed"),))


@pytest.mark.mongo
def test_a_real_server_judges_each_definition_by_itself(
    mongo_uri: str, mongo_database: str
) -> None:
    # Refused by MongoDB because it is unique, by the stand-in because it is a text index.
    bad = IndexSpec(keys=(("a", "text"),), options={"unique": True})
    with MongoClient(mongo_uri) as client:
        twice = [{"_id": n, "email": "a@x"} for n in range(2)]
        client[mongo_database].users.insert_many(twice)
        database = open_mongo(mongo_uri, mongo_database)
        answers = database.probe_indexes("users", [PLAIN, bad, OTHER, bad])
        database.close()
        # On an empty collection duplicates are no reason: the definition alone is judged.
        assert [answer is None for answer in answers] == [True, False, True, False]
        assert answers[1] is not None
        assert answers[1].code == 67
        assert client[mongo_database].list_collection_names() == ["users"]
        assert list(client[mongo_database].users.index_information()) == ["_id_"]


@pytest.fixture
def strict(fake: FakeMongo) -> FakeMongo:
    """A server that takes no hashed index."""

    def handler(order: Document) -> Document:
        if "hashed" in str(order["indexes"]):
            raise ServerRefusal(67, "hashed? not here")
        return fake.answer(order)

    fake.always["createIndexes"] = handler
    return fake


def test_the_scratch_collection_is_of_the_same_kind(strict: FakeMongo) -> None:
    series = {"timeField": "at", "metaField": "sensor", "granularity": "hours"}
    options = {"timeseries": series, "collation": {"locale": "de"}, "validator": {"a": 1}}
    strict.collections["orders"].options = options
    strict.add(PROBE_COLLECTION)  # a killed run left it
    database = open_mongo(strict.uri)
    assert list(database.probe_indexes("orders", [PLAIN])) == [None]
    [made] = [command for command in strict.commands if "create" in command]
    assert made["create"] == PROBE_COLLECTION
    assert made["timeseries"] == {"timeField": "at", "metaField": "sensor"}
    assert made["collation"] == {"locale": "de"}
    assert "validator" not in made
    assert PROBE_COLLECTION not in strict.collections
    database.close()


def test_a_sharded_collection_is_tried_on_a_sharded_one(strict: FakeMongo) -> None:
    strict.hello = {"isWritablePrimary": True, "msg": "isdbgrid", "me": "one:1"}
    strict.records["collections"] = [{"_id": "kampyn.orders", "key": {"vendorId": 1}}]
    strict.always["shardCollection"] = lambda _: {}
    database = open_mongo(strict.uri)
    assert list(database.probe_indexes("orders", [PLAIN])) == [None]
    [sharded] = [command for command in strict.commands if "shardCollection" in command]
    assert sharded["shardCollection"] == f"kampyn.{PROBE_COLLECTION}"
    assert sharded["key"] == {"vendorId": 1}
    database.close()


@pytest.mark.parametrize("position", range(5))
def test_the_one_that_is_refused_is_found_wherever_it_stands(
    strict: FakeMongo, position: int
) -> None:
    specs = [IndexSpec(keys=((f"f{n}", 1),)) for n in range(5)]
    specs[position] = hashed("f")
    database = open_mongo(strict.uri)
    answers = database.probe_indexes("users", specs)
    assert [answer is not None for answer in answers] == [n == position for n in range(5)]
    assert PROBE_COLLECTION not in strict.collections
    database.close()


@pytest.mark.parametrize("code", [13, 10107])
def test_who_may_not_try_gets_no_verdict(strict: FakeMongo, code: int) -> None:
    strict.always["createIndexes"] = refuse(code, "no")
    database = open_mongo(strict.uri)
    with pytest.raises(ServerRefusal):
        database.probe_indexes("users", [PLAIN, OTHER])
    assert PROBE_COLLECTION not in strict.collections
    database.close()
