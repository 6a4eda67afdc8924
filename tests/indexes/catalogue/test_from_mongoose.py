"""What an application declares comes out as a catalogue that can be written and read again.

Tests `declarations.py`, `mongoose_index.py` and `repeated.py` of `kampyn_perf/indexes/catalogue`
too.
"""

from __future__ import annotations

from typing import Any

import pytest

from kampyn_perf.errors import ConfigError
from kampyn_perf.indexes.catalogue.from_mongoose import catalogue_of_mongoose, plural
from kampyn_perf.indexes.model.catalogue import Catalogue
from tests.indexes.catalogue.test_from_database import read_back


def from_mongoose(data: Any) -> Catalogue:
    return read_back(catalogue_of_mongoose(data, source="declared.json")[0])


def test_what_schema_indexes_answers() -> None:
    data = {
        "orders": [
            [{"vendorId": 1, "createdAt": "desc"}, {"background": True}],
            [{"name": "text"}, {"weights": {"name": 5}, "default_language": "none"}],
            [{"at": 1}, {"expires": "30d", "name": "gone"}],
        ]
    }
    (orders,) = from_mongoose(data).collections
    assert [entry.spec.keys for entry in orders.entries] == [
        (("vendorId", 1), ("createdAt", -1)),
        (("name", "text"),),
        (("at", 1),),
    ]
    assert orders.entries[1].spec.weights == {"name": 5}
    assert (orders.entries[2].spec.ttl_seconds, orders.entries[2].spec.name) == (2_592_000, "gone")


def test_a_schema_with_options_on_its_paths() -> None:
    data = {
        "User": {
            "schema": {
                "email": {"type": "String", "required": True, "unique": True},
                "phone": {"type": "String", "index": {"unique": True, "sparse": True}},
                "name": "String",
                "plain": {"type": "String", "index": False},
                "address": {"city": {"type": "String", "index": True}},
                "roles": [{"type": "String", "index": True}],
                "lines": {"type": [{"itemId": {"type": "ObjectId", "index": -1}}]},
                "place": {"type": "Point", "index": "2dsphere"},
                "session": {"type": "Date", "expires": 60},
                "bio": {"type": "String", "text": True},
            },
            "indexes": [[{"email": 1}, {"unique": True}]],
        }
    }
    (users,) = from_mongoose(data).collections
    assert users.name == "users"
    assert users.required == {"email"}
    assert users.arrays == {"roles", "lines"}
    by_name = {entry.spec.effective_name: entry.spec for entry in users.entries}
    assert list(by_name) == [
        "email_1",
        "phone_1",
        "address.city_1",
        "roles_1",
        "lines.itemId_-1",
        "place_2dsphere",
        "session_1",
        "bio_text",
    ]
    assert by_name["email_1"].unique
    assert by_name["phone_1"].sparse
    assert by_name["session_1"].ttl_seconds == 60


def test_what_is_no_declaration_is_named_with_its_place() -> None:
    with pytest.raises(ConfigError) as caught:
        catalogue_of_mongoose({"users": [["email"]], "orders": 1}, source="declared.json")
    assert [str(problem) for problem in caught.value.problems] == [
        "declared.json: users: not an index: ['email'] (expected [keys, options])",
        "declared.json: orders: expected a list of [keys, options], or an object with schema or "
        "indexes",
    ]


def test_unknown_options_and_repetitions_are_noted() -> None:
    data = {"users": [[{"a": 1}, {"magic": 1}], [{"a": "asc"}]]}
    catalogue, notes = catalogue_of_mongoose(data, source="declared.json")
    assert len(catalogue.collections[0].entries) == 1
    assert notes == (
        "users: left out the option magic, which no index has",
        "users: a_1 is declared twice; kept once",
    )


@pytest.mark.parametrize(
    ("model", "collection_name"),
    [
        ("User", "users"),
        ("Category", "categories"),
        ("Address", "addresses"),
        ("News", "news"),
        ("Status", "statuses"),
        ("Box", "boxes"),
        ("Key", "keys"),
        ("Dish", "dishes"),
    ],
)
def test_plural(model: str, collection_name: str) -> None:
    assert plural(model) == collection_name


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"User": {"schema": {"email": {"unique": True}}}}, "email has unique and no type"),
        ({"User": {"schema": {"a": {"b": [{"index": 1}]}}}}, "a.b has index and no type"),
        ({"User": {"schema": {"email": {"required": True, "index": True}}}}, "indexes exporter"),
        ({}, "no model in it"),
        ([], "no model in it"),
        ({"users": [], "orders": []}, r"no index is declared in it \(users, orders\)"),
    ],
)
def test_what_lost_its_types_or_has_no_index_says_why(data: Any, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        catalogue_of_mongoose(data, source="declared.json")


def test_fields_that_are_called_like_options_are_fields() -> None:
    schema = {"index": {"type": "String", "index": True}, "text": "String", "unique": {}}
    (users,) = from_mongoose({"User": {"schema": {"page": schema}}}).collections
    assert [entry.spec.fields for entry in users.entries] == [("page.index",)]


@pytest.mark.parametrize(
    ("words", "seconds"),
    [("30d", 2_592_000), ("2 days", 172_800), ("1.5h", 5_400), ("1 week", 604_800), ("90", 90)],
)
def test_a_duration_in_words(words: str, seconds: int) -> None:
    (users,) = from_mongoose({"users": [[{"at": 1}, {"expires": words}]]}).collections
    assert users.entries[0].spec.ttl_seconds == seconds


def test_the_unique_one_of_two_is_kept() -> None:
    data = {"users": [[{"a": 1}], [{"a": 1}, {"unique": True}], [{"_id": 1}, {"unique": True}]]}
    catalogue, notes = catalogue_of_mongoose(data, source="declared.json")
    assert [entry.spec.unique for entry in catalogue.collections[0].entries] == [True]
    assert notes == (
        "users: a_1 is declared unique and not unique; kept as unique",
        "users: _id_1 left out: every collection has it",
    )
