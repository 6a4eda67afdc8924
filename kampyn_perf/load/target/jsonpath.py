"""JSONPath (RFC 9535) on an answer. Plain paths are walked directly; the rest is python-jsonpath's.

A plain path (`$.items[0].id`, or `token`) is what nearly every scenario has, and is evaluated once
a request; the library's evaluation takes some 30 microseconds.
"""

from __future__ import annotations

import re
from typing import Any

_PLAIN = re.compile(r"(?:\$\.?)?(?P<rest>[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*|\[\d+\])*|(?:\[\d+\]"
                    r"(?:\.[A-Za-z_][\w-]*|\[\d+\])*)?)")  # fmt: skip
_STEP = re.compile(r"\[(\d+)\]|([A-Za-z_][\w-]*)")
MISSING = object()
"""What `first` gives where nothing matches: null is a value."""


class JsonPath:
    """A compiled path. Raises ValueError for what is none."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._steps: tuple[str | int, ...] | None = None
        self._query: Any = None
        if not text.strip():
            raise ValueError(f"is no JSONPath: {text!r}")
        plain = _PLAIN.fullmatch(text)
        if plain:
            self._steps = tuple(
                int(index) if index else key for index, key in _STEP.findall(plain["rest"])
            )
        else:
            self._query = _compiled(text)

    def first(self, document: Any) -> Any:
        """The first match, or `MISSING`."""
        if self._steps is None:
            match = self._query.match(document) if isinstance(document, dict | list) else None
            return MISSING if match is None else match.obj
        value = document
        for step in self._steps:
            if type(value) is not (dict if type(step) is str else list):
                return MISSING
            try:
                value = value[step]  # type: ignore[index]  # the type was looked at above
            except (KeyError, IndexError):
                return MISSING
        return value

    def every(self, document: Any) -> list[Any]:
        """All matches, in the order of the document."""
        if self._steps is not None or not isinstance(document, dict | list):
            value = self.first(document)
            return [] if value is MISSING else [value]
        return [match.obj for match in self._query.finditer(document)]


def _compiled(text: str) -> Any:
    import jsonpath  # only where a path wants it: 75 ms

    try:
        return jsonpath.compile(text)
    except jsonpath.JSONPathError as error:
        why = str(error).strip().splitlines()[0] if str(error).strip() else "cannot be read"
        raise ValueError(f"is no JSONPath: {text!r} ({why})") from error
