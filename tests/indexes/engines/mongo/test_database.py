"""The adapter on a server: what is built is what is listed, what stands twice is found.

Tests `kampyn_perf/indexes/engines/mongo` too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from bson import ObjectId
from pymongo import MongoClient

from kampyn_perf.errors import KampynError
from kampyn_perf.indexes.engines.mongo import MongoDatabase, open_mongo
from kampyn_perf.indexes.engines.mongo.builds import current_builds
from kampyn_perf.indexes.engines.mongo.commands import definition
from kampyn_perf.indexes.engines.mongo.connection import MongoConnection
from kampyn_perf.indexes.engines.mongo.values import to_bson, to_plain
from kampyn_perf.indexes.model.live import CollectionKind
from kampyn_perf.indexes.model.normalise import normal_live, normal_of
from kampyn_perf.indexes.model.ports import (
    DUPLICATE_KEY,
    INDEX_NOT_FOUND,
    BuildOptions,
    ServerRefusal,
)
from kampyn_perf.indexes.model.query import Query, QueryKind
from kampyn_perf.indexes.model.spec import IndexSpec
from tests.indexes.fake_mongo import FakeMongo

OPTIONS = BuildOptions()
EMAIL = IndexSpec(keys=(("email", 1),), options={"unique": True})


@pytest.fixture
def database(mongo_uri: str, mongo_database: str) -> Iterator[MongoDatabase]:
    """20 users; two have the email of user 1, three have none."""
    with filled(mongo_uri, mongo_database) as opened:
        yield opened


@contextmanager
def filled(uri: str, name: str) -> Iterator[MongoDatabase]:
    with MongoClient[dict[str, Any]](uri) as client:
        client[name].users.insert_many(
            [
                {
                    "_id": n,
                    "email": "user1@x" if n in (1, 7) else f"user{n}@x",
                    "tags": ["a", "a", f"t{n}"] if n % 5 else [f"t{n}"],
                    "home": {"city": f"c{n % 2}"},
                }
                for n in range(17)
            ]
            + [{"_id": 17, "email": None}, {"_id": 18}, {"_id": 19, "email": None}]
        )
    opened = open_mongo(uri, name)
    yield opened
    opened.close()


@pytest.mark.mongo
@pytest.mark.parametrize(
    "spec",
    [
        IndexSpec(keys=(("home.city", 1), ("email", -1))),
        IndexSpec(keys=(("email", 1),), options={"sparse": True}),
        IndexSpec(
            keys=(("email", 1),),
            name="some",
            options={"partialFilterExpression": {"email": {"$gt": "a"}}},
        ),
        IndexSpec(keys=(("since", 1),), options={"expireAfterSeconds": 3600}),
    ],
)
def test_what_is_built_is_listed_as_it_was_asked_for(
    database: MongoDatabase, spec: IndexSpec
) -> None:
    assert_is_built(database, spec)


@pytest.mark.mongo
def test_a_hashed_index_is_listed_as_it_was_asked_for(
    mongo_text_uri: str, mongo_text_database: str
) -> None:
    with filled(mongo_text_uri, mongo_text_database) as database:
        assert_is_built(database, IndexSpec(keys=(("email", "hashed"),)))


def assert_is_built(database: MongoDatabase, spec: IndexSpec) -> None:
    database.create_indexes("users", [spec], OPTIONS)
    [index] = [i for i in database.read_collection("users").indexes if i.name != "_id_"]
    assert index.name == spec.effective_name
    assert normal_live(index) == normal_of(spec)
    database.create_indexes("users", [spec], OPTIONS)
    database.drop_index("users", spec.effective_name)
    with pytest.raises(ServerRefusal) as caught:
        database.drop_index("users", spec.effective_name)
    assert caught.value.code == INDEX_NOT_FOUND


@pytest.mark.mongo
def test_duplicates_are_found_as_the_index_would_see_them(database: MongoDatabase) -> None:
    found = database.find_duplicates("users", EMAIL, 5)
    groups = {str(group.value["email"]): group for group in found.groups}
    assert {name: group.count for name, group in groups.items()} == {"user1@x": 2, "None": 3}
    assert set(groups["user1@x"].sample_ids) == {1, 7}
    assert set(groups["None"].sample_ids) == {17, 18, 19}  # missing counts as null
    assert not found.more
    assert database.find_duplicates("users", EMAIL, 1).more
    with pytest.raises(ServerRefusal) as caught:
        database.create_indexes("users", [EMAIL], OPTIONS)
    assert caught.value.code == DUPLICATE_KEY


@pytest.mark.mongo
@pytest.mark.parametrize(
    ("spec", "values"),
    [
        (
            IndexSpec(
                keys=(("email", 1),),
                options={"partialFilterExpression": {"email": {"$gt": "user2"}}},
            ),
            set(),
        ),
        (IndexSpec(keys=(("email", 1),), options={"sparse": True}), {"user1@x", None}),
        (
            IndexSpec(keys=(("tags", 1),), options={"sparse": True}),
            {"a"},
        ),  # twice in one document is fine
        (IndexSpec(keys=(("home.city", 1),), options={"sparse": True}), {"c0", "c1"}),
    ],
)
def test_only_documents_that_the_index_holds_count(
    database: MongoDatabase, spec: IndexSpec, values: set[str | None]
) -> None:
    found = database.find_duplicates("users", spec, 5)
    assert {next(iter(group.value.values())) for group in found.groups} == values


@pytest.mark.mongo
def test_samples_lock_and_journal(database: MongoDatabase) -> None:
    sample = database.sample_fields("users", 20)
    assert sample.documents == 20
    assert sample.present["home.city"] == 17
    assert set(sample.arrays) == {"tags"}
    assert database.key_sizes("users", EMAIL, 20).longest_bytes > len("user1@x")
    lock = database.acquire_lock("ada", 60_000_000)
    with pytest.raises(KampynError, match="changed by ada"):
        database.acquire_lock("bob", 60_000_000)
    database.release_lock(database.renew_lock(lock, 60_000_000))
    expired = database.acquire_lock("bob", -1)
    database.acquire_lock("ada", 60_000_000)
    with pytest.raises(KampynError, match="expired"):
        database.renew_lock(expired, 60_000_000)
    database.append_journal({"n": 1})
    database.append_journal({"n": 2})
    assert list(database.read_journal(1)) == [{"n": 2}]
    assert database.collection_names() == ["users"]
    assert database.read_collection("none").kind is CollectionKind.MISSING


@pytest.mark.mongo
def test_queries_run_to_their_last_document(database: MongoDatabase) -> None:
    cities: dict[str, Any] = {"$group": {"_id": "$home.city", "n": {"$sum": 1}}}
    cases = [
        (Query(name="f", collection="users", filter={"home.city": "c1"}, sort={"_id": -1}), 8),
        (Query(name="l", collection="users", filter={}, skip=3, limit=5), 5),
        (Query(name="c", collection="users", kind=QueryKind.COUNT, filter={"email": None}), 3),
        (Query(name="a", collection="users", kind=QueryKind.AGGREGATE, pipeline=(cities,)), 3),
    ]
    for query, expected in cases:
        assert database.run_query(query) == expected, query.name


@pytest.mark.mongo
def test_inserts_are_timed_without_a_trace(database: MongoDatabase) -> None:
    assert len(database.time_inserts("users", [IndexSpec(keys=(("email", 1),))], 10)) == 10
    assert database.collection_names() == ["users"]
    assert database.read_collection("kampyn_perf_scratch").kind is CollectionKind.MISSING


def test_plain_values_and_bson_are_each_other() -> None:
    oid = "65f1a2b3c4d5e6f708192a3b"
    plain = {"a": {"$oid": oid}, "n": 1, "f": 1.5, "w": {"$date": "2026-01-02T03:04:05Z"}}
    assert to_bson(plain)["a"] == ObjectId(oid)
    assert to_plain(to_bson(plain)) == plain
    assert to_bson({"x": {"$gt": {"$oid": oid}, "$in": [1, 2]}})["x"]["$gt"] == ObjectId(oid)


def test_a_definition_has_only_what_was_asked_for() -> None:
    assert definition(IndexSpec(keys=(("a", 1), ("b", -1)))) == {
        "key": {"a": 1, "b": -1},
        "name": "a_1_b_-1",
    }
    full = IndexSpec(
        keys=(("a", 1),),
        options={"unique": True, "expireAfterSeconds": 0, "collation": {"locale": "en"}},
    )
    assert definition(full) == {
        "key": {"a": 1},
        "name": "a_1",
        "unique": True,
        "expireAfterSeconds": 0,
        "collation": {"locale": "en"},
    }


def test_a_build_is_known_by_its_collection_and_its_progress(fake: FakeMongo) -> None:
    order = {"createIndexes": "orders", "indexes": [{"key": {"a": 1}, "name": "a_1"}]}
    fake.operations = [
        {"ns": "kampyn.$cmd", "command": order, "opid": 1},
        {
            "ns": "kampyn.orders",
            "command": order,
            "msg": "Index Build: draining writes received during build: 3/9 33%",
            "progress": {"done": 3, "total": 9},
        },
        {"ns": "other.orders", "command": order, "msg": "Index Build", "progress": {"total": 0}},
        {"ns": "kampyn.users", "command": {"find": "users"}},
    ]
    with MongoClient[dict[str, Any]](fake.uri) as client:
        connection = MongoConnection(client=client, uri=fake.uri, database="kampyn")
        [build] = current_builds(connection, "orders")
        assert build.names == ("a_1",)
        assert build.progress == pytest.approx(1 / 3)
        assert build.phase == "draining writes received during build"
        assert not current_builds(connection, "users")


def test_a_collection_says_what_it_is(fake: FakeMongo) -> None:
    fake.add("seen", type="view")
    fake.add("ring", options={"capped": True})
    fake.add("ticks", type="timeseries")
    fake.add("words", options={"collation": {"locale": "fi"}})
    database = open_mongo(fake.uri)
    kinds = {name: database.read_collection(name).kind for name in ("seen", "ring", "ticks")}
    assert kinds == {
        "seen": CollectionKind.VIEW,
        "ring": CollectionKind.CAPPED,
        "ticks": CollectionKind.TIMESERIES,
    }
    assert database.read_collection("words").collation == {"locale": "fi"}
    database.close()


@pytest.fixture
def orders(mongo_uri: str, mongo_database: str) -> Iterator[tuple[MongoDatabase, Any]]:
    """An adapter, and the driver's own collection `orders` of the same database."""
    with MongoClient[dict[str, Any]](mongo_uri) as client:
        opened = open_mongo(mongo_uri, mongo_database)
        yield opened, client[mongo_database].orders
        opened.close()


