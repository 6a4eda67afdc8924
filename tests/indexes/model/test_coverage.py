"""The prefix rule and its traps."""

from __future__ import annotations

from typing import Any

import pytest

from kampyn_perf.indexes.model.coverage import covers, is_prefix, redundant_to
from kampyn_perf.indexes.model.normalise import Normal, normal_of
from kampyn_perf.indexes.model.spec import IndexSpec, Key


def normal(*keys: Key, **options: Any) -> Normal:
    return normal_of(IndexSpec(keys=keys, options=options))


A, B, C = ("a", 1), ("b", 1), ("c", 1)
DOWN_A, DOWN_B = ("a", -1), ("b", -1)


@pytest.mark.parametrize(
    ("short", "long", "is_so"),
    [
        ((A,), (A, B), True),
        ((DOWN_A,), (A, B), True),
        ((A, DOWN_B), (DOWN_A, B, C), True),
        ((A, DOWN_B), (A, B, C), False),
        ((A, B), (A, B), True),
        ((A, B), (A,), False),
        ((B,), (A, B), False),
        ((("user", 1),), (("userId", 1), C), False),
        ((("a", "hashed"),), (("a", "hashed"), B), False),
    ],
)
def test_is_prefix(short: tuple[Key, ...], long: tuple[Key, ...], is_so: bool) -> None:
    assert is_prefix(short, long) is is_so


@pytest.mark.parametrize(
    ("other", "index", "is_so"),
    [
        (normal(A, unique=True), normal(A), True),
        (normal(A, B), normal(A, unique=True, expireAfterSeconds=5), True),
        (normal(A, B, hidden=True), normal(A), False),
        (normal(A, B, sparse=True), normal(A), False),
        (normal(A, B), normal(A, sparse=True), True),
        (normal(A, B, partialFilterExpression={"c": 1}), normal(A), False),
        (
            normal(A, B, partialFilterExpression={"c": 1}),
            normal(A, partialFilterExpression={"c": 1}),
            True,
        ),
        (normal(A, B, collation={"locale": "en"}), normal(A), False),
        (normal(("a", "text")), normal(("a", "text")), True),
        (normal(("a", "text"), ("b", "text")), normal(("a", "text")), False),
        (normal(("a", "hashed")), normal(A), False),
        (normal(DOWN_A), normal(A), True),
        (normal(DOWN_A, DOWN_B), normal(A, B), True),
    ],
)
def test_covers(other: Normal, index: Normal, is_so: bool) -> None:
    assert covers(other, index) is is_so


def test_redundant_names_the_index_that_does_the_work() -> None:
    others = [("b_1", normal(B)), ("a_1_b_1", normal(A, B))]
    assert redundant_to(normal(A), others) == "a_1_b_1"
    assert redundant_to(normal(C), others) == ""
    assert redundant_to(normal(A, unique=True), others) == ""
