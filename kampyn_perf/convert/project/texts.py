"""Texts as a target file has them: values in braces, and braces that stand for themselves kept from
being taken for values. Pure."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import Any

from kampyn_perf.convert.draft import Environment, Function, Name, Template, Text, Value

_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{[A-Za-z_][\w.]*\}", re.S)


class Texts:
    """Writes texts, and remembers those that it had to put among the variables."""

    def __init__(self, variables: dict[str, Any]) -> None:
        self.variables = dict(variables)
        """The draft's, and the literal texts'."""

    def value(self, value: Any) -> Any:
        """JSON with values inside, as plain data."""
        match value:
            case str() | Name() | Environment() | Function() | Template():
                return self.text(value)
            case dict():
                return {key: self.value(inner) for key, inner in value.items()}
            case list() | tuple():
                return [self.value(inner) for inner in value]
        return value

    def text(self, text: Text) -> str:
        """One text."""
        match text:
            case str():
                return self._literal(text) if _TEMPLATE.search(text) else text
            case Template(parts=parts):
                return self._template(parts)
        return _braced(text)

    def url(self, text: Text) -> str:
        """An address; its own braces are percent-encoded, as URLs have them."""
        if isinstance(text, Template):
            return "".join(
                _encoded(part) if isinstance(part, str) else _braced(part) for part in text.parts
            )
        return _encoded(text) if isinstance(text, str) else _braced(text)

    def _template(self, parts: tuple[str | Value, ...]) -> str:
        """With the literal parts as they are, where that is read as it is meant."""
        pieces = [part if isinstance(part, str) else _braced(part) for part in parts]
        whole = "".join(pieces)
        ends = list(accumulate(map(len, pieces)))
        values = [
            (end - len(piece), end)
            for part, piece, end in zip(parts, pieces, ends, strict=True)
            if not isinstance(part, str)
        ]
        if [match.span() for match in _TEMPLATE.finditer(whole)] == values:
            return whole
        return "".join(
            self._literal(part) if isinstance(part, str) and ("{" in part or "}" in part) else piece
            for part, piece in zip(parts, pieces, strict=True)
        )

    def _literal(self, text: str) -> str:
        name = next((variable for variable, value in self.variables.items() if value == text), "")
        if not name:
            name = f"text_{len(self.variables) + 1}"
            while name in self.variables:
                name += "_"
            self.variables[name] = text
        return f"{{{name}}}"


def _braced(value: Name | Environment | Function) -> str:
    match value:
        case Name(path=path):
            return f"{{{path}}}"
        case Environment(variable=variable):
            return f"{{{{ $processEnvironment.{variable} }}}}"
    return f"{{{{ {value.call} }}}}"


def _encoded(text: str) -> str:
    return text.replace("{", "%7B").replace("}", "%7D")
