"""Definitions that mean the same are the same; definitions that differ say in what.

Tests `values.py`, `collation.py` and `spec.py` of `kampyn_perf/indexes/model` too.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from kampyn_perf.indexes.model.live import LiveCollection, LiveIndex
from kampyn_perf.indexes.model.normalise import (
    differences,
    normal_live,
    normal_of,
    read_listing,
    same_index,
    state_hash,
)
from kampyn_perf.indexes.model.spec import IndexSpec
from kampyn_perf.indexes.model.values import canonical, normal_filter, normal_projection
from tests.indexes.simulator import Simulator, full_collation


def spec(*keys: tuple[str, Any], name: str = "", **options: Any) -> IndexSpec:
    return IndexSpec(keys=keys or (("a", 1),), name=name, options=options)


def listing(key: dict[str, Any], **options: Any) -> LiveIndex:
    return LiveIndex(definition={"v": 2, "key": key, "name": "chosen_by_others", **options})


TEXT = {
    "weights": {"description": 1, "name": 1},
    "default_language": "english",
    "language_override": "language",
    "textIndexVersion": 3,
}
LONG_ONE = {"$numberLong": "1"}

SAME: list[tuple[str, IndexSpec, LiveIndex]] = [
    ("numbers of other types", spec(("a", 1), ("b", -1)), listing({"a": 1.0, "b": LONG_ONE | {
        "$numberLong": "-1"}})),
    ("true as a direction", spec(), listing({"a": True})),
    ("what servers add", spec(), listing({"a": 1}, ns="db.c", background=True)),
    ("options said to be off", spec(), listing({"a": 1}, unique=False, sparse=0, hidden=False)),
    ("unique as a number", spec(unique=True), listing({"a": 1}, unique=1)),
    ("expiry of another type", spec(expireAfterSeconds=60), listing(
        {"a": 1}, expireAfterSeconds=60.0)),
    ("text", spec(("name", "text"), ("description", "text")), listing(
        {"_fts": "text", "_ftsx": 1}, **TEXT)),
    ("text in another order", spec(("description", "text"), ("name", "text")), listing(
        {"_fts": "text", "_ftsx": 1}, **TEXT)),
    ("text as simple stand-ins list it", spec(("name", "text")), listing({"name": "text"})),
    ("text with weights of another type", spec(("a", "text"), weights={"a": 5}), listing(
        {"_fts": "text", "_ftsx": 1}, **{**TEXT, "weights": {"a": 5.0}})),
    ("text that is weighted without being a key", spec(("a", "text"), weights={"b": 2}), listing(
        {"_fts": "text", "_ftsx": 1}, **{**TEXT, "weights": {"a": 1, "b": 2}})),
    ("text among other keys", spec(("u", 1), ("a", "text"), ("d", -1)), listing(
        {"u": 1, "_fts": "text", "_ftsx": 1, "d": -1}, **{**TEXT, "weights": {"a": 1}})),
    ("text in a language by its code", spec(("a", "text"), default_language="es"), listing(
        {"_fts": "text", "_ftsx": 1}, **{**TEXT, "weights": {"a": 1},
                                         "default_language": "spanish"})),
    ("text over everything", spec(("$**", "text")), listing(
        {"_fts": "text", "_ftsx": 1}, **{**TEXT, "weights": {"$**": 1}})),
    ("a geo version", spec(("at", "2dsphere")), listing(
        {"at": "2dsphere"}, **{"2dsphereIndexVersion": 3})),
    ("a plane's defaults", spec(("at", "2d")), listing({"at": "2d"}, bits=26, min=-180.0)),
    ("collation defaults", spec(collation={"locale": "en"}), listing(
        {"a": 1}, collation=full_collation({"locale": "en"}))),
    ("a locale's own defaults", spec(collation={"locale": "fr_CA"}), listing(
        {"a": 1}, collation=full_collation({"locale": "fr_CA", "backwards": True}))),
    ("the simple collation by name", spec(collation={"locale": "simple"}), listing({"a": 1})),
    ("a filter said otherwise", spec(
        partialFilterExpression={"b": 1, "c": {"$gt": 0, "$lt": 9}}), listing(
            {"a": 1}, partialFilterExpression={
            "$and": [{"c": {"$lt": 9.0}}, {"b": {"$eq": LONG_ONE}}, {"c": {"$gt": 0}}]})),
    ("a date of another form", spec(
        partialFilterExpression={"at": {"$gt": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}}), listing(
            {"a": 1}, partialFilterExpression={
                "at": {"$gt": {"$date": {"$numberLong": "1767225600000"}}}})),
    ("a type by its number", spec(partialFilterExpression={"b": {"$type": "string"}}), listing(
        {"a": 1}, partialFilterExpression={"b": {"$type": 2}})),
    ("a nested projection", spec(("$**", 1), wildcardProjection={"x": {"z": 1, "y": True}}),
     listing({"$**": 1}, wildcardProjection={"_id": 0, "x.y": 1, "x.z": 1.0})),
]  # fmt: skip

OTHER: list[tuple[IndexSpec, LiveIndex, str]] = [
    (spec(), listing({"a": -1}), "key: {a: -1} -> {a: 1}"),
    (spec(("a", 1), ("b", 1)), listing({"b": 1, "a": 1}), "key:"),
    (spec(unique=True), listing({"a": 1}), "unique: false -> true"),
    (spec(), listing({"a": 1}, sparse=True), "sparse: true -> false"),
    (spec(), listing({"a": 1}, hidden=True), "hidden: true -> false"),
    (spec(expireAfterSeconds=60), listing({"a": 1}), "expireAfterSeconds: none -> older than 1"),
    (spec(), listing({"a": 1}, expireAfterSeconds=0), "expireAfterSeconds: when the stored"),
    (spec(collation={"locale": "en", "strength": 2}), listing(
        {"a": 1}, collation=full_collation({"locale": "en"})),
     'collation: {"locale":"en"} -> {"locale":"en","strength":2}'),
    (spec(), listing({"a": 1}, collation=full_collation({"locale": "en"})),
     'collation: {"locale":"en"} -> simple'),
    (spec(partialFilterExpression={}), listing({"a": 1}), "partialFilterExpression: none -> {}"),
    (spec(partialFilterExpression={"b": "1"}), listing({"a": 1}, partialFilterExpression={"b": 1}),
     "partialFilterExpression:"),
    (spec(("a", "text")), listing({"_fts": "text", "_ftsx": 1}, **TEXT), "weights:"),
    (spec(("a", "text"), default_language="none"), listing({"a": "text"}),
     "default_language: english -> none"),
    (spec(("at", "2d"), bits=20), listing({"at": "2d"}), "bits: 26 -> 20"),
]  # fmt: skip


@pytest.mark.parametrize(("wanted", "live"), [case[1:] for case in SAME],
                         ids=[case[0] for case in SAME])  # fmt: skip
def test_no_phantom_drift(wanted: IndexSpec, live: LiveIndex) -> None:
    assert differences(normal_live(live), normal_of(wanted)) == ()


@pytest.mark.parametrize(("wanted", "live", "words"), OTHER)
def test_what_differs_is_named(wanted: IndexSpec, live: LiveIndex, words: str) -> None:
    (difference,) = differences(normal_live(live), normal_of(wanted))
    assert difference.startswith(words)


def test_hidden_does_not_make_another_index() -> None:
    assert same_index(normal_live(listing({"a": 1}, hidden=True)), normal_of(spec()))
    assert not same_index(normal_live(listing({"a": 1}, sparse=True)), normal_of(spec()))


def test_a_collections_default_collation_is_inherited_but_not_by_text() -> None:
    french = {"locale": "fr"}
    live = listing({"a": 1}, collation=full_collation(french))
    assert normal_of(spec(), collation=french) == normal_live(live)
    assert normal_of(spec(("a", "text")), collation=french) == normal_live(listing({"a": "text"}))


def test_a_listing_read_back_builds_the_same_index() -> None:
    definition = {"v": 2, "key": {"u": 1, "_fts": "text", "_ftsx": 1}, "name": "n", **TEXT}
    found = read_listing(definition)
    assert found.keys == (("u", 1), ("description", "text"), ("name", "text"))
    assert normal_of(found) == normal_live(LiveIndex(definition=definition))


def test_the_state_hash_follows_definitions_and_nothing_else() -> None:
    server = Simulator(version=(7, 0)).server

    def hashed(*indexes: LiveIndex, **rest: Any) -> str:
        return state_hash(LiveCollection(name="c", server=server, indexes=indexes, **rest))

    one = hashed(listing({"a": 1}))
    assert one == hashed(listing({"a": 1.0}, sparse=False), documents=5, size_bytes=9)
    built = LiveIndex(definition=listing({"a": 1}).definition, building=True, size_bytes=3)
    assert one == hashed(built)
    assert one != hashed(listing({"a": -1}))
    assert one != hashed(listing({"a": 1}, prepareUnique=True))
    assert one != hashed(listing({"a": 1}), listing({"b": 1}))


def test_order_of_a_document_matters_where_it_does_to_bson() -> None:
    assert canonical({"b": 1, "a": 2}) != canonical({"a": 2, "b": 1})
    assert canonical({"a": 1.0}) == canonical({"a": 1}) != canonical({"a": True})


def test_filters_are_sorted_lists_of_leaves() -> None:
    assert normal_filter({"b": {"$exists": 1}, "a": 1}) == [["a", "$eq", 1], ["b", "$exists", True]]
    assert normal_filter({"$or": [{"a": 1}]}) == normal_filter({"a": {"$in": [1]}})
    assert normal_filter({"a": {"$oid": "ABC"}}) == [["a", "$eq", {"$oid": "abc"}]]


def test_projections_leave_out_the_id_that_is_left_out_anyway() -> None:
    assert normal_projection({"_id": 0, "a": 0}) == {"a": False}
    assert normal_projection({"_id": 1, "a": 0}) == {"_id": True, "a": False}
    assert normal_projection({"_id": 0}) == {"_id": False}


@pytest.mark.parametrize("kind", ["text", "2d", "2dsphere"])
def test_sparse_means_nothing_where_every_index_is_sparse(kind: str) -> None:
    plain = IndexSpec(keys=(("a", kind), ("b", 1)))
    assert same_index(normal_of(plain), normal_of(plain.having(sparse=True)))
    ordinary = IndexSpec(keys=(("a", 1),))
    assert not same_index(normal_of(ordinary), normal_of(ordinary.having(sparse=True)))


@pytest.mark.parametrize("listed", [{}, {"collation": None}])
def test_an_index_without_a_collation_is_built_again_with_the_simple_one(
    listed: dict[str, Any],
) -> None:
    """Left out, it would get the default of its collection."""
    found = read_listing({"v": 2, "key": {"a": 1}, "name": "a_1", **listed})
    assert found.collation == {"locale": "simple"}
