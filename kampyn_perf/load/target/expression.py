"""Conditions of flows (`ifTrue`, `whileTrue`): a small language over a session's values.

    {{ items }} and count < 3        status == "open"        not (a or b)

Comparisons, `and or not`, `&& || !`, arithmetic, numbers, texts, lists, dotted names. Parsed by
Python's own parser, and evaluated here: nothing can be called, and no attribute of an object read.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Evaluate = Callable[[Mapping[str, Any]], Any]

_STRING = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
_BRACES = re.compile(r"\{\{\s*(.*?)\s*\}\}")
_WORDS = (
    (re.compile(r"&&"), " and "),
    (re.compile(r"\|\|"), " or "),
    (re.compile(r"!(?!=)"), " not "),
    (re.compile(r"==="), "=="),
    (re.compile(r"!=="), "!="),
    (re.compile(r"\$(?=\w)"), "__dollar_"),
)
_CONSTANTS = {"true": True, "false": False, "null": None, "undefined": None}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda value, many: value in many,
    ast.NotIn: lambda value, many: value not in many,
}
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
}


class Expression:
    """A compiled condition. Raises ValueError for what cannot be one."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.names: set[str] = set()
        """The first parts of the names that it looks at."""
        try:
            tree = ast.parse(_pythonic(text), mode="eval")
        except (SyntaxError, ValueError) as error:
            raise ValueError(f"is no condition: {text!r}") from error
        self._evaluate = self._compile(tree.body)

    @classmethod
    def checked(cls, text: str) -> str:
        """`text`, if it is a condition. Raises ValueError."""
        cls(text)
        return text

    def holds(self, data: Mapping[str, Any]) -> bool:
        """Whether it is so. A name that is not there is null; what cannot be compared is not so."""
        try:
            return bool(self._evaluate(data))
        except (TypeError, ZeroDivisionError):
            return False

    def _compile(self, node: ast.expr) -> Evaluate:
        compiled = self._value(node) or self._operation(node)
        if compiled is None:
            raise ValueError(f"has what a condition cannot: {self.text!r}")
        return compiled

    def _value(self, node: ast.expr) -> Evaluate | None:
        match node:
            case ast.Constant(value=value) if isinstance(value, str | int | float | bool | None):
                return lambda _data: value
            case ast.Name() | ast.Attribute() | ast.Subscript():
                return self._name(node)
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                parts = [self._compile(element) for element in elements]
                return lambda data: [part(data) for part in parts]
        return None

    def _operation(self, node: ast.expr) -> Evaluate | None:
        match node:
            case ast.BoolOp(op=op, values=values):
                parts = [self._compile(value) for value in values]
                every = all if isinstance(op, ast.And) else any
                return lambda data: every(part(data) for part in parts)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                inner = self._compile(operand)
                return lambda data: not inner(data)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                inner = self._compile(operand)
                return lambda data: -inner(data)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                first, second = self._compile(left), self._compile(right)
                work = _ARITHMETIC[type(op)]
                return lambda data: work(*_alike(first(data), second(data)))
            case ast.Compare():
                return self._comparison(node)
        return None

    def _comparison(self, node: ast.Compare) -> Evaluate:
        if any(type(op) not in _COMPARE for op in node.ops):
            raise ValueError(f"has what a condition cannot: {self.text!r}")
        works = [_COMPARE[type(op)] for op in node.ops]
        parts = [self._compile(operand) for operand in (node.left, *node.comparators)]

        def compare(data: Mapping[str, Any]) -> bool:
            values = [part(data) for part in parts]
            return all(work(*_alike(values[n], values[n + 1])) for n, work in enumerate(works))

        return compare

    def _name(self, node: ast.expr) -> Evaluate:
        keys = list(self._keys(node))
        if keys[0] in _CONSTANTS and len(keys) == 1:
            constant = _CONSTANTS[str(keys[0])]
            return lambda _data: constant
        self.names.add(str(keys[0]))

        def look_up(data: Mapping[str, Any]) -> Any:
            value: Any = data
            for key in keys:
                try:
                    value = value[key]
                except (KeyError, IndexError, TypeError):
                    return None
            return value

        return look_up

    def _keys(self, node: ast.expr) -> Iterator[str | int]:
        match node:
            case ast.Name(id=name):
                yield name.replace("__dollar_", "$")
            case ast.Attribute(value=inner, attr=key):
                yield from self._keys(inner)
                yield key
            case ast.Subscript(value=inner, slice=ast.Constant(value=int() | str() as key)):
                yield from self._keys(inner)
                yield key
            case _:
                raise ValueError(f"has what a condition cannot: {self.text!r}")


def _alike(value: Any, other: Any) -> tuple[Any, Any]:
    """Both as numbers where one is a number and the other a text of one, as a CSV has them."""
    if isinstance(value, str) and isinstance(other, int | float):
        return _number(value), other
    if isinstance(other, str) and isinstance(value, int | float):
        return value, _number(other)
    return value, other


def _number(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def _pythonic(text: str) -> str:
    """With Python's words for the operators, outside of quoted texts."""
    parts = _STRING.split(_BRACES.sub(r"\1", text.strip()))
    for index in range(0, len(parts), 2):  # every second part is a quoted text
        for pattern, word in _WORDS:
            parts[index] = pattern.sub(word, parts[index])
    return "".join(parts).strip()
