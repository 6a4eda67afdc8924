"""Values for schemas that hold nothing but types: the same schema, the same value, every time.

What a schema gives itself comes first: `example`, `examples`, `default`, `const`, `enum`. Otherwise
a value within its limits. Schemas may refer to themselves; the value ends there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from kampyn_perf.convert.documents import MISSING, Documents, Node
from kampyn_perf.convert.openapi.scalars import number, text

_DEEPEST = 12
_MOST_VALUES = 200
"""Of one body: beyond that only what is required is made."""
_MOST_ITEMS = 20
_MOST_GIVEN = 5_000
_GIVEN = ("example", "default", "const")
_KEYS_OF = {
    "object": ("properties", "additionalProperties", "required", "patternProperties"),
    "array": ("items", "prefixItems"),
    "string": ("pattern", "minLength", "maxLength", "format"),
    "number": ("minimum", "maximum", "multipleOf"),
}
NOTHING = object()
"""No value can be made."""


def example(schema: Node, documents: Documents, *, name: str = "", number_of: int = 0) -> Any:
    """A value for `schema`, or NOTHING; `name` is what it is of, and `number_of` tells several for
    one schema apart.

    Raises ConfigError for a reference that cannot be followed.
    """
    return _Maker(documents, number_of).value(schema, name, ())


def type_of(schema: dict[Any, Any]) -> str:
    """What the schema is about, said or seen from its keywords; empty for anything."""
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((option for option in kind if option != "null"), "null")
    if isinstance(kind, str):
        return kind
    return next((name for name, keys in _KEYS_OF.items() if any(k in schema for k in keys)), "")


def merged(schema: Node, documents: Documents, *, _above: tuple[Any, ...] = ()) -> Node:
    """The schema with what its `allOf` adds; properties of all its parts."""
    schema = documents.resolve(schema)
    parts = schema.child("allOf").entries()
    if not parts or schema.place in _above or len(_above) > _DEEPEST:
        return schema
    whole: dict[Any, Any] = {}
    places: dict[Any, Node] = {}
    for part in [*parts, schema]:
        complete = (
            part if part is schema else merged(part, documents, _above=(*_above, schema.place))
        )
        for key, value in complete.mapping().items():
            if key == "allOf":
                continue
            if key == "required" and isinstance(value, list):
                before = whole.get("required")
                known = before if isinstance(before, list) else []
                whole["required"] = [*known, *(name for name in value if name not in known)]
            elif key == "properties" and isinstance(value, dict):
                places |= properties(complete)
                whole.setdefault("properties", {})
            else:
                whole[key] = value
    if places:
        whole["properties"] = places
    return Node(whole, schema.location, schema.parts)


def properties(schema: Node) -> dict[str, Node]:
    """The schemas of an object's properties."""
    many = schema.child("properties")
    return {
        str(name): property_ if isinstance(property_, Node) else many.child(name)
        for name, property_ in many.mapping().items()
    }


