"""A partial index holds what a query asks for, by values; never more is claimed than is so."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.indexes.model.implication import unimplied


@pytest.mark.parametrize(
    ("query", "partial"),
    [
        ({"a": 1}, {"a": 1}),
        ({"a": 1, "b": 2}, {"a": {"$eq": 1}}),
        ({"a": 7}, {"a": {"$gt": 5}}),
        ({"a": {"$gte": 6}}, {"a": {"$gt": 5}}),
        ({"a": {"$gt": 5}}, {"a": {"$gte": 5}}),
        ({"a": {"$in": [6, 7]}}, {"a": {"$gt": 5}}),
        ({"a": {"$in": [1, 2]}}, {"a": {"$in": [1, 2, 3]}}),
        ({"a": 1}, {"a": {"$exists": True}}),
        ({"a": {"$gt": 1}}, {"a": {"$exists": True}}),
        ({"a": "x"}, {"a": {"$type": "string"}}),
        ({"a": "{userId}"}, {"a": {"$gt": 5}}),
        ({"$and": [{"a": 1}, {"b": 2}]}, {"a": 1, "b": 2}),
        ({"$or": [{"a": 6}, {"a": 7}]}, {"a": {"$gt": 5}}),
        ({"a": 6}, {"$or": [{"a": {"$gt": 5}}, {"b": 1}]}),
        ({"$or": [{"a": 6}, {"b": 1}]}, {"$or": [{"a": {"$gt": 5}}, {"b": 1}]}),
        ({"at": {"$gt": {"$date": "2026-02-01T00:00:00Z"}}},
         {"at": {"$gt": {"$date": "2026-01-01T00:00:00Z"}}}),
        ({"a": 1}, {}),
    ],
)  # fmt: skip
def test_these_imply_the_indexs_filter(query: dict[str, Any], partial: dict[str, Any]) -> None:
    assert unimplied(query, partial) == ()


@pytest.mark.parametrize(
    ("query", "partial", "fields"),
    [
        ({"a": 2}, {"a": 1}, ("a",)),
        ({"a": 5}, {"a": {"$gt": 5}}, ("a",)),
        ({"a": {"$gte": 5}}, {"a": {"$gt": 5}}, ("a",)),
        ({"a": {"$gt": 4}}, {"a": {"$gt": 5}}, ("a",)),
        ({"a": {"$lt": 9}}, {"a": {"$gt": 5}}, ("a",)),
        ({"a": {"$in": [5, 6]}}, {"a": {"$gt": 5}}, ("a",)),
        ({"a": None}, {"a": {"$exists": True}}, ("a",)),
        ({"a": {"$ne": 1}}, {"a": {"$exists": True}}, ("a",)),
        ({"a": "7"}, {"a": {"$gt": 5}}, ("a",)),
        ({"a": 1}, {"a": 1, "b": 2}, ("b",)),
        ({"$or": [{"a": 6}, {"b": 1}]}, {"a": {"$gt": 5}}, ("a",)),
        ({"a": 1}, {"$or": [{"a": {"$gt": 5}}, {"b": 1}]}, ("a", "b")),
        ({}, {"a": 1}, ("a",)),
    ],
)
def test_these_do_not(
    query: dict[str, Any], partial: dict[str, Any], fields: tuple[str, ...]
) -> None:
    assert unimplied(query, partial) == fields


numbers = st.integers(0, 3)
conditions = st.one_of(
    numbers,
    st.builds(lambda op, n: {op: n}, st.sampled_from(["$gt", "$gte", "$lt", "$lte"]), numbers),
    st.builds(lambda ns: {"$in": ns}, st.lists(numbers, min_size=1, max_size=3)),
    st.just({"$exists": True}),
    st.just(None),
)
simple = st.dictionaries(st.sampled_from("ab"), conditions, min_size=1, max_size=2)
filters = st.one_of(
    simple, st.builds(lambda parts: {"$or": parts}, st.lists(simple, min_size=1, max_size=2))
)
DOCUMENTS = [
    {name: value for name, value in (("a", a), ("b", b)) if value != "missing"}
    for a in ("missing", None, 0, 1, 2, 3)
    for b in ("missing", None, 0, 1, 2, 3)
]


@given(query=filters, partial=filters)
def test_what_is_called_implied_holds_for_every_document(
    query: dict[str, Any], partial: dict[str, Any]
) -> None:
    if not unimplied(query, partial):
        for document in DOCUMENTS:
            assert not matches(document, query) or matches(document, partial), document


def matches(document: dict[str, Any], expression: dict[str, Any]) -> bool:
    if "$or" in expression:
        return any(matches(document, part) for part in expression["$or"])
    return all(holds(document, name, each) for name, each in expression.items())


def holds(document: dict[str, Any], name: str, condition: Any) -> bool:
    value = document.get(name)
    if not isinstance(condition, dict):
        return bool(value == condition)
    ((operator, bound),) = condition.items()
    if operator == "$exists":
        return name in document
    if operator == "$in":
        return value in bound
    if value is None:
        return False
    below = {"$gt": bound < value, "$gte": bound <= value}
    return {**below, "$lt": value < bound, "$lte": value <= bound}[operator]
