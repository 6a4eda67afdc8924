"""Prisma's schema language, as far as indexes are declared in it. Pure.

model User {
  email   String   @unique
  address Address?
  @@index([lastName, age(sort: Desc)], map: "by_name")
  @@map("users")
}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r]+|//[^\n]*|/\*.*?\*/)
    |(?P<line>\n)
    |(?P<text>"(?:\\.|[^"\\\n])*")
    |(?P<word>-?[\w.]+)
    |(?P<mark>@@|[@{}()\[\]:,?=!])
    """,
    re.VERBOSE | re.DOTALL,
)


class SchemaError(ValueError):
    """What is no schema, and in which line."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


@dataclass(frozen=True)
class Call:
    """A word, with what stands in brackets behind it: `age(sort: Desc)`, `dbgenerated()`, `Asc`."""

    name: str
    named: Mapping[str, Value] = field(default_factory=dict)
    positional: tuple[Value, ...] = ()

    def get(self, name: str, position: int | None = None) -> Value | None:
        """The argument of that name, or at that position."""
        if name in self.named or position is None or position >= len(self.positional):
            return self.named.get(name)
        return self.positional[position]


Value = str | Call | list["Value"]
"""A text in quotes, a word, or a list."""


@dataclass(frozen=True)
class Attribute(Call):
    """`@unique`, `@@index([a, b])`, `@db.ObjectId`."""

    line: int = 0


@dataclass
class Field:
    """One field of a model or composite type."""

    name: str
    type: str
    is_list: bool = False
    is_optional: bool = False
    attributes: list[Attribute] = field(default_factory=list)


@dataclass
class Block:
    """`model User { ... }`; of a datasource only its settings."""

    kind: str
    name: str
    line: int
    fields: list[Field] = field(default_factory=list)
    attributes: list[Attribute] = field(default_factory=list)
    settings: dict[str, Value] = field(default_factory=dict)


def parse_schema(text: str) -> list[Block]:
    """The blocks of a schema. Raises SchemaError."""
    return _Parser(text).blocks()


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    line: int


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at, line = 0, 1
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise SchemaError(line, f"{text[at]!r} is no part of a Prisma schema")
        if match.lastgroup != "space":
            tokens.append(_Token(match.lastgroup or "", match[0], line))
        line += match[0].count("\n")
        at = match.end()
    return [*tokens, _Token("end", "", line)]


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0

    def blocks(self) -> list[Block]:
        blocks = []
        while self._skip_lines().kind != "end":
            kind, name = self._take("word"), self._take("word")
            block = Block(kind.text, name.text, kind.line)
            self._skip_lines()
            self._expect("{")
            while self._skip_lines().text != "}":
                self._line_of(block)
            self._expect("}")
            blocks.append(block)
        return blocks

    def _line_of(self, block: Block) -> None:
        if self._is("@@"):
            block.attributes.append(self._attribute("@@"))
            return
        name = self._take("word")
        if block.kind in ("datasource", "generator"):
            self._expect("=")
            block.settings[name.text] = self._value()
            return
        if block.kind == "enum" or self._peek().kind in ("line", "end"):
            while self._is("@"):
                self._attribute("@")
            return
        kind = self._call(self._take("word"))
        declared = Field(name.text, kind.name)
        if self._is("["):
            self._expect("[")
            self._expect("]")
            declared.is_list = True
        if self._is("?"):
            self._expect("?")
            declared.is_optional = True
        while self._is("@"):
            declared.attributes.append(self._attribute("@"))
        if self._peek().kind != "line" and self._peek().text != "}":
            raise self._unexpected("the end of the line")
        block.fields.append(declared)

    def _attribute(self, mark: str) -> Attribute:
        line = self._expect(mark).line
        call = self._call(self._take("word"))
        return Attribute(call.name, call.named, call.positional, line)

    def _call(self, word: _Token) -> Call:
        if not self._is("("):
            return Call(word.text)
        named: dict[str, Value] = {}
        positional: list[Value] = []
        for name, value in self._list("(", ")"):
            if name:
                named[name] = value
            else:
                positional.append(value)
        return Call(word.text, named, tuple(positional))

    def _value(self) -> Value:
        token = self._skip_lines()
        if token.text == "[" and token.kind == "mark":
            return [value for _, value in self._list("[", "]")]
        if token.kind == "text":
            self._at += 1
            return re.sub(r"\\(.)", r"\1", token.text[1:-1])
        return self._call(self._take("word"))

    def _list(self, opening: str, closing: str) -> list[tuple[str, Value]]:
        """Values between brackets, with the name of those that have one. Lines may end in it."""
        items: list[tuple[str, Value]] = []
        self._expect(opening)
        while self._skip_lines().text != closing:
            name, next_token = self._peek(), self._tokens[self._at + 1]
            if name.kind == "word" and next_token.text == ":":
                self._at += 2
                items.append((name.text, self._value()))
            else:
                items.append(("", self._value()))
            if self._skip_lines().text != closing:
                self._expect(",")
        self._expect(closing)
        return items

    def _peek(self) -> _Token:
        return self._tokens[self._at]

    def _is(self, mark: str) -> bool:
        token = self._peek()
        return token.kind == "mark" and token.text == mark

    def _skip_lines(self) -> _Token:
        while self._peek().kind == "line":
            self._at += 1
        return self._peek()

    def _take(self, kind: str) -> _Token:
        token = self._peek()
        if token.kind != kind:
            raise self._unexpected("a name")
        self._at += 1
        return token

    def _expect(self, mark: str) -> _Token:
        if not self._is(mark):
            raise self._unexpected(mark)
        self._at += 1
        return self._tokens[self._at - 1]

    def _unexpected(self, wanted: str) -> SchemaError:
        token = self._peek()
        shown = {"end": "the end of the file", "line": "the end of the line"}.get(token.kind)
        return SchemaError(token.line, f"expected {wanted}, not {shown or token.text}")
