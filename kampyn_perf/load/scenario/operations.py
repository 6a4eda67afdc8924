"""An operation of a target, filled in for one session. Pure.

`"{user.id}"` as a whole value keeps the type of what it names; inside a longer text it becomes
text, percent-encoded in a path.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from kampyn_perf.errors import Problem
from kampyn_perf.load.settings import Operation

_FIELD = re.compile(r"\{([a-zA-Z_][\w.]*)\}")


class MissingFieldError(LookupError):
    """The session's data has no such field."""


def fill_path(path: str, data: Mapping[str, Any]) -> str:
    """`path` with its fields filled in. Raises MissingFieldError."""
    return _FIELD.sub(lambda match: quote(str(_look_up(match[1], data)), safe=""), path)


def fill_body(body: Any, data: Mapping[str, Any]) -> Any:
    """A copy of `body` with its fields filled in. Raises MissingFieldError."""
    if isinstance(body, str):
        whole = _FIELD.fullmatch(body)
        if whole:
            return _look_up(whole[1], data)
        return _FIELD.sub(lambda match: str(_look_up(match[1], data)), body)
    if isinstance(body, Mapping):
        return {key: fill_body(value, data) for key, value in body.items()}
    if isinstance(body, list | tuple):
        return [fill_body(value, data) for value in body]
    return body


def check_operations(
    operations: Mapping[str, Operation], data: Mapping[str, Any], *, source: str
) -> list[Problem]:
    """Fields that the operations name and `data`, one session's, does not have."""
    problems = []
    for key, operation in operations.items():
        for part, fill in (("path", fill_path), ("json", fill_body)):
            try:
                fill(operation.path if part == "path" else operation.body, data)
            except MissingFieldError as error:
                problems.append(Problem(f"operations.{key}.{part}", str(error), source))
    return problems


def _look_up(path: str, data: Mapping[str, Any]) -> Any:
    value: Any = data
    for part in path.split("."):
        if not isinstance(value, Mapping) or value.get(part) is None:
            raise MissingFieldError(f"{{{path}}} is not in the session's data")
        value = value[part]
    return value
