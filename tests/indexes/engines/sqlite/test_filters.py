"""A filter in SQL finds what MongoDB would find: missing fields and null included."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.indexes.engines.sqlite.filters import NoCounterpartError, scalar, where

Filter = dict[str, Any]
VALUES = st.none() | st.integers(0, 3)
OPERATORS = st.sampled_from(["$eq", "$ne", "$gt", "$gte", "$lt", "$lte"])


def conditions() -> st.SearchStrategy[Any]:
    compare = st.dictionaries(OPERATORS, st.integers(0, 3), min_size=1, max_size=2)
    one_of = st.dictionaries(
        st.sampled_from(["$in", "$nin"]), st.lists(VALUES, max_size=3), min_size=1
    )
    there = st.fixed_dictionaries({"$exists": st.booleans()})
    null = st.dictionaries(st.sampled_from(["$eq", "$ne"]), st.none(), min_size=1)
    return VALUES | compare | one_of | there | null


FILTERS: st.SearchStrategy[Filter] = st.recursive(
    st.dictionaries(st.sampled_from(["a", "b"]), conditions(), max_size=2),
    lambda inner: st.dictionaries(
        st.sampled_from(["$and", "$or", "$nor"]),
        st.lists(inner, min_size=1, max_size=2),
        max_size=1,
    ),
    max_leaves=4,
)
ROWS = [{"a": a, "b": b} for a in (None, 0, 1, 2, 3) for b in (None, 1, 3)]


@given(expression=FILTERS)
def test_every_filter_means_what_mongodb_means(expression: Filter) -> None:
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE t (a INTEGER, b INTEGER)")
        connection.executemany("INSERT INTO t VALUES (:a, :b)", ROWS)
        found = connection.execute(f"SELECT a, b FROM t WHERE {where(expression) or 'TRUE'}")
        rows = [dict(zip("ab", row, strict=True)) for row in found]
    assert rows == [row for row in ROWS if meets(row, expression)]


def meets(row: Mapping[str, Any], expression: Filter) -> bool:
    """MongoDB's rules for flat documents, where null stands for missing as well."""
    for name, value in expression.items():
        if name.startswith("$"):
            results = [meets(row, part) for part in value]
            fine = {"$and": all(results), "$or": any(results), "$nor": not any(results)}[name]
        else:
            operators = value if isinstance(value, dict) else {"$eq": value}
            fine = all(holds(row[name], *each) for each in operators.items())
        if not fine:
            return False
    return True


def holds(value: Any, operator: str, operand: Any) -> bool:
    match operator:
        case "$eq":
            return bool(value == operand)
        case "$ne":
            return bool(value != operand)
        case "$in":
            return value in operand
        case "$nin":
            return value not in operand
        case "$exists":
            return (value is not None) == operand
    if value is None:
        return False
    return {
        "$gt": value > operand,
        "$gte": value >= operand,
        "$lt": value < operand,
        "$lte": value <= operand,
    }[operator]


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ({"$date": "1970-01-02T00:00:00Z"}, 86_400_000),
        ({"$date": "1970-01-01T02:00:00.250+02:00"}, 250),
        ({"$date": {"$numberLong": "5"}}, 5),
        ({"$numberLong": "7"}, 7),
        ({"$numberDecimal": "1.5"}, 1.5),
        ({"$oid": "65f1"}, "65f1"),
    ],
)
def test_values_are_as_the_store_keeps_them(value: Any, stored: Any) -> None:
    assert scalar(value) == stored


@pytest.mark.parametrize("value", [["a"], {"x": 1}])
def test_what_a_column_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises(NoCounterpartError):
        scalar(value)
