"""What an application declares comes out as a catalogue that can be written and read again."""

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
