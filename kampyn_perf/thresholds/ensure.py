"""Artillery's `ensure`: thresholds, conditions and `maxErrorRate`, as objectives and back. Pure.

Its times end with the first byte and ours with the last, and are counted from the send and not from
when a request was due: the same limit is a stricter promise here. `maxErrorRate` is of virtual
users there, and becomes a limit of failed requests.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from kampyn_perf.thresholds.limit import (
    NotCarriedError,
    Objective,
    Times,
    number,
    only,
    percent,
    plain,
    put_each,
    target_of,
    unused_name,
)

_TIMES = Times(
    metrics={"http.response_time": "response_time", "vusers.session_length": "session_time"},
    statistics={"p999": "p99.9", "median": "p50"},
)
_PERCENTILE = re.compile(r"p(\d{1,2})|p(\d{2})(\d)|max|mean|median")
_SHORT = ("min", "max", "median", "p95", "p99")
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_KNOWN = ("thresholds", "conditions", "maxErrorRate", *_SHORT)
Place = tuple[str | int, ...]


class Found:
    """What an `ensure` section comes to."""

    def __init__(self) -> None:
        self.objectives: dict[str, Objective] = {}
        self.places: dict[str, Place] = {}
        """By objective: where it stands, below `ensure`."""
        self.wrong: list[tuple[Place, str]] = []
        """What is not understood, or cannot be judged here."""

    def add(self, place: Place, objective: Objective) -> None:
        """Under a name of its own."""
        statistic = objective.get("statistic", "")
        wish = f"ensure_{objective['metric']}" + (f"_{statistic}" if statistic else "")
        name = unused_name(wish.replace(".", "_"), self.objectives)
        self.objectives[name] = objective
        self.places[name] = place


def read(ensure: Mapping[str, Any]) -> Found:
    """The objectives of a section; nothing of it is passed over."""
    objectives = Found()
    for key, value in ensure.items():
        for place, work in _parts(str(key), value):
            try:
                for objective in work():
                    objectives.add(place, objective)
            except ValueError as error:
                objectives.wrong.append((place, str(error)))
    return objectives


def _parts(key: str, value: Any) -> Iterator[tuple[Place, Any]]:
    if key in ("thresholds", "conditions"):
        if not isinstance(value, list):
            yield (key,), lambda: _fail("is a list")
            return
        read = _threshold if key == "thresholds" else _condition
        for index, entry in enumerate(value):
            yield (key, index), lambda entry=entry: read(entry)
    elif key == "maxErrorRate":
        yield (key,), lambda: [_error_rate("<=", number(value))]
    elif key in _SHORT:
        yield (key,), lambda: [_limit(f"http.response_time.{key}", "<", number(value))]
    else:
        yield (key,), lambda: _fail(f"is no check of ensure; there are {', '.join(_KNOWN)}")


def _fail(words: str) -> list[Objective]:
    raise NotCarriedError(words)


def _threshold(entry: Any) -> list[Objective]:
    if not isinstance(entry, Mapping) or not entry:
        raise NotCarriedError("is one metric with its limit, as {http.response_time.p95: 200}")
    metric, limit = next(iter(entry.items()))
    if len(entry) > 1:
        raise NotCarriedError("has several metrics; Artillery looks at the first alone")
    return [_limit(str(metric), "<", number(limit))]


def _condition(entry: Any) -> list[Objective]:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("expression"), str):
        raise NotCarriedError("has an `expression`, as http.response_time.p95 < 200")
    text = entry["expression"].strip()
    try:
        # `http.codes.500` is a name there: no part of a Python name begins with a digit.
        tree = ast.parse(re.sub(r"(?<=[a-z])\.(?=\d)", "._", text), mode="eval").body
    except (SyntaxError, ValueError):
        raise NotCarriedError(f"is no condition: {text!r}") from None
    objectives = list(_conjunction(tree, text))
    if entry.get("strict") is False:
        objectives = [{**objective, "required": False} for objective in objectives]
    return objectives


def _conjunction(node: ast.expr, text: str) -> Iterator[Objective]:
    match node:
        case ast.BoolOp(op=ast.And(), values=values):
            for operand in values:
                yield from _conjunction(operand, text)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            sign = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}.get(type(op))
            if sign is None:
                raise NotCarriedError(f"{text!r} compares with another sign than < <= > >=")
            if isinstance(left, ast.Constant):
                left, right, sign = right, left, _FLIPPED[sign]
            if not isinstance(right, ast.Constant):
                raise NotCarriedError(f"{text!r} does not compare with a number")
            yield _limit(ast.unparse(left).replace("._", "."), sign, number(right.value))
        case _:
            raise NotCarriedError(
                f"{text!r} is more than comparisons joined by `and`, which objectives are"
            )


def _limit(metric: str, sign: str, value: float) -> Objective:
    base, _, statistic = metric.rpartition(".")
    if base in _TIMES.metrics:
        if sign not in ("<", "<=") or not _PERCENTILE.fullmatch(statistic):
            raise NotCarriedError(
                f"{metric} {sign}: of times, the mean, max and percentiles have an upper limit here"
            )
        return _TIMES.read(base, statistic, sign, value)
    raise NotCarriedError(
        f"{metric} is not judged here: of ensure's metrics, "
        "http.response_time.*, vusers.session_length.* and maxErrorRate are"
    )


def _error_rate(sign: str, value: float) -> Objective:
    if value > 100:
        raise ValueError(f"is a percentage (got {plain(value)})")
    return {"metric": "error_rate", "target": percent(sign, Decimal(repr(value)) / 100)}


def write(objectives: Mapping[str, Mapping[str, Any]]) -> tuple[dict[str, Any], dict[str, str]]:
    """An `ensure` section, and by name why an objective is not in it."""
    thresholds: list[dict[str, Any]] = []
    conditions: list[dict[str, Any]] = []
    section: dict[str, Any] = {}
    left = put_each(
        objectives, lambda _name, objective: _put(objective, thresholds, conditions, section)
    )
    lists: dict[str, Sequence[Any]] = {"thresholds": thresholds, "conditions": conditions}
    return {**{key: value for key, value in lists.items() if value}, **section}, left


def _put(
    objective: Mapping[str, Any],
    thresholds: list[dict[str, Any]],
    conditions: list[dict[str, Any]],
    section: dict[str, Any],
) -> None:
    only(objective, ())
    metric, required = objective["metric"], objective.get("required", True)
    if time := _TIMES.write(objective):
        base, statistic, sign, value = time
        there = statistic.replace(".", "")
        if not _PERCENTILE.fullmatch(there):
            raise NotCarriedError(f"{statistic} is none of its statistics")
        if sign == "<" and required:
            thresholds.append({f"{base}.{there}": _plain_number(value)})
            return
        expression = f"{base}.{there} {sign} {plain(float(value))}"
        conditions.append({"expression": expression} | ({} if required else {"strict": False}))
        return
    if metric == "error_rate" and required and "maxErrorRate" not in section:
        sign, value = target_of(objective, "%")
        if sign == "<=":
            section["maxErrorRate"] = _plain_number(value)
            return
    raise NotCarriedError(f"{metric} is not one of its metrics")


def _plain_number(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)
