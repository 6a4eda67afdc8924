"""What each condition of a filter is to an index: a point, a range, or nothing. Pure.

Source: mongodb.com/docs/manual, the pages on the ESR guideline, $in, $regex, $or and multikey
index bounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kampyn_perf.indexes.model.values import is_operators

MOST_POINTS = 200
"""An $in of up to so many values is read point by point and merged in the order of a sort; a longer
one is placed like a range."""
_RANGES = frozenset({"$gt", "$gte", "$lt", "$lte"})
_COMPARISONS = frozenset({"$eq", *_RANGES})
_PARTS = frozenset({"$options", "$maxDistance", "$minDistance", "$comment"})
"""Of another operator beside them."""
_UNSEEN = frozenset({"###", "?string"})
"""What a server writes for a value that it does not show."""
_PLAIN_START = frozenset("\\.^$*+?()[]{}|")


class Role(StrEnum):
    POINT = "="
    POINTS = "in"
    RANGE = "range"
    LONG_LIST = "long in"
    TEXT = "text"
    GEO = "geo"
    NONE = "none"
    """No index narrows it down."""


_SIMPLE: Mapping[str, tuple[Role, str, bool]] = {
    "$eq": (Role.POINT, "=", False),
    "$all": (Role.POINT, "$all", True),
    "$size": (Role.NONE, "$size", True),
    **{operator: (Role.RANGE, operator, False) for operator in _RANGES},
    **{
        operator: (Role.GEO, operator, False)
        for operator in ("$near", "$nearSphere", "$geoWithin", "$geoIntersects", "$within")
    },
}
"""By operator: what it is, its words, and whether its field holds an array."""


@dataclass(frozen=True, order=True)
class Predicate:
    field: str
    role: Role
    words: str
    """The operator as people write it: `$ne`, `a regular expression without anchor`."""
    array: bool = False
    """The operator says that the field holds an array."""

    @property
    def is_point(self) -> bool:
        return self.role in (Role.POINT, Role.POINTS)


@dataclass(frozen=True)
class Conditions:
    """A filter, read."""

    predicates: tuple[Predicate, ...]
    """Every document must meet these; in the order of the filter."""
    branches: tuple[tuple[Predicate, ...], ...] = ()
    """And all of one of these ($or)."""


def conditions_of(expression: Mapping[str, Any]) -> Conditions:
    """All of it, `$and` flattened, and the first `$or`; a second one narrows nothing down."""
    predicates: list[Predicate] = []
    branches: tuple[tuple[Predicate, ...], ...] = ()
    for field, value in _flat(expression):
        if field != "$or":
            predicates += _read(field, value)
            continue
        parts = [part for part in value if isinstance(part, dict)]
        if len(parts) == 1:
            predicates += conditions_of(parts[0]).predicates
        elif not branches and parts:
            # An $or inside a branch is not looked into: such a branch has what else it says.
            branches = tuple(conditions_of(part).predicates for part in parts)
        else:
            predicates.append(Predicate("$or", Role.NONE, "a second $or"))
    return Conditions(_merged(predicates), branches)


def _flat(expression: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for field, value in expression.items():
        if field == "$and" and isinstance(value, list | tuple):
            for part in value:
                if isinstance(part, dict):
                    yield from _flat(part)
        elif field != "$or" or isinstance(value, list | tuple):
            yield field, value


def _merged(predicates: list[Predicate]) -> tuple[Predicate, ...]:
    """One per field: a point wins over a range, a range over what no index narrows down."""
    order = list(Role)
    best: dict[str, Predicate] = {}
    for predicate in predicates:
        known = best.get(predicate.field)
        if known is None or order.index(predicate.role) < order.index(known.role):
            array = predicate.array or (known is not None and known.array)
            best[predicate.field] = Predicate(
                predicate.field, predicate.role, predicate.words, array
            )
        elif predicate.array and not known.array:
            best[predicate.field] = Predicate(known.field, known.role, known.words, array=True)
    return tuple(best.values())


def _read(field: str, value: Any) -> Iterator[Predicate]:
    if field == "$expr":
        yield from _expression(value)
    elif field == "$text":
        yield Predicate(field, Role.TEXT, "$text")
    elif field == "$comment":
        return
    elif field.startswith("$"):
        yield Predicate(field, Role.NONE, field)
    elif is_regex(value):
        yield _regex(field, *regex_of(value))
    elif not is_operators(value):
        yield Predicate(field, Role.POINT, "=")
    else:
        yield from _operators(field, value)


def _operators(field: str, value: Mapping[str, Any]) -> Iterator[Predicate]:
    for operator, argument in value.items():
        if operator in _SIMPLE:
            role, words, array = _SIMPLE[operator]
            yield Predicate(field, role, words, array)
        elif operator == "$in":
            yield _in(field, argument)
        elif operator == "$regex":
            yield _regex(field, *regex_of(value))
        elif operator == "$elemMatch":
            yield from _element(field, argument)
        elif operator == "$exists" and argument in (False, 0):
            yield Predicate(field, Role.POINT, "$exists: false")
        elif operator not in _PARTS:
            yield Predicate(field, Role.NONE, operator)


def _in(field: str, argument: Any) -> Predicate:
    values = argument if isinstance(argument, list | tuple) else ()
    if any(is_regex(item) for item in values):
        return Predicate(field, Role.NONE, "$in with a regular expression")
    if len(values) == 1:
        return Predicate(field, Role.POINT, "=")
    if len(values) > MOST_POINTS:
        return Predicate(field, Role.LONG_LIST, f"$in of more than {MOST_POINTS}")
    return Predicate(field, Role.POINTS, "$in")


def _element(field: str, argument: Any) -> Iterator[Predicate]:
    """`$elemMatch`: conditions on one element hold together, so all of them bound one index."""
    if not isinstance(argument, dict):
        yield Predicate(field, Role.NONE, "$elemMatch", array=True)
    elif is_operators(argument):
        for predicate in _operators(field, argument):
            yield Predicate(field, predicate.role, predicate.words, array=True)
    else:
        for predicate in conditions_of(argument).predicates:
            path = f"{field}.{predicate.field}"
            yield Predicate(path, predicate.role, predicate.words, array=True)


def _expression(value: Any) -> Iterator[Predicate]:
    """`$expr: {$eq: ["$a", 1]}` uses an index (5.0 and newer); anything else does not."""
    parts = value.get("$and", [value]) if isinstance(value, dict) else []
    for part in parts if isinstance(parts, list | tuple) else []:
        yield compared(part) or Predicate("$expr", Role.NONE, "$expr")


def compared(part: Any, *, variables: bool = False) -> Predicate | None:
    """One comparison of a field with a constant; with `variables`, also with `$$name`."""
    if not isinstance(part, dict) or len(part) != 1:
        return None
    ((operator, sides),) = part.items()
    if operator not in _COMPARISONS or not isinstance(sides, list | tuple) or len(sides) != 2:
        return None
    fields = [side for side in sides if _is_path(side)]
    others = [side for side in sides if not _is_path(side)]
    if len(fields) != 1 or (not variables and str(others[0]).startswith("$$")):
        return None
    role = Role.POINT if operator == "$eq" else Role.RANGE
    return Predicate(fields[0][1:], role, "=" if role is Role.POINT else operator)


def _is_path(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("$") and not value.startswith("$$")


def is_regex(value: Any) -> bool:
    if isinstance(value, dict):
        return "$regularExpression" in value or set(value) == {"$regex", "$options"}
    return hasattr(value, "pattern")


def regex_of(value: Any) -> tuple[str, str]:
    """Pattern and options, however it is written."""
    if not isinstance(value, dict):
        flags = getattr(value, "flags", "")
        ignores = "i" if (isinstance(flags, int) and flags & 2) or "i" in str(flags) else ""
        return str(getattr(value, "pattern", value)), ignores
    if "$regularExpression" in value:
        inner = value["$regularExpression"]
        if not isinstance(inner, dict):
            return str(inner), ""
        return str(inner.get("pattern", "")), str(inner.get("options", ""))
    pattern = value.get("$regex", "")
    if isinstance(pattern, dict) or hasattr(pattern, "pattern"):
        text, options = regex_of(pattern)
        return text, options + str(value.get("$options", ""))
    return str(pattern), str(value.get("$options", ""))


def _regex(field: str, pattern: str, options: str) -> Predicate:
    """`^abc` is a range of keys; anything else is held against every key."""
    if pattern in _UNSEEN:
        return Predicate(field, Role.NONE, "a regular expression that the record hides")
    start = pattern.removeprefix("^").removeprefix("\\A")
    anchored = start != pattern and bool(start) and start[0] not in _PLAIN_START
    if "|" in pattern or not anchored:
        return Predicate(field, Role.NONE, "a regular expression without anchor")
    if "i" in options:
        return Predicate(field, Role.NONE, "a regular expression that ignores case")
    return Predicate(field, Role.RANGE, "a regular expression with ^")
