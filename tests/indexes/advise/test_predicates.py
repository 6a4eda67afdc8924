import re

import pytest

from kampyn_perf.indexes.advise.predicates import MOST_POINTS, Role, conditions_of


def roles(expression):
    return {p.field: p.role for p in conditions_of(expression).predicates}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ({"a": 1}, {"a": Role.POINT}),
        ({"a": None}, {"a": Role.POINT}),
        ({"a": {"$eq": 1}}, {"a": Role.POINT}),
        ({"a": {"$oid": "5f"}}, {"a": Role.POINT}),
        ({"a": {"b": 1}}, {"a": Role.POINT}),
        ({"a": {"$in": [1]}}, {"a": Role.POINT}),
        ({"a": {"$in": [1, 2]}}, {"a": Role.POINTS}),
        ({"a": {"$in": list(range(MOST_POINTS))}}, {"a": Role.POINTS}),
        ({"a": {"$in": list(range(MOST_POINTS + 1))}}, {"a": Role.LONG_LIST}),
        ({"a": {"$in": [1, re.compile("x")]}}, {"a": Role.NONE}),
        ({"a": {"$gt": 1, "$lt": 5}}, {"a": Role.RANGE}),
        ({"a": {"$gt": 1, "$ne": 5}}, {"a": Role.RANGE}),
        ({"a": {"$ne": 1}}, {"a": Role.NONE}),
        ({"a": {"$not": {"$gt": 1}}}, {"a": Role.NONE}),
        ({"a": {"$exists": True}}, {"a": Role.NONE}),
        ({"a": {"$exists": False}}, {"a": Role.POINT}),
        ({"a": {"$regex": "^ab"}}, {"a": Role.RANGE}),
        ({"a": {"$regex": "^ab", "$options": "i"}}, {"a": Role.NONE}),
        ({"a": {"$regex": "^ab|cd"}}, {"a": Role.NONE}),
        ({"a": {"$regex": "ab"}}, {"a": Role.NONE}),
        ({"a": {"$regex": "^.*ab"}}, {"a": Role.NONE}),
        ({"a": {"$regularExpression": {"pattern": "^ab", "options": ""}}}, {"a": Role.RANGE}),
        ({"a": re.compile("^ab")}, {"a": Role.RANGE}),
        ({"a": re.compile("^ab", re.IGNORECASE)}, {"a": Role.NONE}),
        ({"a": {"$elemMatch": {"b": 1, "c": {"$gt": 2}}}}, {"a.b": Role.POINT, "a.c": Role.RANGE}),
        ({"a": {"$elemMatch": {"$gt": 1}}}, {"a": Role.RANGE}),
        ({"a": {"$all": [1, 2]}}, {"a": Role.POINT}),
        ({"a": {"$near": [1, 2]}}, {"a": Role.GEO}),
        ({"$text": {"$search": "x"}}, {"$text": Role.TEXT}),
        ({"$where": "1"}, {"$where": Role.NONE}),
        ({"$nor": [{"a": 1}]}, {"$nor": Role.NONE}),
        ({"$expr": {"$eq": ["$a", 1]}}, {"a": Role.POINT}),
        ({"$expr": {"$gt": ["$a", "$b"]}}, {"$expr": Role.NONE}),
        ({"$and": [{"a": 1}, {"$and": [{"b": {"$lt": 1}}]}]}, {"a": Role.POINT, "b": Role.RANGE}),
        ({"$or": [{"a": 1}]}, {"a": Role.POINT}),
        ({"a": 1, "$comment": "who"}, {"a": Role.POINT}),
        ({}, {}),
    ],
)
def test_what_a_condition_is_to_an_index(expression, expected):
    assert roles(expression) == expected


def test_an_or_has_branches():
    read = conditions_of({"v": 1, "$or": [{"a": 1}, {"b": {"$ne": 1}}]})
    assert [p.field for p in read.predicates] == ["v"]
    assert [[p.field for p in branch] for branch in read.branches] == [["a"], ["b"]]


def test_the_operator_says_that_it_is_an_array():
    assert [p.array for p in conditions_of({"a": {"$all": [1]}, "b": 1}).predicates] == [
        True,
        False,
    ]


def test_a_hidden_regular_expression_is_not_judged():
    (predicate,) = conditions_of({"a": {"$regex": "###"}}).predicates
    assert predicate.words == "a regular expression that the record hides"
