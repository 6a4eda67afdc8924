"""A condition of `check` as an expectation: the status, and texts that the body has. Pure."""

from __future__ import annotations

from typing import Any

from tree_sitter import Node

from kampyn_perf.convert.k6.syntax import UnknownError, parts, shown, text_of
from kampyn_perf.convert.k6.values import Scope, evaluate

_SAME = ("===", "==")
_OTHER = ("!==", "!=")


def expectations(node: Node, scope: Scope) -> dict[str, Any]:
    """The `expect` of a function of the answer. Raises UnknownError."""
    names = parts(node.child_by_field_name("parameters"))
    single = node.child_by_field_name("parameter")
    names = [single] if single is not None else names
    body = node.child_by_field_name("body")
    if len(names) != 1 or names[0].type != "identifier" or body is None:
        raise UnknownError(node, f"{shown(node)} is no function of the answer")
    if body.type == "statement_block":
        inside = parts(body)
        if len(inside) != 1 or inside[0].type != "return_statement" or not parts(inside[0]):
            raise UnknownError(node, f"{shown(node)} is more than one condition")
        body = parts(inside[0])[0]
    answer = text_of(names[0])
    return _expect(body, answer, scope.inside({answer: None}))


def _expect(node: Node, answer: str, scope: Scope) -> dict[str, Any]:
    if node.type == "parenthesized_expression":
        return _expect(parts(node)[0], answer, scope)
    if node.type == "binary_expression":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        sign = text_of(node.child_by_field_name("operator"))
        if left is not None and right is not None:
            if sign in _SAME + _OTHER:
                return _status(node, (left, right), answer, scope, same=sign in _SAME)
            if sign == "||":
                first, second = _expect(left, answer, scope), _expect(right, answer, scope)
                if list(first) == list(second) == ["statusCode"]:
                    return {"statusCode": [*first["statusCode"], *second["statusCode"]]}
    if node.type == "call_expression":
        function = text_of(node.child_by_field_name("function"))
        arguments = parts(node.child_by_field_name("arguments"))
        if function == f"{answer}.body.includes" and len(arguments) == 1:
            text = evaluate(arguments[0], scope)
            if isinstance(text, str) and "{{" not in text:
                return {"contains": [text]}
    raise UnknownError(node, f"{shown(node)} is no condition on the status or a text of the body")


def _status(
    node: Node, sides: tuple[Node, Node], answer: str, scope: Scope, *, same: bool
) -> dict[str, Any]:
    other = [side for side in sides if text_of(side) != f"{answer}.status"]
    if len(other) == 1:
        status = evaluate(other[0], scope)
        if isinstance(status, int) and not isinstance(status, bool):
            return {"statusCode" if same else "notStatusCode": [status]}
    raise UnknownError(node, f"{shown(node)} is no condition on the status or a text of the body")
