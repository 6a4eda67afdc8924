"""Values that a script takes out of answers (`res.json('access')`), as captures. Pure.

A value is a place in the answer of one request. Only where it is used does that request get a
capture; in its stead stands a mark, which becomes `{{ name }}` when the request is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from tree_sitter import Node

from kampyn_perf.convert.k6.syntax import UnknownError, parts, shown, text_of

_BEGIN, _END = "\ue000", "\ue001"
_MARK = re.compile(f"{_BEGIN}([^{_END}]*){_END}")
_STEP = re.compile(r"[A-Za-z_][\w-]*|\d+")
_KEY = re.compile(r"[A-Za-z_][\w-]*")


class Kind(Enum):
    """What of an answer."""

    ANSWER = "answer"
    BODY = "body"
    HEADERS = "headers"
    HEADER = "header"
    JSON = "json"


@dataclass(frozen=True)
class FromAnswer:
    """A value that an answer has."""

    request: dict[str, Any]
    kind: Kind = Kind.ANSWER
    path: str = "$"
    """A JSONPath, or the header's name."""
    wish: str = ""
    """What the script calls it, or what it is a part of."""
    called_at: str = "$"
    """The path of what has that name."""

    def below(self, key: str | int, node: Node) -> FromAnswer:
        """A part of it. Raises UnknownError for what is none."""
        if self.kind is Kind.ANSWER and key in ("body", "headers"):
            return replace(self, kind=Kind(key))
        if self.kind is Kind.HEADERS:
            return replace(self, kind=Kind.HEADER, path=str(key))
        if self.kind is not Kind.JSON:
            raise UnknownError(node, f"{shown(node)} of an answer is not kept")
        if isinstance(key, int):
            return replace(self, path=f"{self.path}[{key}]")
        step = f".{key}" if _KEY.fullmatch(key) else f"['{key}']"
        return replace(self, path=f"{self.path}{step}")

    def capture(self) -> dict[str, Any]:
        """Where it stands, in the words of flows. Raises ValueError for no single value."""
        match self.kind:
            case Kind.JSON:
                return {"json": self.path}
            case Kind.HEADER:
                return {"header": self.path}
            case Kind.BODY:
                return {"regexp": ".*", "flags": "s"}
            case _:
                raise ValueError("an answer as a whole is no value")


