"""Filters and expiries as a DBA writes them: `{status: "pending"}`, `older than 30 d`. Pure."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from kampyn_perf.indexes.model.values import number

_BARE = re.compile(r"[A-Za-z_$][\w$]*")
_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60))
_BRANCHES = ("$and", "$or", "$nor")


def expiry_words(seconds: Any) -> str:
    """`older than 30 d`; of 0, which counts from a date in the future: `when the stored date
    passes`."""
    if number(seconds) == 0:
        return "when the stored date passes"
    return f"older than {span_words(seconds)}"


def span_words(seconds: Any) -> str:
    """`30 d`, `36 h`, `90 s`: the largest unit that it is a whole number of."""
    value = number(seconds)
    if not isinstance(value, int):
        return f"{value} s"
    for unit, size in _UNITS:
        if value and value % size == 0:
            return f"{value // size} {unit}"
    return f"{value} s"


def filter_words(value: Any) -> str:
    """Plain data as mongosh writes it: no quotes around names, `ISODate`, `ObjectId`."""
    if isinstance(value, Mapping):
        special = _special(value)
        if special:
            return special
        pairs = (f"{_name(str(key))}: {filter_words(item)}" for key, item in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(filter_words, value)) + "]"
    if isinstance(value, dt.date):
        return f'ISODate("{value.isoformat()}")'
    return json.dumps(value, ensure_ascii=False, default=str)


def conjunct_words(conjuncts: Sequence[Sequence[Any]]) -> str:
    """The normal form of a filter (`values.normal_filter`) as a filter again."""
    return filter_words(_expression(conjuncts))


def _expression(conjuncts: Sequence[Sequence[Any]]) -> dict[str, Any]:
    expression: dict[str, Any] = {}
    for path, operator, argument in conjuncts:
        if path in _BRANCHES:
            expression[path] = [_expression(part) for part in argument]
        elif not operator or (operator == "$eq" and path not in expression):
            expression[path] = argument
        else:
            known = expression.setdefault(path, {})
            inner = _expression(argument)[path] if operator == "$not" else argument
            if isinstance(known, dict):
                known[operator] = inner
    return expression


def _special(value: Mapping[str, Any]) -> str:
    if len(value) != 1:
        return ""
    ((kind, inner),) = value.items()
    if kind == "$oid":
        return f'ObjectId("{inner}")'
    if kind == "$date":
        whole = number(inner)
        if isinstance(whole, int):
            moment = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=whole)
            inner = moment.isoformat().replace("+00:00", "Z")
        return f'ISODate("{inner}")'
    untyped = number(value)
    return "" if isinstance(untyped, Mapping) else str(untyped)


def _name(key: str) -> str:
    return key if _BARE.fullmatch(key) else json.dumps(key, ensure_ascii=False)
