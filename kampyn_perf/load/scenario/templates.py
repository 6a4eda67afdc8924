"""Texts with names in them, filled in for one session: `{user.id}` and `{{ user.id }}`. Pure.

A name alone keeps the type of what it names; inside a longer text it becomes text. In an address
`{name}` is percent-encoded, as one part of a path; `{{ name }}` goes in as it is, as Artillery has
it, so that it may be a whole link. Compiled once; filling in is a few look-ups.
"""

from __future__ import annotations

import os
import random
import re
import string
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import quote

Fill = Callable[[Mapping[str, Any]], Any]
Text = TypeVar("Text", str, bytes)

_QUOTED = r"""\[(?:"[^"\[\]]+"|'[^'\[\]]+')\]"""
_NAME = rf"[A-Za-z_$][\w$-]*(?:\.[\w$-]+|\[\d+\]|{_QUOTED})*"
_BOTH = re.compile(r"\{\{\s*(?P<double>.+?)\s*\}\}|\{(?P<single>[A-Za-z_][\w.]*)\}")
_DOUBLE = re.compile(r"\{\{(?P<third>\{)?\s*(?P<double>[^{}]+?)\s*(?(third)\})\}\}")
"""As Artillery has them, where triple braces are the same."""
_PATH = re.compile(_NAME)
_KEYS = re.compile(r"""\[(\d+)\]|\[["']([^"']+)["']\]|([\w$-]+)""")
_CALL = re.compile(r"(\$\w+)\s*\(\s*(.*?)\s*\)")
_ENVIRONMENT = re.compile(r"\$(?:processEnvironment|env)\.(\w+)")


class MissingFieldError(LookupError):
    """The session's data has no such field."""


class Slots(NamedTuple, Generic[Text]):
    """A text with places to be filled in."""

    around: tuple[Text, ...]
    """What stands before the first place, between two, and after the last."""
    fills: tuple[Fill, ...]


class Templates:
    """Compiles, and remembers which names it met."""

    def __init__(self, *, single_braces: bool = True, artillery: bool = False) -> None:
        """With `artillery` what a function makes is text, and `$uuid` is the session's."""
        self._pattern = _BOTH if single_braces and not artillery else _DOUBLE
        self.artillery = artillery
        self.names: list[str] = []
        """As written, `user.email`, in the order they came."""

    def value(self, value: Any, *, encoded: bool = False) -> Fill | None:
        """What fills in `value`, a text or JSON; None where it is the same for everybody.

        Raises ValueError for a template that cannot be understood.
        """
        if isinstance(value, str):
            return self._text(value, encoded=encoded)
        if isinstance(value, Mapping):
            return self._mapping(value)
        if isinstance(value, list | tuple):
            fills = [(item, self.value(item)) for item in value]
            if not any(fill for _one, fill in fills):
                return None
            return lambda data: [fill(data) if fill else item for item, fill in fills]
        return None

    def path(self, text: str) -> Slots[str]:
        """A path of which every place is percent-encoded. Raises ValueError for another one."""
        around, fills = self._parts(text)
        if not all(single for _fill, single in fills):
            raise ValueError(f"{text} has a place that goes in as it is")
        return Slots(tuple(around), tuple(fill for fill, _single in fills))

    def _parts(self, text: str) -> tuple[list[str], list[tuple[Fill, bool]]]:
        """What stands around the places of a text; what fills them in, and whether they have single
        braces."""
        around: list[str] = []
        fills: list[tuple[Fill, bool]] = []
        position = 0
        for match in self._pattern.finditer(text):
            around.append(text[position : match.start()])
            single = match.groupdict().get("single")
            fill = self._name(single) if single else self._expression(match["double"])
            fills.append((fill, bool(single)))
            position = match.end()
        around.append(text[position:])
        return around, fills

    def _mapping(self, mapping: Mapping[str, Any]) -> Fill | None:
        fixed = dict(mapping)
        fills = [(key, fill) for key, inner in mapping.items() if (fill := self.value(inner))]
        if not fills:
            return None

        def fill_in(data: Mapping[str, Any]) -> dict[str, Any]:
            filled = fixed.copy()
            for key, fill in fills:
                filled[key] = fill(data)
            return filled

        return fill_in

    def _text(self, text: str, *, encoded: bool) -> Fill | None:
        around, fills = self._parts(text)
        if not fills:
            return None
        if around == ["", ""] and not encoded:
            return fills[0][0]  # a name alone keeps its type
        parts: list[str | tuple[Fill, bool]] = [around[0]]
        for (fill, single), after in zip(fills, around[1:], strict=True):
            parts += [(fill, single and encoded), after]
        return _joined([part for part in parts if part != ""])

    def _expression(self, words: str) -> Fill:
        if call := _CALL.fullmatch(words):
            arguments = [part.strip() for part in call[2].split(",") if part.strip()]
            made = _function(call[1], arguments)
            return (lambda data: str(made(data))) if self.artillery else made
        if words == "$uuid" and self.artillery:
            return _session_id
        if environment := _ENVIRONMENT.fullmatch(words):
            return _environment(environment[1])
        if not _PATH.fullmatch(words):
            raise ValueError(f"{{{{ {words} }}}} is no name and no function of this program")
        return self._name(words)

    def _name(self, path: str) -> Fill:
        self.names.append(path)
        return look_up(path)


def _session_id(data: Mapping[str, Any]) -> Any:
    if "$uuid" not in data and isinstance(data, dict):
        data["$uuid"] = str(uuid.uuid4())
    return data["$uuid"]


def look_up(path: str) -> Fill:
    """What finds `path` in a session's data. It raises MissingFieldError."""
    keys = [int(index) if index else quoted or key for index, quoted, key in _KEYS.findall(path)]
    message = f"{{{path}}} is not in the session's data"

    def find(data: Mapping[str, Any]) -> Any:
        value: Any = data
        try:
            for key in keys:
                value = value[key]
        except (KeyError, IndexError, TypeError):
            raise MissingFieldError(message) from None
        if value is None:
            raise MissingFieldError(message)
        return value

    return find


def _joined(parts: list[str | tuple[Fill, bool]]) -> Fill:
    def join(data: Mapping[str, Any]) -> str:
        return "".join(
            [
                part
                if isinstance(part, str)
                else quote(as_text(part[0](data)), safe="")
                if part[1]
                else as_text(part[0](data))
                for part in parts
            ]
        )

    return join


def as_text(value: Any) -> str:
    """A value inside a longer text: JSON's words for what is no text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        import orjson

        return orjson.dumps(value).decode()
    return str(value)


def _environment(name: str) -> Fill:
    value = os.environ.get(name)
    if value is None:
        raise ValueError(f"the environment variable {name} is not set")
    return lambda _data: value


def _function(name: str, arguments: list[str]) -> Fill:
    """Artillery's built-in functions of templates."""
    try:
        match name, arguments:
            case "$randomNumber", [*ends] if len(ends) <= 2:
                numbers = [int(end) for end in ends] or [1]
                first, last = sorted([0, *numbers][-2:])
                return lambda _data: random.randint(first, last)  # noqa: S311 (no secret)
            case "$randomString", [*length]:
                count = int(length[0]) if length else 10
                letters = string.ascii_letters + string.digits
                return lambda _data: "".join(random.choices(letters, k=count))  # noqa: S311
            case (("$uuid" | "$guid"), []):
                return lambda _data: str(uuid.uuid4())
    except ValueError:
        pass
    raise ValueError(
        f"{{{{ {name}({', '.join(arguments)}) }}}} is no function of this program; there are "
        "$randomNumber(low, high), $randomString(length), $uuid()"
    )
