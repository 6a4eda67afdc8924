"""Postman's `{{variables}}`: which there are, and texts that have some inside. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kampyn_perf.convert.draft import (
    PLACEHOLDER,
    Environment,
    Function,
    Name,
    Template,
    Text,
    Value,
)  # fmt: skip
from kampyn_perf.convert.naming import identifier, unused, variable_name
from kampyn_perf.redact import is_secret

_VARIABLE = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
_DEEPEST = 8
_FUNCTIONS: dict[str, tuple[str | Value, ...]] = {
    "$guid": (Function("$uuid()"),),
    "$randomUUID": (Function("$uuid()"),),
    "$randomInt": (Function("$randomNumber(0, 1000)"),),
    "$timestamp": (Function("$randomNumber(1700000000, 1800000000)"),),
    "$randomEmail": (Function("$randomString(10)"), "@example.com"),
    "$randomExampleEmail": (Function("$randomString(10)"), "@example.com"),
    "$randomUserName": (Function("$randomString(10)"),),
    "$randomPassword": (Function("$randomString(15)"),),
    "$randomAlphaNumeric": (Function("$randomString(1)"),),
}


@dataclass
class Variables:
    """The variables of one collection, and how each is written in a target file."""

    values: dict[str, str]
    """Of the collection, and of an environment, which goes before it."""
    captured: frozenset[str] = frozenset()
    """Those that requests set from their answers."""
    used: dict[str, str] = field(default_factory=dict)
    """The variables that the project needs: name there, value."""
    environment: dict[str, str] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    _names: dict[str, str] = field(default_factory=dict)
    _secrets: dict[str, str] = field(default_factory=dict)

    def text(self, text: str) -> Text:
        """`text` with its variables as values."""
        parts: list[str | Value] = []
        position = 0
        for match in _VARIABLE.finditer(text):
            parts += [text[position : match.start()], *self._value(match[1])]
            position = match.end()
        parts = [part for part in [*parts, text[position:]] if part != ""]
        if all(isinstance(part, str) for part in parts):
            return "".join(map(str, parts))
        return parts[0] if len(parts) == 1 else Template(tuple(parts))

    def body(self, value: Any) -> Any:
        """JSON with its variables as values."""
        match value:
            case str():
                return self.text(value)
            case dict():
                return {key: self.body(inner) for key, inner in value.items()}
            case list():
                return [self.body(inner) for inner in value]
        return value

    def plain(self, text: str) -> str:
        """`text` with the variables' own values put in; unknown ones stay."""
        for _round in range(_DEEPEST):
            filled = _VARIABLE.sub(lambda match: self.values.get(match[1], match[0]), text)
            if filled == text:
                break
            text = filled
        return text

    def secret(self, text: str, *, what: str) -> Text:
        """What is a secret wherever it stands: as it comes from variables, or the environment."""
        if not text or _VARIABLE.search(text):
            return self.text(text)
        return self._of_environment(what, text, f"what the collection has as {what}")

    def name_of(self, variable: str) -> str:
        """What a variable is called in the target file."""
        if variable not in self._names:
            self._names[variable] = unused(identifier(variable), set(self._names.values()))
        return self._names[variable]

    def _value(self, variable: str) -> tuple[str | Value, ...]:
        if variable.startswith("$"):
            if variable not in _FUNCTIONS:
                self.unknown.add(variable)
                return (PLACEHOLDER,)
            return _FUNCTIONS[variable]
        if variable in self.captured:
            return (Name(self.name_of(variable)),)
        value = self.plain(self.values.get(variable, ""))
        if is_secret(variable) or value == "" or _VARIABLE.search(value):
            if variable not in self.values:
                self.unknown.add(variable)
            if is_secret(variable):
                meaning = f"the collection's variable {variable}"
                return (self._of_environment(variable, f"{{{{{variable}}}}}", meaning),)
            value = PLACEHOLDER
        name = self.name_of(variable)
        self.used[name] = value
        return (Name(name),)

    def _of_environment(self, what: str, value: str, meaning: str) -> Environment:
        """The same variable for the same value."""
        if value not in self._secrets:
            self._secrets[value] = unused(variable_name(what), self.environment)
            self.environment[self._secrets[value]] = meaning
        return Environment(self._secrets[value])


def variables_of(many: Any) -> Mapping[str, str]:
    """A list of Postman's variables, as a collection or an environment has it."""
    known = [
        variable
        for variable in (many if isinstance(many, list) else [])
        if isinstance(variable, dict)
    ]
    return {
        str(variable.get("key") or variable.get("id")): _text(variable.get("value"))
        for variable in known
        if variable.get("disabled") is not True and variable.get("enabled") is not False
    }


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None or isinstance(value, dict | list) else str(value)