@pytest.mark.mongo
def test_duplicates_at_one_position_of_an_array(orders: tuple[MongoDatabase, Any]) -> None:
    database, collection = orders
    collection.insert_many(
        [
            {"_id": 1, "items": [{"sku": "a"}, {"sku": "z"}]},
            {"_id": 2, "items": [{"sku": "b"}, {"sku": "z"}]},
            {"_id": 3, "items": [{"sku": "a"}]},
            {"_id": 4, "items": [{"sku": ["c", "b"]}]},
            {"_id": 5, "items": {"0": {"sku": "d"}}},
        ]
    )
    first = IndexSpec(keys=(("items.0.sku", 1),), options={"unique": True})
    found = database.find_duplicates("orders", first, 5)
    groups = {group.value["items.0.sku"]: set(group.sample_ids) for group in found.groups}
    assert groups == {"a": {1, 3}, "b": {2, 4}}
    second = IndexSpec(keys=(("items.1.sku", 1),), options={"unique": True})
    assert {
        g.value["items.1.sku"]: g.count
        for g in database.find_duplicates("orders", second, 5).groups
    } == {
        "z": 2,
        None: 3,
    }


@pytest.mark.mongo
def test_documents_that_an_index_would_refuse_for_their_form(
    orders: tuple[MongoDatabase, Any],
) -> None:
    database, collection = orders
    collection.insert_many(
        [
            {"_id": 1, "tags": ["x"], "sizes": [1], "name": "a", "language": "klingon"},
            {"_id": 2, "tags": ["x"], "sizes": 1, "name": "b", "language": "German"},
            {"_id": 3, "items": [{"a": [1]}, {"b": [1]}], "name": "c", "language": 7},
        ]
    )

    def ids(*keys: tuple[str, Any], **options: Any) -> list[Any]:
        spec = IndexSpec(keys=keys, options=options)
        other = IndexSpec(keys=(("tags", 1), ("name", 1)))
        mine, none = database.find_unindexable("orders", [spec, other], 5)
        assert none == ()
        return sorted(found.id for found in mine)

    assert ids(("tags", 1), ("sizes", 1)) == [1]
    assert ids(("tags", 1)) == []
    assert ids(("items.a", 1), ("items.b", 1)) == []  # in two items, not beside each other
    assert ids(("tags", "hashed")) == [1, 2]
    assert ids(("sizes", "hashed"), partialFilterExpression={"name": "b"}) == []
    assert ids(("name", "text")) == [1, 3]
    assert ids(("name", "text"), language_override="tongue") == []


