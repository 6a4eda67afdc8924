"""The adapter on a real file: what is built is what is listed, and what is searched."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from kampyn_perf.errors import KampynError, UnreachableError
from kampyn_perf.indexes.engines.sqlite.database import SqliteDatabase, open_sqlite
from kampyn_perf.indexes.model.live import CollectionKind
from kampyn_perf.indexes.model.normalise import normal_live, normal_of
from kampyn_perf.indexes.model.ports import (
    CANNOT_CREATE,
    DUPLICATE_KEY,
    INDEX_NOT_FOUND,
    KEY_SPECS_CONFLICT,
    NAMESPACE_NOT_FOUND,
    BuildOptions,
    ServerRefusal,
)
from kampyn_perf.indexes.model.query import Query
from kampyn_perf.indexes.model.spec import IndexSpec

OPTIONS = BuildOptions()
EMAIL = IndexSpec(keys=(("email", 1),), options={"unique": True})
PAGE = IndexSpec(keys=(("vendorId", 1), ("status", 1), ("createdAt", -1)))
TEXT = IndexSpec(keys=(("name", "text"), ("description", "text")))
PENDING = IndexSpec(
    keys=(("createdAt", -1),),
    name="pending",
    options={"partialFilterExpression": {"status": "pending"}},
)
SPARSE = IndexSpec(keys=(("collegeId", 1),), options={"sparse": True})


@pytest.mark.parametrize(
    ("table", "spec"),
    [("users", EMAIL), ("orders", PAGE), ("orders", PENDING), ("users", SPARSE), ("retails", TEXT)],
)
def test_what_is_built_is_listed_as_it_was_asked_for(
    database: SqliteDatabase, table: str, spec: IndexSpec
) -> None:
    database.create_indexes(table, [spec], OPTIONS)
    [index] = [i for i in database.read_collection(table).indexes if i.name != "_id_"]
    assert index.name == spec.effective_name
    assert normal_live(index) == normal_of(spec)
    database.create_indexes(table, [spec], OPTIONS)  # once more is no error
    database.drop_index(table, spec.effective_name)
    assert [i.name for i in database.read_collection(table).indexes] == ["_id_"]
    assert database.collection_names() == ["orders", "produces", "retails", "users"]


def test_a_name_that_the_backend_gave_is_the_catalogues(
    database: SqliteDatabase, store: Path
) -> None:
    with sqlite3.connect(store) as connection:
        connection.execute('CREATE UNIQUE INDEX "users_email_1" ON users (email)')
    assert [i.name for i in database.read_collection("users").indexes] == ["_id_", "email_1"]
    database.create_indexes("users", [EMAIL], OPTIONS)


def test_all_or_none_of_one_command(database: SqliteDatabase, store: Path) -> None:
    _run(store, "INSERT INTO users VALUES ('twin', 'user1@example.com', 'x', 'y')")
    with pytest.raises(ServerRefusal) as caught:
        database.create_indexes("users", [SPARSE, EMAIL], OPTIONS)
    assert caught.value.code == DUPLICATE_KEY
    assert [i.name for i in database.read_collection("users").indexes] == ["_id_"]
    found = database.find_duplicates("users", EMAIL, 3)
    [group] = found.groups
    assert (group.value, group.count) == ({"email": "user1@example.com"}, 2)
    assert set(group.sample_ids) == {"u1", "twin"}


def test_duplicates_outside_a_partial_filter_do_not_matter(
    database: SqliteDatabase, store: Path
) -> None:
    _run(store, "INSERT INTO users VALUES ('twin', 'user1@example.com', 'x', 'other')")
    partial = IndexSpec(
        keys=(("email", 1),),
        options={"unique": True, "partialFilterExpression": {"collegeId": {"$lte": "2"}}},
    )
    assert not database.find_duplicates("users", partial, 3).groups


def test_the_text_index_follows_its_table(database: SqliteDatabase, store: Path) -> None:
    database.create_indexes("retails", [TEXT], OPTIONS)
    query = Query(name="s", collection="retails", filter={"$text": {"$search": "roasting"}})
    assert database.run_query(query) == 15
    _run(store, "INSERT INTO retails (_id, name, description) VALUES ('n', 'Roast', '')")
    assert database.run_query(query) == 16
    _run(store, "UPDATE retails SET description = 'roasts' WHERE _id = 'r0'")
    assert database.run_query(query) == 17
    _run(store, "DELETE FROM retails WHERE description = 'roasted nuts'")
    assert database.run_query(query) == 2


@pytest.mark.parametrize(
    ("table", "spec", "reason"),
    [
        (
            "orders",
            IndexSpec(keys=(("createdAt", 1),), options={"expireAfterSeconds": 60}),
            "expires nothing",
        ),
        ("users", IndexSpec(keys=(("email", "hashed"),)), "hashed"),
        ("users", IndexSpec(keys=(("a.b", 1),)), "nothing inside"),
        ("users", IndexSpec(keys=(("shoe", 1),)), "shoe: the table has no such column"),
        ("users", IndexSpec(keys=(("email", "text"),)), "WITHOUT ROWID"),
        (
            "retails",
            IndexSpec(keys=(("name", "text"),), options={"weights": {"name": 5}}),
            "weights",
        ),
        (
            "retails",
            IndexSpec(keys=(("name", "text"),), options={"default_language": "finnish"}),
            "finnish",
        ),
        ("users", IndexSpec(keys=(("$**", 1),)), "wildcard"),
        (
            "users",
            IndexSpec(keys=(("email", 1),), options={"collation": {"locale": "en"}}),
            "collation",
        ),
        (
            "users",
            IndexSpec(
                keys=(("email", 1),), options={"partialFilterExpression": {"phone": {"$type": 2}}}
            ),
            "$type",
        ),
    ],
)
def test_what_has_no_counterpart_is_refused_with_its_reason(
    database: SqliteDatabase, table: str, spec: IndexSpec, reason: str
) -> None:
    with pytest.raises(ServerRefusal, match="no counterpart") as caught:
        database.create_indexes(table, [spec], OPTIONS)
    assert caught.value.code == CANNOT_CREATE
    assert reason in caught.value.message


def test_errors_have_mongodbs_codes(database: SqliteDatabase) -> None:
    cases: list[tuple[int, Any]] = [
        (NAMESPACE_NOT_FOUND, lambda: database.create_indexes("none", [EMAIL], OPTIONS)),
        (INDEX_NOT_FOUND, lambda: database.drop_index("users", "email_1")),
    ]
    for code, attempt in cases:
        with pytest.raises(ServerRefusal) as caught:
            attempt()
        assert caught.value.code == code
    database.create_indexes("users", [EMAIL], OPTIONS)
    other = IndexSpec(keys=(("phone", 1),), name="email_1")
    with pytest.raises(ServerRefusal) as caught:
        database.create_indexes("users", [other], OPTIONS)
    assert caught.value.code == KEY_SPECS_CONFLICT
    assert database.read_collection("none").kind is CollectionKind.MISSING


def test_no_file_and_no_database_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(UnreachableError, match="no SQLite store"):
        _ = open_sqlite(f"sqlite:///{tmp_path}/none.db").server
    (tmp_path / "text.db").write_text("this is not a database, whatever its name says" * 9)
    with pytest.raises(KampynError, match="not a sound SQLite file"):
        _ = open_sqlite(f"sqlite:///{tmp_path}/text.db").server


def test_only_one_holds_the_lock(database: SqliteDatabase, store: Path) -> None:
    other = open_sqlite(f"sqlite:///{store}")
    lock = database.acquire_lock("ada", 60_000_000)
    with pytest.raises(KampynError, match="changed by ada"):
        other.acquire_lock("bob", 60_000_000)
    database.renew_lock(lock, 60_000_000)
    database.release_lock(lock)
    expired = other.acquire_lock("bob", -1)
    database.acquire_lock("ada", 60_000_000)
    with pytest.raises(KampynError, match="expired"):
        other.renew_lock(expired, 60_000_000)
    other.close()


def test_the_journal_keeps_its_order(database: SqliteDatabase) -> None:
    assert database.read_journal(5) == []
    for number in range(3):
        database.append_journal({"n": number})
    assert database.read_journal(2) == [{"n": 1}, {"n": 2}]
    assert "kampyn_perf_journal" not in database.collection_names()


def _run(store: Path, sql: str) -> None:
    with sqlite3.connect(store) as connection:
        connection.execute(sql)
    connection.close()


def test_a_definition_is_tried_on_an_empty_table(database: SqliteDatabase, store: Path) -> None:
    _run(store, "UPDATE users SET phone = '1'")
    unknown = IndexSpec(keys=(("nothing", 1),))
    phone = IndexSpec(keys=(("phone", 1),), options={"unique": True})
    good, bad, text = database.probe_indexes("users", [phone, unknown, TEXT])
    assert good is None
    assert bad is not None
    assert "nothing" in bad.message
    assert text is not None  # users have neither of its columns
    assert not any("probe" in name for name in database.collection_names())
