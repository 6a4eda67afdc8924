"""Secrets of a recording, each replaced by where it comes from in a run: an answer before it, the
list of users, or the environment. No recorded secret gets past this. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kampyn_perf.convert.draft import (
    PLACEHOLDER,
    Capture,
    Environment,
    Name,
    Table,
    Template,
    Text,
)  # fmt: skip
from kampyn_perf.convert.naming import identifier, snake, unused, variable_name
from kampyn_perf.redact import is_secret

USER = "user"
_PASSWORD = re.compile(r"pass(?:word|wd|phrase|code)?\d?$|^pwd$|^pin$", re.I)
_WHO = re.compile(r"e?mail|user(?:_?name)?|login|identifier|phone|account", re.I)
_MORE_SECRETS = re.compile(
    r"csrf|xsrf|(?<![a-z])auth(?!or)|session_?id|^session$|^sid$|otp$|cvv|cvc|card_?number|ssn|jwt",
    re.I,
)
_SECRET_NUMBER = re.compile(r"pass|^pin$|otp$|cvv|cvc|card_?number|ssn", re.I)
_VARYING = re.compile(r"(?!\d{4}-\d\d)(?=.*\d)\S{8,}|\S{20,}")
"""What hardly stands in two places by chance: a number in it, or long; but no date."""
_JWT = re.compile(r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*")
_SCHEME = re.compile(r"(Bearer|Token|JWT|ApiKey) +(.+)", re.I)
_XML_PASSWORD = re.compile(
    r"(<(?:\w+:)?(\w*pass\w*|\w*token\w*|\w*secret\w*)[^>]*>)([^<]+)(?=<)", re.I
)
_SHORTEST, _LONGEST = 8, 8_192
_MOST_VALUES = 50_000
_MOST_OF_ANSWER = 2_000


def looks_secret(name: str, value: str = "") -> bool:
    """Whether what stands under a name is a secret, by the name or by its look."""
    return bool(is_secret(name) or _MORE_SECRETS.search(name) or _JWT.search(value))


@dataclass
class Secrets:
    """What was met so far, in the order of the session."""

    keep: bool = False
    """Whether recorded passwords go into the list of users."""
    environment: dict[str, str] = field(default_factory=dict)
    captures: dict[int, dict[str, Capture]] = field(default_factory=dict)
    """By the number of the request whose answer has the value, and by path."""
    _answered: dict[str, tuple[int, str]] = field(default_factory=dict)
    _variables: dict[str, str] = field(default_factory=dict)
    _columns: dict[str, str] = field(default_factory=dict)
    _who: set[str] = field(default_factory=set)

    def note_answer(self, number: int, answer: Any) -> None:
        """Values of an answer's JSON that later requests may send."""
        left = iter(range(_MOST_OF_ANSWER))
        for value, path in _strings(answer, "", left):
            if len(self._answered) >= _MOST_VALUES:
                return
            if _SHORTEST <= len(value) <= _LONGEST:
                self._answered.setdefault(value, (number, path))

    def known(self, value: str) -> Name | None:
        """The capture of a value that an earlier answer had."""
        if value not in self._answered:
            return None
        number, path = self._answered[value]
        of_answer = self.captures.setdefault(number, {})
        if path not in of_answer:
            taken = {capture.name for many in self.captures.values() for capture in many.values()}
            last = re.split(r"[.\[\]]+", path.rstrip("]"))[-1]
            name = unused(snake("value" if last.isdigit() else last), {*taken, USER})
            of_answer[path] = Capture(name, path)
        return Name(of_answer[path].name)

    def text(self, name: str, value: str) -> Text:
        """A value that is no field of a body: a header's, a parameter's, a part of a path."""
        if not value:
            return value
        if met := self._met(name, value):
            return met
        if scheme := _SCHEME.fullmatch(value):
            rest = self._met(name, scheme[2]) or self._variable(name, scheme[2])
            return Template((f"{scheme[1]} ", rest))
        return self._variable(name, value) if looks_secret(name, value) else value

    def _met(self, name: str, value: str) -> Name | Environment | None:
        """Where a value comes from that was met before; what stands in two places by chance is
        no sign of that."""
        if value in self._columns and value not in self._who:
            return Name(f"{USER}.{self._columns[value]}")
        if value in self._variables:
            return Environment(self._variables[value])
        return self.known(value) if looks_secret(name) or _VARYING.fullmatch(value) else None

    def body(self, value: Any, name: str = "") -> Any:
        """JSON, or a form's fields by name, with values in the place of secrets."""
        match value:
            case dict():
                has_password = any(
                    _PASSWORD.search(str(key)) and isinstance(inner, str)
                    for key, inner in value.items()
                )
                return {
                    key: self._field(key, inner, beside_password=has_password)
                    for key, inner in value.items()
                }
            case list():
                return [self.body(inner, name) for inner in value]
            case str():
                return self.text(name, value)
            case int() | float() if not isinstance(value, bool) and _SECRET_NUMBER.search(name):
                return self._variable(name, str(value))
        return value

    def plain_text(self, text: str) -> Text:
        """A body of another kind: tokens by their look, and what stands in tags that name one."""
        parts: list[Any] = []
        position = 0
        for start, end, name, value in sorted(_places(text)):
            if start < position:
                continue
            parts += [text[position:start], self.known(value) or self._variable(name, value)]
            position = end
        if not parts:
            return text
        return Template(tuple(part for part in [*parts, text[position:]] if part != ""))

    def table(self) -> Table | None:
        """The users that sign in; None where nobody does."""
        if not self._columns:
            return None
        row = tuple(
            value if self.keep or value in self._who else PLACEHOLDER for value in self._columns
        )
        columns = tuple(self._columns.values())
        note = f"who signs in: {', '.join(columns)} of users that are there"
        return Table(name=USER, columns=columns, rows=(row,), note=note, secret=True)

    def _field(self, key: str, value: Any, *, beside_password: bool) -> Any:
        if isinstance(value, str) and value:
            if _PASSWORD.search(key):
                return self._column(key, value)
            if beside_password and _WHO.search(key) and not looks_secret("", value):
                self._who.add(value)
                return self._column(key, value)
        return self.body(value, key)

    def _column(self, key: str, value: str) -> Name:
        if value not in self._columns:
            taken = set(self._columns.values())
            self._columns[value] = unused(identifier(key), taken)
        return Name(f"{USER}.{self._columns[value]}")

    def _variable(self, name: str, value: str) -> Environment:
        if value not in self._variables:
            variable = unused(variable_name(name), self.environment)
            self._variables[value] = variable
            self.environment[variable] = f"what the browser sent as {name}"
        return Environment(self._variables[value])


def _places(text: str) -> Iterator[tuple[int, int, str, str]]:
    for match in _XML_PASSWORD.finditer(text):
        yield match.start(3), match.end(3), match[2], match[3]
    for match in _JWT.finditer(text):
        yield match.start(), match.end(), "token", match[0]


def _strings(value: Any, path: str, left: Iterator[int]) -> Iterator[tuple[str, str]]:
    """Texts of JSON with their paths; only those that a path of names and numbers leads to."""
    if next(left, None) is None:
        return
    if isinstance(value, str):
        if path:
            yield value, path
    elif isinstance(value, dict):
        for key, inner in value.items():
            if re.fullmatch(r"[A-Za-z_][\w-]*", key):
                yield from _strings(inner, f"{path}.{key}" if path else key, left)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _strings(inner, f"{path or '$'}[{index}]", left)
