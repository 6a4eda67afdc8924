"""Whether a query asks for no more than what a partial index holds, by values. Pure.

As MongoDB decides it (`expression_algo.cpp`, isSubsetOf): each condition of the index's filter must
follow from one of the query's, on the same field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kampyn_perf.indexes.model.query import placeholders
from kampyn_perf.indexes.model.values import normal_filter

Leaf = list[Any]
"""`[field, operator, value]`, as `normal_filter` gives it."""


def unimplied(query: Mapping[str, Any], partial: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields of the index's conditions that do not follow from the query. A value that is not
    known (a placeholder) is taken for one that fits."""
    asked = normal_filter(query)
    return tuple(
        dict.fromkeys(
            name
            for leaf in normal_filter(partial)
            if not _follows(asked, leaf)
            for name in _fields(leaf)
        )
    )


def _fields(leaf: Leaf) -> list[str]:
    if leaf[0] != "$or":
        return [str(leaf[0])]
    return [name for branch in leaf[2] for inner in branch for name in _fields(inner)]


def _follows(asked: Sequence[Leaf], wanted: Leaf) -> bool:
    if wanted[0] != "$or":
        return any(_leaf_follows(leaf, wanted) for leaf in asked)
    return any(all(_follows(asked, leaf) for leaf in branch) for branch in wanted[2]) or any(
        _all_follow(leaf, wanted) for leaf in asked if leaf[0] == "$or"
    )


def _all_follow(alternatives: Leaf, wanted: Leaf) -> bool:
    """Whether it follows from each branch of an $or."""
    return all(_follows(branch, wanted) for branch in alternatives[2])


def _leaf_follows(asked: Leaf, wanted: Leaf) -> bool:
    if asked == wanted:
        return True
    if asked[0] == "$or":
        return _all_follow(asked, wanted)
    if asked[0] != wanted[0]:
        return False
    operator, value = asked[1], asked[2]
    if placeholders(value):
        return True
    if operator == "$in":
        return bool(value) and all(
            _value_follows("$eq", alternative, wanted) for alternative in value
        )
    return _value_follows(operator, value, wanted)


def _value_follows(operator: str, value: Any, wanted: Leaf) -> bool:
    _, condition, bound = wanted
    if condition == "$exists":
        return bool(bound) and operator not in _NEGATIONS and value is not None
    if condition == "$type":
        return operator == "$eq" and value is not None  # by equality the server may know better
    if condition == "$in":
        return operator == "$eq" and value in bound
    if operator == "$eq":
        return bool(value == bound) if condition == "$eq" else _compares(value, condition, bound)
    if condition[:3] != operator[:3] or condition not in _ORDER or operator not in _ORDER:
        return False
    strict = condition in ("$gt", "$lt") and operator in ("$gte", "$lte")
    return _compares(value, condition if strict else condition[:3] + "e", bound)


_ORDER = frozenset({"$gt", "$gte", "$lt", "$lte"})
_NEGATIONS = frozenset({"$ne", "$nin", "$not", "$exists"})


def _compares(value: Any, condition: str, bound: Any) -> bool:
    """`value > bound` and so on; values of two types are in no order here."""
    mine, theirs = _comparable(value), _comparable(bound)
    if mine is None or theirs is None or mine[0] != theirs[0]:
        return False
    above, same = mine[1] > theirs[1], mine[1] == theirs[1]
    if condition in ("$gt", "$gte"):
        return bool(above or (same and condition == "$gte"))
    if condition in ("$lt", "$lte"):
        return bool((not above and not same) or (same and condition == "$lte"))
    return False


def _comparable(value: Any) -> tuple[str, Any] | None:
    if isinstance(value, bool):
        return "bool", value
    if isinstance(value, int | float):
        return "number", value
    if isinstance(value, str):
        return "string", value
    if isinstance(value, Mapping) and set(value) == {"$date"}:
        return ("date", value["$date"]) if isinstance(value["$date"], int) else None
    return None
