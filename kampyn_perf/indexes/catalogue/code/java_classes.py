"""Classes of Java files with their annotations and fields, read by tree-sitter's grammar. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tree_sitter import Node


class JavaError(ValueError):
    """What is no Java, and in which line."""

    def __init__(self, line: int) -> None:
        super().__init__("not Java")
        self.line = line


@dataclass(frozen=True)
class Unwritten:
    """An expression whose value is not written out: a constant from elsewhere, a call."""

    text: str


@dataclass(frozen=True)
class Annotation:
    """`@Indexed(unique = true)`. Its only unnamed argument is called `value`, as Java has it.

    Values are texts, numbers, flags, lists and annotations; a constant like
    `IndexDirection.DESCENDING` is `Unwritten`.
    """

    name: str
    line: int
    values: dict[str, Any] = field(default_factory=dict)

    def resolve(self, constants: Mapping[str, str]) -> None:
        """Put the texts of constants in their places, by their last name."""
        for key, value in self.values.items():
            if isinstance(value, Unwritten):
                self.values[key] = constants.get(value.text.rpartition(".")[2], value)
            for inner in value if isinstance(value, list) else [value]:
                if isinstance(inner, Annotation):
                    inner.resolve(constants)


@dataclass
class Member:
    """A field of a class, or component of a record."""

    name: str
    type: str
    """Its simple name; of a collection that of its elements."""
    is_list: bool
    is_primitive: bool
    annotations: list[Annotation]


@dataclass
class JavaClass:
    name: str
    line: int
    parent: str
    """The simple name of the class it extends; empty for none."""
    annotations: list[Annotation]
    members: list[Member]


_COLLECTIONS = ("List", "Set", "Collection", "Iterable", "SortedSet", "ArrayList", "HashSet")
_PRIMITIVES = ("integral_type", "floating_point_type", "boolean_type")


def classes_of(source: bytes) -> Iterator[JavaClass]:
    """The classes and records of a file, nested ones among them. Raises JavaError."""
    import tree_sitter_java
    from tree_sitter import Language, Parser

    root = Parser(Language(tree_sitter_java.language())).parse(source).root_node
    nodes = list(_descendants(root, ("class_declaration", "record_declaration")))
    if root.has_error and not nodes:
        raise JavaError(next(_errors(root)).start_point[0] + 1)
    constants = dict(_constants(root))
    for node in nodes:
        java_class = _class(node)
        for annotation in (
            *java_class.annotations,
            *(a for m in java_class.members for a in m.annotations),
        ):
            annotation.resolve(constants)
        yield java_class


def _constants(root: Node) -> Iterator[tuple[str, str]]:
    """`static final String NAME = "text"`, of any class of the file."""
    for declaration in _descendants(root, ("field_declaration",)):
        if "final" not in _modifiers(declaration):
            continue
        for declarator in declaration.children_by_field_name("declarator"):
            value = _value(declarator.child_by_field_name("value"))
            if isinstance(value, str):
                yield _text(declarator.child_by_field_name("name")), value


def _class(node: Node) -> JavaClass:
    parent = node.child_by_field_name("superclass")
    return JavaClass(
        name=_text(node.child_by_field_name("name")),
        line=node.start_point[0] + 1,
        parent=_simple_type(parent.named_children[0]) if parent and parent.named_children else "",
        annotations=_annotations(node),
        members=list(_members(node)),
    )


def _members(node: Node) -> Iterator[Member]:
    parameters = node.child_by_field_name("parameters")  # of a record
    for part in parameters.named_children if parameters else ():
        if part.type == "formal_parameter":
            yield _member(part, part.child_by_field_name("name"))
    body = node.child_by_field_name("body")
    for part in body.named_children if body else ():
        if part.type == "field_declaration" and "static" not in _modifiers(part):
            for declarator in part.children_by_field_name("declarator"):
                yield _member(part, declarator.child_by_field_name("name"))


def _member(node: Node, name: Node | None) -> Member:
    kind = node.child_by_field_name("type") or node  # which the grammar always has
    is_list, inner = kind.type == "array_type", kind
    if is_list:
        inner = kind.child_by_field_name("element") or kind
    elif kind.type == "generic_type" and _simple_type(kind) in _COLLECTIONS:
        arguments = kind.named_children[-1].named_children
        is_list, inner = True, arguments[0] if arguments else kind
    return Member(
        name=_text(name),
        type=_simple_type(inner),
        is_list=is_list,
        is_primitive=kind.type in _PRIMITIVES,
        annotations=_annotations(node),
    )


def _simple_type(node: Node) -> str:
    text = _text(node.named_children[0] if node.type == "generic_type" else node)
    return text.rpartition(".")[2]


def _modifiers(node: Node) -> str:
    return " ".join(_text(child) for child in node.children if child.type == "modifiers")


def _annotations(node: Node) -> list[Annotation]:
    return [
        _annotation(written)
        for child in node.children
        if child.type == "modifiers"
        for written in child.named_children
        if written.type in ("annotation", "marker_annotation")
    ]


def _annotation(node: Node) -> Annotation:
    values: dict[str, Any] = {}
    arguments = node.child_by_field_name("arguments")
    for argument in arguments.named_children if arguments else ():
        if argument.type == "element_value_pair":
            key = _text(argument.child_by_field_name("key"))
            values[key] = _value(argument.child_by_field_name("value"))
        elif "comment" not in argument.type:
            values["value"] = _value(argument)
    name = _text(node.child_by_field_name("name")).rpartition(".")[2]
    return Annotation(name, node.start_point[0] + 1, values)


def _value(node: Node | None) -> Any:
    if node is None:
        return None
    read = _VALUES.get(node.type)
    if read:
        return read(node)
    try:
        return float(_text(node).rstrip("lLfFdD").replace("_", ""))
    except ValueError:
        return Unwritten(_text(node))


def _sum(node: Node) -> Any:
    """Texts that are put together."""
    sides = [_value(node.child_by_field_name(side)) for side in ("left", "right")]
    are_texts = all(isinstance(side, str) for side in sides)
    return "".join(sides) if are_texts else Unwritten(_text(node))


def _list(node: Node) -> list[Any]:
    return [_value(child) for child in node.named_children if "comment" not in child.type]


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "s": " ", "\n": ""}


def _string(node: Node) -> str:
    pieces = []
    for child in node.named_children:
        text = _text(child)
        is_escape = child.type == "escape_sequence"
        pieces.append(_ESCAPES.get(text[1:], text[1:]) if is_escape else text)
    return "".join(pieces)


_VALUES: dict[str, Callable[[Node], Any]] = {
    "string_literal": _string,
    "true": lambda _: True,
    "false": lambda _: False,
    "annotation": _annotation,
    "marker_annotation": _annotation,
    "element_value_array_initializer": _list,
    "binary_expression": _sum,
}


def _descendants(node: Node, kinds: tuple[str, ...]) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if current.type in kinds:
            yield current
        waiting.extend(reversed(current.named_children))


def _errors(node: Node) -> Iterator[Node]:
    yield from _descendants(node, ("ERROR",))
    yield node


def _text(node: Node | None) -> str:
    return node.text.decode("utf-8", errors="replace") if node and node.text else ""
