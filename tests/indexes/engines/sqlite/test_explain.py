"""SQLite's own plans, before an index and with it."""

from __future__ import annotations

from typing import Any

import pytest

from kampyn_perf.indexes.engines.sqlite.database import SqliteDatabase
from kampyn_perf.indexes.model.explained import Reach
from kampyn_perf.indexes.model.ports import BuildOptions, ServerRefusal
from kampyn_perf.indexes.model.query import Query, QueryKind
from kampyn_perf.indexes.model.spec import IndexSpec

PAGE = IndexSpec(keys=(("vendorId", 1), ("status", 1), ("createdAt", -1)))
TEXT = IndexSpec(keys=(("name", "text"), ("description", "text")))
ACTIVE = Query(
    name="active",
    collection="orders",
    filter={"vendorId": "vendor1", "status": {"$in": ["pending", "new"]}},
    sort={"createdAt": -1},
    limit=10,
)
DAYS: tuple[dict[str, Any], ...] = (
    {"$match": {"vendorId": "vendor1", "createdAt": {"$gte": {"$date": "1970-01-01T00:00:10Z"}}}},
    {
        "$group": {
            "_id": {"$dateToString": {"format": "%Y-%m-%d", "date": "$createdAt"}},
            "orders": {"$sum": 1},
            "mean": {"$avg": "$total"},
        }
    },
    {"$sort": {"_id": 1}},
)


def test_without_an_index_all_rows_are_read_and_sorted(database: SqliteDatabase) -> None:
    found = database.explain(ACTIVE)
    assert found.reach is Reach.COLLECTION
    assert (found.in_memory_sort, found.docs_examined, found.returned) == (True, 300, 10)
    assert found.examined_per_result == 30


def test_with_the_index_its_name_is_read(database: SqliteDatabase) -> None:
    database.create_indexes("orders", [PAGE], BuildOptions())
    equal = Query(
        name="q",
        collection="orders",
        filter={"vendorId": "vendor1", "status": "pending"},
        sort={"createdAt": -1},
    )
    found = database.explain(equal)
    assert (found.reach, found.indexes) == (Reach.INDEX, ("vendorId_1_status_1_createdAt_-1",))
    assert not found.in_memory_sort
    assert found.unknown_stages == ()
    assert database.explain(ACTIVE).in_memory_sort  # two statuses: merged, then sorted


def test_a_query_answered_from_keys_alone_is_covered(database: SqliteDatabase) -> None:
    database.create_indexes("retails", [IndexSpec(keys=(("uniId", 1),))], BuildOptions())
    query = Query(name="n", collection="retails", kind=QueryKind.COUNT, filter={"uniId": "123"})
    assert database.explain(query).covered


def test_the_primary_key_is_neither_index_nor_scan(database: SqliteDatabase) -> None:
    found = database.explain(Query(name="id", collection="orders", filter={"_id": "o1"}))
    assert (found.reach, found.returned) == (Reach.PRIMARY, 1)


def test_an_aggregation_groups_by_day(database: SqliteDatabase) -> None:
    query = Query(name="d", collection="orders", kind=QueryKind.AGGREGATE, pipeline=DAYS)
    assert database.run_query(query) == 1
    assert database.explain(query).reach is Reach.COLLECTION
    database.create_indexes("orders", [IndexSpec(keys=(("vendorId", 1),))], BuildOptions())
    assert database.explain(query).indexes == ("vendorId_1",)


def test_search_uses_the_text_index_and_fails_without(database: SqliteDatabase) -> None:
    query = Query(
        name="s",
        collection="retails",
        filter={"$text": {"$search": 'roasted -"x y" -baked'}, "uniId": "123"},
    )
    with pytest.raises(ServerRefusal, match="text index required"):
        database.explain(query)
    database.create_indexes("retails", [TEXT], BuildOptions())
    found = database.explain(query)
    assert (found.reach, found.indexes) == (Reach.INDEX, ("name_text_description_text",))


@pytest.mark.parametrize(
    "query",
    [
        Query(name="q", collection="users", filter={"email": {"$regex": "^a"}}),
        Query(name="q", collection="users", filter={"email": {"$size": 1}}),
        Query(name="q", collection="users", filter={"a.b": 1}),
        Query(name="q", collection="users", filter={"email": ["a"]}),
        Query(name="q", collection="users", collation={"locale": "en"}),
        Query(name="q", collection="users", sort={"s": {"$meta": "textScore"}}),
        Query(name="q", collection="users", kind=QueryKind.AGGREGATE, pipeline=({"$lookup": {}},)),
    ],
)
def test_what_sql_cannot_say_is_refused(database: SqliteDatabase, query: Query) -> None:
    with pytest.raises(ServerRefusal, match="no counterpart in SQLite"):
        database.run_query(query)


def test_values_never_become_sql(database: SqliteDatabase) -> None:
    for value in ("'; DROP TABLE users; --", '" OR 1=1'):
        assert database.run_query(Query(name="q", collection="users", filter={"email": value})) == 0
    assert database.run_query(Query(name="q", collection="users", filter={})) == 200
