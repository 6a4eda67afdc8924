"""Values of a script that can be known without running it. Pure.

A value is known where it is a literal, or made of literals by templates, `+` and the like. What may
have changed by then (a name that something is assigned to) is not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tree_sitter import Node

from kampyn_perf.convert.k6.answers import Answers, is_mark
from kampyn_perf.convert.k6.syntax import UnknownError, parts, shown, text_of

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}


@dataclass(frozen=True)
class Scope:
    """What names stand for; None is a name whose value is not known."""

    names: Mapping[str, Node | None] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()
    """Names that may stand for something else later on."""
    handed: frozenset[str] = frozenset()
    """Names that functions were given, which may have changed what is inside."""
    remark: Callable[[Node, str], None] = lambda _node, _text: None
    answers: Answers = field(default_factory=Answers)
    """What names stand for that come out of answers."""

    def inside(self, names: Mapping[str, Node | None]) -> Scope:
        """A block's, with names of its own."""
        return replace(self, names={**self.names, **names})


def entries(node: Node, scope: Scope) -> list[tuple[str, Node]]:
    """An object's keys and the nodes of their values. Raises UnknownError."""
    resolved_node = resolved(node, scope)
    if resolved_node is None or resolved_node.type != "object":
        raise UnknownError(resolved_node or node, f"{shown(node)} is no object of literals")
    made = []
    for part in parts(resolved_node):
        if part.type == "shorthand_property_identifier":
            made.append((text_of(part), part))
            continue
        key, value = part.child_by_field_name("key"), part.child_by_field_name("value")
        if part.type != "pair" or key is None or value is None:
            raise UnknownError(part)
        if key.type == "property_identifier":
            made.append((text_of(key), value))
        else:
            inner = parts(key)[0] if key.type == "computed_property_name" else key
            made.append((as_text(evaluate(inner, scope), key), value))
    return made


def resolved(node: Node | None, scope: Scope) -> Node | None:
    """The node that a name or parentheses stand for."""
    for _hop in range(20):
        if node is None:
            return None
        if node.type in ("identifier", "shorthand_property_identifier"):
            name = text_of(node)
            known = scope.names.get(name)
            inside = known is not None and known.type in ("object", "array")
            stale = name in scope.changed or name in scope.answers.stale
            if known is None or stale or (inside and name in scope.handed):
                raise UnknownError(node, f"the value of {name} is computed while the script runs")
            node = known
        elif node.type == "parenthesized_expression":
            node = parts(node)[0]
        else:
            return node
    raise UnknownError(node) if node is not None else AssertionError


def evaluate(node: Node, scope: Scope) -> Any:
    """The value; of what comes out of an answer a mark. Raises UnknownError."""
    if of_answer := scope.answers.find(node):
        return scope.answers.use(of_answer, node)
    resolved_node = resolved(node, scope)
    if resolved_node is None:
        raise UnknownError(node)
    make = _KINDS.get(resolved_node.type)
    if make is None:
        raise UnknownError(resolved_node)
    return make(resolved_node, scope)


def as_text(value: Any, node: Node) -> str:
    """As JavaScript joins it to a text. Raises UnknownError for lists and objects."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str | int):
        return str(value)
    raise UnknownError(node, f"{shown(node)} has no plain text")


def _string(node: Node, scope: Scope) -> str:
    made = ""
    for child in node.named_children:
        if child.type == "escape_sequence":
            made += _escaped(text_of(child)[1:])
        elif child.type == "template_substitution":
            made += as_text(evaluate(parts(child)[0], scope), child)
        else:
            made += text_of(child)
    return made.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # pairs of escapes


def _escaped(text: str) -> str:
    if text[:1] in ("x", "u") and len(text) > 1:
        return chr(int(text[1:].strip("{}"), 16))
    if text in ("\n", "\r\n"):
        return ""
    return _ESCAPES.get(text, text)


def _number(node: Node, _scope: Scope) -> int | float:
    text = text_of(node).replace("_", "").rstrip("n")
    try:
        return int(text, 0)
    except ValueError:
        return _as_integer(float(text))


def _as_integer(value: float) -> int | float:
    return int(value) if value.is_integer() else value


def _object(node: Node, scope: Scope) -> dict[str, Any]:
    return {key: evaluate(value, scope) for key, value in entries(node, scope)}


def _array(node: Node, scope: Scope) -> list[Any]:
    return [evaluate(part, scope) for part in parts(node)]


def _member(node: Node, scope: Scope) -> Any:
    owner, key = node.child_by_field_name("object"), node.child_by_field_name("property")
    if owner is not None and key is not None and text_of(owner) != "__ENV":
        for name, value in entries(owner, scope):
            if name == text_of(key):
                return evaluate(value, scope)
    raise UnknownError(node)


def _unary(node: Node, scope: Scope) -> Any:
    argument = node.child_by_field_name("argument")
    if argument is not None and text_of(node)[:1] == "-":
        value = evaluate(argument, scope)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return -value
    raise UnknownError(node)


def _binary(node: Node, scope: Scope) -> Any:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    sign = text_of(node.child_by_field_name("operator"))
    if left is None or right is None:
        raise UnknownError(node)
    if sign in ("||", "??") and text_of(left).startswith("__ENV."):
        scope.remark(node, f"{text_of(left)} is not asked; it is {shown(right)} here")
        return evaluate(right, scope)
    first, second = evaluate(left, scope), evaluate(right, scope)
    if any(is_mark(n) for n in (first, second)) and not (
        isinstance(first, str) and isinstance(second, str)
    ):
        raise UnknownError(node, f"{shown(node)} counts with a value of an answer")
    if sign == "+" and (isinstance(first, str) or isinstance(second, str)):
        return as_text(first, left) + as_text(second, right)
    if any(isinstance(n, bool) or not isinstance(n, int | float) for n in (first, second)):
        raise UnknownError(node)
    if sign == "/" and second:
        return _as_integer(first / second)
    made = {"+": first + second, "-": first - second, "*": first * second}
    if sign not in made:
        raise UnknownError(node)
    return made[sign]


_KINDS: dict[str, Callable[[Node, Scope], Any]] = {
    "string": _string,
    "template_string": _string,
    "number": _number,
    "true": lambda _node, _scope: True,
    "false": lambda _node, _scope: False,
    "null": lambda _node, _scope: None,
    "object": _object,
    "array": _array,
    "member_expression": _member,
    "unary_expression": _unary,
    "binary_expression": _binary,
}