@pytest.mark.mongo
def test_what_an_expiry_would_delete_is_counted(orders: tuple[MongoDatabase, Any]) -> None:
    database, collection = orders
    now = dt.datetime.now(dt.UTC)
    days = [now - dt.timedelta(days=n) for n in (0, 1, 3, 9)]
    documents: list[dict[str, Any]] = [{"_id": n, "at": at} for n, at in enumerate(days)]
    documents += [{"_id": 10, "at": [days[0], days[3], "x"]}, {"_id": 11, "at": "2020-01-01"}]
    collection.insert_many([*documents, {"_id": 12}, {"_id": 13, "old": True, "at": days[3]}])
    spec = IndexSpec(keys=(("at", 1),))
    found = database.count_expired("orders", spec, 2 * 86_400, 5_000_000)
    assert (found.documents, found.expired, found.sampled) == (8, 4, False)
    assert found.types == {"date": 5, "array": 1, "string": 1, "missing": 1}
    assert found.oldest_us is not None
    assert abs(found.oldest_us - days[3].timestamp() * 1e6) < 1_000
    part = spec.having(partialFilterExpression={"old": True})
    found = database.count_expired("orders", part, 2 * 86_400, 5_000_000)
    assert (found.documents, found.expired, found.share) == (1, 1, 1.0)


def test_where_counting_takes_too_long_a_sample_says_about_how_many(fake: FakeMongo) -> None:
    now = dt.datetime.now(dt.UTC)
    fake.collections["orders"].rules.documents = [
        {"_id": 1, "at": now - dt.timedelta(days=9)},
        {"_id": 2, "at": [now, now - dt.timedelta(days=8)]},
        {"_id": 3, "at": now},
        {"_id": 4},
    ]

    def slow(order: dict[str, Any]) -> dict[str, Any]:
        if "$group" in order["pipeline"][0]:
            assert order["maxTimeMS"] == 5_000
            raise ServerRefusal(50, "operation exceeded time limit")
        return fake.answer(order)

    fake.always["aggregate"] = slow
    database = open_mongo(fake.uri)
    found = database.count_expired("orders", IndexSpec(keys=(("at", 1),)), 86_400, 5_000_000)
    assert (found.documents, found.expired, found.sampled) == (4, 2, True)
    assert found.types == {"date": 2, "array": 1, "missing": 1}
    database.close()
