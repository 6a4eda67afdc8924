"""MongoDB's filters, as far as SQL has a counterpart -> a WHERE clause. Pure.

Times are whole milliseconds since 1970, as the embedded store keeps them.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kampyn_perf.indexes.engines.sqlite.literals import literal, quoted

_COMPARISONS = {"$eq": "=", "$gt": ">", "$gte": ">=", "$lt": "<", "$lte": "<="}

Put = Callable[[Any], str]
"""Puts a value into the statement: as a literal, or as a parameter."""


class NoCounterpartError(ValueError):
    """What was asked for has no counterpart in the embedded store; the message says what."""


def where(expression: Mapping[str, Any], put: Put = literal) -> str:
    """The condition of `expression`; an empty text for one that everything meets.

    Raises NoCounterpartError. `$text` is not seen to here: it needs another table.
    """
    return " AND ".join(_conjuncts(expression, put))


def _conjuncts(expression: Mapping[str, Any], put: Put) -> Iterator[str]:
    for name, value in expression.items():
        if name == "$and":
            yield from (condition for part in value for condition in _conjuncts(part, put))
        elif name == "$or":
            yield "(" + " OR ".join(f"({where(part, put) or 'TRUE'})" for part in value) + ")"
        elif name == "$nor":
            # A comparison with NULL is neither true nor false in SQL; in MongoDB it is false.
            yield from (f"({where(part, put) or 'TRUE'}) IS NOT TRUE" for part in value)
        elif name.startswith("$"):
            raise NoCounterpartError(f"{name} has no counterpart in SQLite")
        else:
            yield from _field(column(name), value, put)


def column(path: str) -> str:
    """The column of a field, quoted."""
    if "." in path or "$" in path:
        raise NoCounterpartError(f"{path}: columns have nothing inside")
    return quoted(path)


def _field(name: str, value: Any, put: Put) -> Iterator[str]:
    operators = value if _is_operators(value) else {"$eq": value}
    for operator, operand in operators.items():
        yield _condition(name, operator, operand, put)


def _condition(name: str, operator: str, operand: Any, put: Put) -> str:
    if operator in ("$eq", "$ne") and operand is None:
        return f"{name} IS {'NOT ' if operator == '$ne' else ''}NULL"
    if operator == "$ne":
        return f"{name} IS NOT {put(scalar(operand))}"
    if operator in _COMPARISONS:
        return f"{name} {_COMPARISONS[operator]} {put(scalar(operand))}"
    if operator == "$exists":
        return f"{name} IS {'NOT ' if operand else ''}NULL"
    if operator == "$in":
        return _among(name, operand, put)
    if operator == "$nin":
        return f"({_among(name, operand, put)}) IS NOT TRUE"
    raise NoCounterpartError(f"{operator} has no counterpart in SQLite")


def _among(name: str, values: Any, put: Put) -> str:
    """One of `values`; null among them stands for a missing field too."""
    listed = ", ".join(put(scalar(item)) for item in values if item is not None)
    condition = f"{name} IN ({listed})"
    return f"({name} IS NULL OR {condition})" if any(item is None for item in values) else condition


def scalar(value: Any) -> Any:
    """A value of a document as a column has it."""
    if isinstance(value, Mapping):
        if "$date" in value:
            return _milliseconds(value["$date"])
        if "$oid" in value:
            return str(value["$oid"])
        number = next((value[name] for name in value if str(name).startswith("$number")), None)
        if number is None:
            raise NoCounterpartError("documents and patterns cannot be compared in SQLite")
        text = str(number)
        return float(text) if "." in text or "e" in text.lower() else int(text)
    if isinstance(value, list | tuple):
        raise NoCounterpartError("arrays cannot be compared in SQLite")
    if isinstance(value, datetime.datetime):
        return _milliseconds(value)
    return value


def _milliseconds(value: Any) -> int:
    if isinstance(value, Mapping):
        return int(value["$numberLong"])
    if isinstance(value, int | float):
        return int(value)
    moment = value
    if not isinstance(moment, datetime.datetime):
        moment = datetime.datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    aware = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
    return round(aware.timestamp() * 1000)


def _is_operators(value: Any) -> bool:
    if not isinstance(value, Mapping) or not value:
        return False
    names = [str(name) for name in value]
    plain = ("$date", "$oid", "$number")
    return all(name.startswith("$") and not name.startswith(plain) for name in names)
