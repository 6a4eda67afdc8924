"""What an expression of a Python file is worth, as far as the file says it. Nothing is run."""

from __future__ import annotations

import ast
import operator
from collections.abc import Mapping
from typing import Any

_OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}


class NotWritten(Exception):  # noqa: N818 (what a file does not say, no mistake of ours)
    """It takes the running program to know; the words say what stands there instead."""

    def __init__(self, node: ast.AST, reason: str) -> None:
        super().__init__(reason)
        self.line = getattr(node, "lineno", 0)


class Values:
    """Of one module, with the constants that it assigns."""

    def __init__(self, tree: ast.Module, names: Mapping[str, Any]) -> None:
        """`names` are what a library's constants are worth, by their last name."""
        self._names = names
        self._constants = {
            target.id: statement.value
            for statement in tree.body
            if isinstance(statement, ast.Assign)
            for target in statement.targets
            if isinstance(target, ast.Name)
        }

    def of(self, node: ast.expr, inside: tuple[str, ...] = ()) -> Any:
        """Its value; tuples are lists. Raises NotWritten. `inside` are the constants that are
        being looked up: one may stand for itself."""
        value: Any
        match node:
            case ast.Constant(value=value):
                return value
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
                value = [self.of(part, inside) for part in parts]
            case ast.Dict(keys=keys, values=parts) if None not in keys:
                names = [self.of(key, inside) for key in keys if key is not None]
                value = dict(zip(names, (self.of(part, inside) for part in parts), strict=True))
            case ast.UnaryOp(op=ast.USub(), operand=number):
                value = -self._number(number, inside)
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _OPERATORS:
                sides = (self._number(side, inside) for side in (left, right))
                value = _OPERATORS[type(sign)](*sides)
            case ast.Name(id=name) if name in self._constants and name not in inside:
                value = self.of(self._constants[name], (*inside, name))
            case ast.Name() | ast.Attribute() if last_name(node) in self._names:
                value = self._names[last_name(node)]
            case _:
                text = ast.unparse(node)[:60]
                raise NotWritten(node, f"{text}, which only the running program knows")
        return value

    def _number(self, node: ast.expr, inside: tuple[str, ...]) -> Any:
        value = self.of(node, inside)
        if isinstance(value, int | float):
            return value
        raise NotWritten(node, f"{ast.unparse(node)[:60]}, which is no number")


def last_name(node: ast.expr) -> str:
    """`b` of `a.b`, `b` and `b[c]`; empty for what has no name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript):
        return last_name(node.value)
    return node.id if isinstance(node, ast.Name) else ""
