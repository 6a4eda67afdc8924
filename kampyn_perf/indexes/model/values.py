"""Plain values made comparable: numbers of any type, extended JSON, filters, projections.

Two values that MongoDB holds for the same come out as the same JSON text.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping
from typing import Any

_NUMBER_TYPES = ("$numberInt", "$numberLong", "$numberDouble", "$numberDecimal")
_AS_THEY_ARE = frozenset((type(None), bool, int, str))
"""Nothing of these, which most values are, is another form of something else."""
EXTENDED_TYPES = frozenset(
    {
        *_NUMBER_TYPES,
        "$oid",
        "$date",
        "$binary",
        "$uuid",
        "$timestamp",
        "$regularExpression",
        "$minKey",
        "$maxKey",
        "$undefined",
        "$symbol",
        "$code",
    }
)
_TYPE_NUMBERS = {
    "double": 1,
    "string": 2,
    "object": 3,
    "array": 4,
    "binData": 5,
    "undefined": 6,
    "objectId": 7,
    "bool": 8,
    "date": 9,
    "null": 10,
    "regex": 11,
    "dbPointer": 12,
    "javascript": 13,
    "symbol": 14,
    "javascriptWithScope": 15,
    "int": 16,
    "timestamp": 17,
    "long": 18,
    "decimal": 19,
    "minKey": -1,
    "maxKey": 127,
}


def canonical(value: Any) -> str:
    """JSON text that is equal for equal values; the order of an object's keys is kept, as BSON's
    equality keeps it."""
    return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"))


def number(value: Any) -> Any:
    """A number without its type: 1, 1.0, Int64(1) and {"$numberLong": "1"} are all 1; anything
    else as it is."""
    if type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, Mapping) and len(value) == 1:
        (kind, text), *_ = value.items()
        if kind in _NUMBER_TYPES:
            value = float(text) if kind in ("$numberDouble", "$numberDecimal") else int(text)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, bool) or not isinstance(value, int) else int(value)


def truth(value: Any) -> bool:
    """BSON's notion: false, 0 and null are false; everything else is true."""
    untyped = number(value)
    return untyped is not None and untyped is not False and untyped != 0


def plain(value: Any) -> Any:
    """`value` with numbers, dates and object ids in one form each."""
    untyped = number(value)
    if isinstance(untyped, float) and not math.isfinite(untyped):
        return {"$number": str(untyped)}
    if isinstance(untyped, dt.date):
        return {"$date": _milliseconds(untyped)}
    if isinstance(untyped, Mapping):
        return _plain_mapping(untyped)
    return [plain(item) for item in untyped] if isinstance(untyped, list | tuple) else untyped


def normal_filter(expression: Mapping[str, Any]) -> list[Any]:
    """A filter as a sorted list of its conjuncts, each `[field, operator, value]`.

    Follows the server's own normalisation (flattened $and, implicit $eq) and goes further where
    the meaning stays the same: the order of leaves does not matter.
    """
    conjuncts: list[Any] = []
    for key, value in expression.items():
        branches = _branches(key, value)
        if key == "$and" and branches is not None:
            conjuncts += [leaf for part in branches for leaf in normal_filter(part)]
        elif key == "$or" and branches is not None and len(branches) == 1:
            conjuncts += normal_filter(branches[0])
        elif branches is not None:
            conjuncts.append([key, "", _sorted([normal_filter(part) for part in branches])])
        elif key.startswith("$"):
            conjuncts.append([key, "", plain(value)])
        else:
            conjuncts += _leaves(key, value)
    return _sorted(conjuncts)


def _branches(key: str, value: Any) -> list[Mapping[str, Any]] | None:
    """The filters of a logical operator; None for anything else, malformed ones too."""
    if key not in ("$and", "$or", "$nor") or not isinstance(value, list | tuple):
        return None
    return list(value) if all(isinstance(part, Mapping) for part in value) else None


def is_operators(value: Any) -> bool:
    """Whether `value` is `{$gt: 1, ...}` rather than something to be equal to."""
    return (
        isinstance(value, Mapping)
        and bool(value)
        and all(str(key).startswith("$") for key in value)
        and not (len(value) <= 2 and set(value) & EXTENDED_TYPES)
    )


def normal_projection(projection: Mapping[str, Any]) -> dict[str, bool]:
    """A wildcard projection with nested documents as dotted paths, in order of the paths.

    `_id` is left out of a wildcard index unless asked for: `{_id: 0, a: 1}` is `{a: 1}`.
    """
    flat = dict(sorted(_paths(projection, "")))
    if flat.get("_id") is False and len(flat) > 1:
        del flat["_id"]
    return flat


def _plain_mapping(value: Mapping[str, Any]) -> dict[str, Any]:
    if set(value) == {"$date"}:
        return {"$date": _milliseconds(value["$date"])}
    if set(value) == {"$oid"}:
        return {"$oid": str(value["$oid"]).lower()}
    return {str(key): plain(item) for key, item in value.items()}


def _paths(projection: Mapping[str, Any], prefix: str) -> list[tuple[str, bool]]:
    paths: list[tuple[str, bool]] = []
    for key, value in projection.items():
        path = f"{prefix}{key}"
        if isinstance(value, Mapping) and not set(value) & EXTENDED_TYPES:
            paths += _paths(value, path + ".")
        else:
            paths.append((path, truth(value)))
    return paths


def _leaves(field: str, value: Any) -> list[Any]:
    if not is_operators(value):
        return [[field, "$eq", plain(value)]]
    return [_leaf(field, operator, argument) for operator, argument in value.items()]


def _leaf(field: str, operator: str, argument: Any) -> list[Any]:
    if operator == "$exists":
        return [field, operator, truth(argument)]
    if operator == "$type":
        kinds = argument if isinstance(argument, list | tuple) else [argument]
        return [field, operator, _sorted([_TYPE_NUMBERS.get(str(k), plain(k)) for k in kinds])]
    if operator == "$in" and isinstance(argument, list | tuple):
        values = _sorted([plain(item) for item in argument])
        return [field, "$eq", values[0]] if len(values) == 1 else [field, "$in", values]
    if operator == "$not" and is_operators(argument):
        return [field, operator, normal_filter({field: argument})]
    return [field, operator, plain(argument)]


def _sorted(items: list[Any]) -> list[Any]:
    """In order of their JSON, each once."""
    return list({json.dumps(item): item for item in sorted(items, key=json.dumps)}.values())


def _milliseconds(value: Any) -> Any:
    untyped = number(value)
    if isinstance(untyped, str):
        try:
            untyped = dt.datetime.fromisoformat(untyped)
        except ValueError:
            return untyped
    if isinstance(untyped, dt.date) and not isinstance(untyped, dt.datetime):
        untyped = dt.datetime(untyped.year, untyped.month, untyped.day, tzinfo=dt.UTC)
    if isinstance(untyped, dt.datetime):
        aware = untyped if untyped.tzinfo else untyped.replace(tzinfo=dt.UTC)
        return round(aware.timestamp() * 1000)
    return untyped
