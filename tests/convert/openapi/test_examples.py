"""Values for schemas: within their limits, always the same, and always an end."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.convert.documents import Documents, Node
from kampyn_perf.convert.openapi.examples import NOTHING, example
from kampyn_perf.errors import ConfigError


def example_of(schema: Any, schemas: Any = None, *, number_of: int = 0) -> Any:
    root = {"schema": schema, "schemas": schemas or {}}
    documents = Documents(lambda _location: root)
    return example(documents.root("d").child("schema"), documents, number_of=number_of)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"example": 7, "type": "string"}, 7),
        ({"type": "string", "examples": ["a", "b"]}, "a"),
        ({"type": "string", "default": "d"}, "d"),
        ({"const": "c"}, "c"),
        ({"enum": [None, "e"]}, "e"),
        ({"type": "integer"}, 1),
        ({"type": "integer", "minimum": 5}, 5),
        ({"type": "integer", "minimum": 5, "exclusiveMinimum": True}, 6),
        ({"type": "integer", "exclusiveMinimum": 5}, 6),
        ({"type": "integer", "maximum": -2}, -2),
        ({"type": "integer", "maximum": 0, "exclusiveMaximum": True}, -1),
        ({"type": "integer", "minimum": 5, "multipleOf": 4}, 8),
        ({"type": "number", "minimum": 0.25, "maximum": 0.5}, 0.5),
        ({"type": "string", "minLength": 8}, "textxxxx"),
        ({"type": "string", "maxLength": 2}, "te"),
        ({"type": "string", "format": "date"}, "2026-01-01"),
        ({"type": "string", "format": "ipv4"}, "192.0.2.1"),
        ({"type": ["null", "boolean"]}, True),
        ({"type": "null"}, None),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, [1, 1]),
        ({"type": "array", "maxItems": 0}, []),
        ({"prefixItems": [{"const": 1}, {"const": "b"}]}, [1, "b"]),
        ({"oneOf": [{"type": "null"}, {"type": "integer"}]}, 1),
        ({"allOf": [{"properties": {"a": {"const": 1}}}, {"properties": {"b": {"const": 2}}}]},
         {"a": 1, "b": 2}),
        ({"allOf": [{"required": None}], "required": ["a"], "properties": {"a": {"const": 1}}},
         {"a": 1}),
        ({"properties": {"a": {"type": "string"}, "b": {"type": "string", "readOnly": True}}},
         {"a": "a"}),
        ({"required": ["a"], "properties": {"a": {}, "b": {"type": "string"}}}, {"a": "a"}),
        ({"properties": {"contactEmail": {"type": "string"}, "email": {"type": "string"}}},
         {"contactEmail": "contactEmail", "email": "user1@example.com"}),
    ],
)  # fmt: skip
def test_a_value_of_each_kind(schema: Any, value: Any) -> None:
    assert example_of(schema) == value


def test_several_values_of_one_schema_differ() -> None:
    for schema in ({"type": "integer"}, {"type": "string"}, {"type": "string", "format": "uuid"}):
        assert len({example_of(schema, number_of=number) for number in range(3)}) == 3


def test_the_option_that_a_discriminator_names() -> None:
    schemas = {"Cat": {"type": "object", "properties": {"kind": {"type": "string"}}}}
    schema = {
        "oneOf": [{"$ref": "#/schemas/Cat"}],
        "discriminator": {"propertyName": "kind", "mapping": {"cat": "#/schemas/Cat"}},
    }
    assert example_of(schema, schemas) == {"kind": "cat"}


def test_aliases_that_stand_for_billions_of_values_end() -> None:
    bomb: Any = {"type": "object", "properties": {"x": {"type": "string"}}, "required": ["x"]}
    for _level in range(10):
        names = [f"p{number}" for number in range(9)]
        bomb = {"type": "object", "required": names, "properties": dict.fromkeys(names, bomb)}
    example_of(bomb)
    given_bomb: Any = ["x"]
    for _level in range(12):
        given_bomb = [given_bomb] * 9
    assert example_of({"example": given_bomb, "type": "integer"}) == 1


NAMES = st.sampled_from(["A", "B", "C"])
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8))
REFERENCES = NAMES.map(lambda name: {"$ref": f"#/schemas/{name}"})


def keywords(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Some keywords, each with what belongs to it, or with anything at all."""
    junk = st.one_of(SCALARS, st.lists(SCALARS, max_size=3), children)
    names = st.text(alphabet="abc", min_size=1, max_size=2)
    known: dict[str, st.SearchStrategy[Any]] = {
        "type": st.one_of(
            st.sampled_from(["object", "array", "string", "integer", "number", "boolean", "null"]),
            st.lists(st.sampled_from(["object", "array", "null"]), max_size=2),
            junk,
        ),
        "properties": st.one_of(st.dictionaries(names, children, max_size=4), junk),
        "required": st.one_of(st.lists(names, max_size=4), junk),
        "items": children,
        "prefixItems": st.lists(children, max_size=3),
        "allOf": st.lists(children, max_size=3),
        "oneOf": st.lists(children, max_size=3),
        "anyOf": st.one_of(st.lists(children, max_size=3), junk),
        "minimum": junk, "maximum": junk, "exclusiveMinimum": junk, "exclusiveMaximum": junk,
        "multipleOf": junk, "minLength": junk, "maxLength": junk, "minItems": junk,
        "maxItems": junk, "enum": junk, "examples": junk, "default": junk, "format": junk,
        "readOnly": junk, "deprecated": junk, "discriminator": junk,
    }  # fmt: skip
    some = st.lists(st.sampled_from(sorted(known)), unique=True, max_size=6)
    return some.flatmap(lambda names: st.fixed_dictionaries({name: known[name] for name in names}))


SCHEMAS = st.recursive(st.one_of(REFERENCES, SCALARS), keywords, max_leaves=25)


@given(SCHEMAS, st.fixed_dictionaries({"A": SCHEMAS, "B": SCHEMAS, "C": SCHEMAS}))
def test_whatever_the_schema_there_is_an_end_and_json(schema: Any, schemas: Any) -> None:
    try:
        value = example_of(schema, schemas)
    except ConfigError:  # references that go round among themselves
        return
    if value is not NOTHING:
        orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)
        assert example_of(schema, schemas) == value or value != value


def test_a_node_knows_its_pointer() -> None:
    assert Node({}, "d").child("paths", "/a~b", "get").pointer == "#/paths/~1a~0b/get"