class Answers:
    """The answers that names of a function stand for, in the order of its statements."""

    def __init__(self) -> None:
        self._by_name: dict[str, FromAnswer] = {}
        self._by_node: dict[int, FromAnswer] = {}
        """Of calls whose answer is used where they stand."""
        self._captured: dict[tuple[int, str], str] = {}
        self._made_of: dict[str, set[str]] = {}
        """By constant: the names that its value is made of."""
        self.stale: set[str] = set()
        """Constants made of names that stand for something else meanwhile."""

    def keep(self, name: str, value: FromAnswer) -> None:
        """From now on `name` is that."""
        self.forget(name)
        self._by_name[name] = replace(value, wish=name, called_at=value.path)

    def keep_call(self, node: Node, request: dict[str, Any]) -> None:
        """The call of that node was this request."""
        self._by_node[node.id] = FromAnswer(request)

    def made_of(self, constant: str, names: set[str]) -> None:
        """Note what a constant is made of."""
        self.stale.discard(constant)
        self._made_of[constant] = names

    def forget(self, name: str) -> None:
        """It is something else now."""
        if self._by_name.pop(name, None) is not None:
            self.stale |= {constant for constant, names in self._made_of.items() if name in names}

    def request(self, name: str) -> dict[str, Any] | None:
        """Whose whole answer a name stands for."""
        origin = self._by_name.get(name)
        return origin.request if origin and origin.kind is Kind.ANSWER else None

    def copy(self) -> dict[str, FromAnswer]:
        """As it is now, for `same_as`."""
        return dict(self._by_name)

    def same_as(self, before: Mapping[str, FromAnswer]) -> None:
        """Forget what a block changed, and what it had for itself."""
        for name in list(self._by_name):
            if before.get(name) is not self._by_name[name]:
                self.forget(name)

    def find(self, node: Node) -> FromAnswer | None:
        """What an expression is; None for nothing of an answer. Raises UnknownError."""
        if node.id in self._by_node:
            return self._by_node[node.id]
        match node.type:
            case "identifier" | "shorthand_property_identifier":
                return self._by_name.get(text_of(node))
            case "parenthesized_expression":
                return self.find(parts(node)[0])
            case "call_expression":
                return self._of_call(node)
            case "member_expression" | "subscript_expression":
                return self._part(node)
            case _:
                return None

    def _part(self, node: Node) -> FromAnswer | None:
        owner = node.child_by_field_name("object")
        origin = self.find(owner) if owner is not None else None
        if origin is None:
            return None
        if node.type == "member_expression":
            return origin.below(text_of(node.child_by_field_name("property")), node)
        return origin.below(_literal(node.child_by_field_name("index"), node), node)

    def _of_call(self, node: Node) -> FromAnswer | None:
        function = node.child_by_field_name("function")
        arguments = parts(node.child_by_field_name("arguments"))
        if text_of(function) == "JSON.parse" and len(arguments) == 1:
            origin = self.find(arguments[0])
            return replace(origin, kind=Kind.JSON) if origin and origin.kind is Kind.BODY else None
        owner = function.child_by_field_name("object") if function is not None else None
        origin = self.find(owner) if owner is not None else None
        if origin is None or function is None:
            return None
        if origin.kind is not Kind.ANSWER or text_of(function).rpartition(".")[2] != "json":
            raise UnknownError(node, f"{shown(node)} is made of an answer, and not kept")
        whole = replace(origin, kind=Kind.JSON)
        return _selected(whole, str(_literal(arguments[0], node)), node) if arguments else whole

    def use(self, value: FromAnswer, node: Node) -> str:
        """A mark for it, and the capture in its request. Raises UnknownError."""
        try:
            place = value.capture()
        except ValueError as error:
            raise UnknownError(node, f"{shown(node)}: {error}") from error
        key = (id(value.request), repr(place))
        if key not in self._captured:
            name = self._unused(value)
            value.request.setdefault("capture", []).append({**place, "as": name})
            self._captured[key] = name
        return f"{_BEGIN}{self._captured[key]}{_END}"

    def _unused(self, value: FromAnswer) -> str:
        inside = value.path.removeprefix(value.called_at)
        base = "_".join([value.wish, *re.findall(r"\w+", inside)]).strip("_") or "value"
        base = base if not base[0].isdigit() else f"value_{base}"
        taken = set(self._captured.values())
        return next(n for i in range(1, len(taken) + 2) if (n := _numbered(base, i)) not in taken)


def _numbered(base: str, number: int) -> str:
    return base if number == 1 else f"{base}_{number}"


def _selected(whole: FromAnswer, selector: str, node: Node) -> FromAnswer:
    """By k6's selector (GJSON), as far as it names keys and places."""
    made = whole
    for step in selector.split("."):
        if not _STEP.fullmatch(step):
            raise UnknownError(node, f"{shown(node)}: the selector {selector!r} is more than keys")
        made = made.below(int(step) if step.isdigit() else step, node)
    return made


def _literal(node: Node | None, at: Node) -> str | int:
    if node is not None and node.type == "number" and text_of(node).isdigit():
        return int(text_of(node))
    if node is not None and node.type == "string":
        return text_of(node)[1:-1]
    raise UnknownError(at, f"{shown(at)}: which part is meant is only known while the script runs")


def is_mark(value: Any) -> bool:
    """Whether it is a value of an answer and nothing else."""
    return isinstance(value, str) and _MARK.fullmatch(value) is not None


def begins_with_mark(text: str) -> bool:
    """Whether such a value comes first."""
    return text.startswith(_BEGIN)


def unmarked(value: Any) -> Any:
    """Marks as flows write names."""
    if isinstance(value, dict):
        return {unmarked(key): unmarked(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [unmarked(inner) for inner in value]
    return _MARK.sub(r"{{ \1 }}", value) if isinstance(value, str) else value