class _Maker:
    def __init__(self, documents: Documents, number_of: int) -> None:
        self._documents = documents
        self._number = number_of
        self._left = _MOST_VALUES

    def value(self, schema: Node, name: str, above: tuple[Any, ...]) -> Any:
        """`name` is the property's; `above` are the places of the schemas around."""
        schema = self._documents.resolve(schema)
        if schema.value is True or schema.value == {}:
            return text({}, name, self._number)
        if not isinstance(schema.value, dict) or schema.place in above or len(above) > _DEEPEST:
            return NOTHING
        self._left -= 1
        if self._left < -_MOST_VALUES:
            return NOTHING  # what a few lines of YAML with aliases can ask for
        whole = merged(schema, self._documents)
        given = _own_example(whole.mapping(), self._number)
        if given is not NOTHING:
            return given
        above = (*above, schema.place)
        for key in ("oneOf", "anyOf"):
            if options := whole.child(key).entries():
                return self._option(whole, key, options, name, above)
        return self._of_type(whole, name, above)

    def _option(
        self, schema: Node, key: str, options: list[Node], name: str, above: tuple[Any, ...]
    ) -> Any:
        """The first of `options` that has a value, with what stands beside them."""
        base: Any = NOTHING
        if "properties" in schema.value:
            rest = {k: v for k, v in schema.value.items() if k != key}
            base = self._of_type(Node(rest, schema.location, schema.parts), name, above)
        for option in options:
            if type_of(self._documents.resolve(option).mapping()) == "null":
                continue
            value = self.value(option, name, above)
            if value is NOTHING:
                continue
            if isinstance(base, dict) and isinstance(value, dict):
                value = {**base, **value}
            return self._discriminated(schema, option, value)
        return base if base is not NOTHING or len(options) > 1 else None

    def _discriminated(self, schema: Node, option: Node, value: Any) -> Any:
        """With the name of the option in the property that tells the options apart."""
        tells = schema.child("discriminator").mapping()
        reference = option.mapping().get("$ref")
        key = tells.get("propertyName")
        if not (isinstance(value, dict) and isinstance(key, str) and isinstance(reference, str)):
            return value
        names = tells.get("mapping")
        mapping = names if isinstance(names, dict) else {}
        own = next((name for name, target in mapping.items() if target == reference), None)
        return {**value, key: own or reference.rpartition("/")[2]}

    def _of_type(self, schema: Node, name: str, above: tuple[Any, ...]) -> Any:
        mapping = schema.mapping()
        match type_of(mapping):
            case "object":
                return self._object(schema, above)
            case "array":
                return self._array(schema, name, above)
            case "integer" | "number" as kind:
                return number(mapping, whole=kind == "integer", number_of=self._number)
            case "boolean":
                return True
            case "null":
                return None
        return text(mapping, name, self._number)

    def _object(self, schema: Node, above: tuple[Any, ...]) -> Any:
        mapping = schema.mapping()
        wanted = mapping.get("required")
        required = set(map(str, wanted)) if isinstance(wanted, list) else set()
        made: dict[str, Any] = {}
        for name, property_ in properties(schema).items():
            facts = self._documents.resolve(property_).mapping()
            if facts.get("readOnly") is True:
                continue
            if name not in required and not self._wants(facts, bool(required), len(above)):
                continue
            value = self.value(property_, name, above)
            if value is not NOTHING:
                made[name] = value
            elif name in required:
                return NOTHING
        return made

    def _wants(self, facts: dict[Any, Any], others_required: bool, depth: int) -> bool:
        """Whether a property that may be left out is made all the same: where the schema shows it,
        or does not say what it requires. Its default is what leaving it out comes to."""
        if self._left <= 0 or depth > _DEEPEST // 2 or facts.get("deprecated") is True:
            return False
        if "example" in facts or "examples" in facts:
            return True
        return not others_required and "default" not in facts

    def _array(self, schema: Node, name: str, above: tuple[Any, ...]) -> Any:
        mapping = schema.mapping()
        least = mapping.get("minItems")
        count = min(least, _MOST_ITEMS) if isinstance(least, int) and least > 1 else 1
        if mapping.get("maxItems") == 0:
            return []
        if first := schema.child("prefixItems").entries():
            values = [self.value(inner, name, above) for inner in first[:_MOST_ITEMS]]
        else:
            items = schema.child("items")
            items = Node({}, items.location, items.parts) if items.value is MISSING else items
            values = [self.value(items, name, above)] * count
        values = [value for value in values if value is not NOTHING]
        return values if values or not (isinstance(least, int) and least > 0) else NOTHING


def _own_example(schema: dict[Any, Any], number_of: int) -> Any:
    many = schema.get("examples")
    if isinstance(many, list) and many:
        return as_json(many[number_of % len(many)])
    for key in _GIVEN:
        if key in schema:
            return as_json(schema[key])
    choices = schema.get("enum")
    if isinstance(choices, list) and choices:
        some = [choice for choice in choices if choice is not None] or choices
        return as_json(some[number_of % len(some)])
    return NOTHING


def as_json(value: Any) -> Any:
    """A given value as JSON has it (YAML knows sets and bytes); NOTHING for one far too large."""
    try:
        return _plain(value, iter(range(_MOST_GIVEN)))
    except (StopIteration, RecursionError):
        return NOTHING


def _plain(value: Any, left: Iterator[int]) -> Any:
    next(left)
    if isinstance(value, dict):
        return {str(key): _plain(inner, left) for key, inner in list(value.items())}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner, left) for inner in list(value)]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return _plain(float(value), left) if abs(value) < 10**300 else None  # no JSON writer has it
    return value if isinstance(value, str | int | float | None) else str(value)
