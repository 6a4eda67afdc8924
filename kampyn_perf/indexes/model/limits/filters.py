"""Partial filters. Source: https://www.mongodb.com/docs/manual/core/index-partial/ (for versions
before 6.0: https://www.mongodb.com/docs/v5.0/core/index-partial/)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kampyn_perf.indexes.model.limits.refusal import Refusal, Version
from kampyn_perf.indexes.model.spec import IndexSpec
from kampyn_perf.indexes.model.values import is_operators, truth

MAX_DEPTH = 4
"""`internalPartialFilterExpressionMaxDepth`."""
NESTED_SINCE: Version = (6, 0)
_ALWAYS = frozenset({"$eq", "$exists", "$gt", "$gte", "$lt", "$lte", "$type"})
_SINCE_6 = frozenset({"$in", "$geoWithin", "$geoIntersects"})
_LOGIC = ("$and", "$or")
_REGEX = frozenset({"$regularExpression"})
_ALLOWED = (
    "equality, $exists: true, $gt, $gte, $lt, $lte, $type and $and, from 6.0 also $in, $or and "
    "$geoWithin"
)


def refusals(spec: IndexSpec) -> Iterator[Refusal]:
    if spec.partial is None:
        return
    yield from _filter(spec.partial, top=True)
    if _depth(spec.partial) > MAX_DEPTH:
        yield Refusal(
            rule="partial-filter-depth",
            message=f"a partial filter may be nested {MAX_DEPTH} deep; this one is "
            f"{_depth(spec.partial)}",
        )
    if spec.sparse:
        message = "sparse and a partial filter exclude each other"
        yield Refusal(rule="sparse-and-partial", message=message)


def _filter(expression: Mapping[str, Any], *, top: bool) -> Iterator[Refusal]:
    alone = top and len(_conjuncts(expression)) == 1
    for key, value in expression.items():
        if key in _LOGIC and isinstance(value, list | tuple):
            yield from _branches(key, value, alone=alone)
        elif key.startswith("$"):
            yield _never(key)
        elif is_operators(value):
            for operator, argument in value.items():
                yield from _leaf(key, operator, argument)
        elif isinstance(value, Mapping) and set(value) <= _REGEX and value:
            yield _never(f"a regular expression ({key})")


def _branches(key: str, parts: Any, *, alone: bool) -> Iterator[Refusal]:
    if key == "$or":
        yield _newer("$or")
    elif not alone or any(len(_conjuncts(part)) > 1 for part in parts if isinstance(part, Mapping)):
        yield _newer("$and below the top")
    for part in parts:
        if isinstance(part, Mapping):
            yield from _filter(part, top=False)
        else:
            yield _never(key)


def _leaf(key: str, operator: str, argument: Any) -> Iterator[Refusal]:
    if operator == "$exists" and not truth(argument):
        yield _never(f"{key}: {{$exists: false}}")
    elif operator in _SINCE_6:
        yield _newer(f"{key}: {{{operator}: ...}}")
    elif operator not in _ALWAYS:
        yield _never(f"{key}: {{{operator}: ...}}")


def _never(what: str) -> Refusal:
    message = f"a partial filter cannot have {what}; allowed are {_ALLOWED}"
    return Refusal(rule="partial-filter-operator", message=message)


def _newer(what: str) -> Refusal:
    message = f"a partial filter with {what}"
    return Refusal(rule="partial-filter-operator", message=message, since=NESTED_SINCE)


def _conjuncts(expression: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """What the server's parser puts side by side: each operator of a field is one."""
    return [
        (key, argument)
        for key, value in expression.items()
        for argument in (
            list(value.values()) if is_operators(value) and key[:1] != "$" else [value]
        )
    ]


def _depth(expression: Mapping[str, Any]) -> int:
    """Levels of the expression as the server's parser sees it: a leaf is one."""
    conjuncts = _conjuncts(expression)
    depths = [_depth_of(key, value) for key, value in conjuncts]
    return max(depths, default=0) + (1 if len(conjuncts) > 1 else 0)


def _depth_of(key: str, value: Any) -> int:
    if key not in _LOGIC or not isinstance(value, list | tuple):
        return 1
    return 1 + max((_depth(part) for part in value if isinstance(part, Mapping)), default=0)
