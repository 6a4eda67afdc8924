"""JavaScript as a tree: what is where in it. Pure, but for the reading."""

from __future__ import annotations

from collections.abc import Container, Iterator
from pathlib import Path

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

from kampyn_perf.convert.documents import decode, read_bytes, wrong

_CHANGES = (
    "assignment_expression",
    "augmented_assignment_expression",
    "update_expression",
    "for_in_statement",
)
_OWNED = ("identifier", "member_expression", "subscript_expression", "spread_element")
_NAMES = (
    "identifier",
    "shorthand_property_identifier",
    "shorthand_property_identifier_pattern",
)
_SHOWN = 48
_FREE_OF_EFFECTS = ("http", "JSON", "Math", "console")


class UnknownError(ValueError):
    """A value that is made while the script runs."""

    def __init__(self, node: Node, why: str = "") -> None:
        super().__init__(why or f"{shown(node)} is computed while the script runs")
        self.node = node


def parse(path: Path) -> Node:
    """The whole script. Raises ConfigError with the line of a syntax error."""
    text = decode(read_bytes(path), str(path))
    root = Parser(Language(tree_sitter_javascript.language())).parse(text.encode()).root_node
    if not text.strip():
        raise wrong(str(path), "", "is empty")
    if root.has_error:
        node = next(
            candidate for candidate in walk(root) if candidate.is_error or candidate.is_missing
        )
        what = f"{node.type!r} is missing" if node.is_missing else f"near {shown(node)!r}"
        raise wrong(
            f"{path}:{line(node)}",
            "",
            f"is not JavaScript: syntax error, {what}",
            hint="k6 inspect FILE says what k6 makes of it; TypeScript is not read.",
        )
    return root


def walk(node: Node) -> Iterator[Node]:
    """The node and all below, in the order of the text."""
    todo = [node]
    while todo:
        current = todo.pop()
        yield current
        todo += reversed(current.children)


def line(node: Node) -> int:
    """From 1."""
    return node.start_point[0] + 1


def text_of(node: Node | None) -> str:
    """As the script has it."""
    return node.text.decode() if node is not None and node.text is not None else ""


def shown(node: Node) -> str:
    """The beginning, on one line."""
    words = " ".join(text_of(node).split())
    return words if len(words) <= _SHOWN else f"{words[: _SHOWN - 3]}..."


def parts(node: Node | None) -> list[Node]:
    """Its named children, without comments."""
    return [child for child in node.named_children if child.type != "comment"] if node else []


def changed_names(root: Node) -> frozenset[str]:
    """Names that something is assigned to, or whose methods are called: values may be others."""
    names: set[str] = set()
    for node in walk(root):
        target = None
        deleted = node.type == "unary_expression" and text_of(node).startswith("delete")
        if node.type in _CHANGES or deleted:
            target = node.child_by_field_name("left") or node.child_by_field_name("argument")
        elif node.type == "call_expression":
            function = node.child_by_field_name("function")
            if function is not None and function.type == "member_expression":
                target = function
        while target is not None and target.type in ("member_expression", "subscript_expression"):
            target = target.child_by_field_name("object")
        if node.type == "call_expression" and (target is None or target.type != "identifier"):
            continue  # of what another call gave
        names |= names_in(target)
    return frozenset(names - {*_FREE_OF_EFFECTS})


def handed_names(root: Node, harmless: Container[str]) -> frozenset[str]:
    """Names that are given to functions; none of calls to `harmless` ones."""
    names: set[str] = set()
    for node in walk(root):
        if node.type not in ("call_expression", "new_expression"):
            continue
        called = text_of(node.child_by_field_name("function")).partition(".")[0]
        if called not in harmless:
            for argument in parts(node.child_by_field_name("arguments")):
                names |= names_in(argument) if argument.type in _OWNED else set()
    return frozenset(names)


def names_in(node: Node | None) -> set[str]:
    """The names that a pattern or an expression has in it."""
    return {text_of(inner) for inner in walk(node) if inner.type in _NAMES} if node else set()
