"""The body that an operation is sent, out of its media types."""

from __future__ import annotations

import re
from typing import Any

from kampyn_perf.convert.documents import MISSING, Documents, Node
from kampyn_perf.convert.draft import Body, BodyKind
from kampyn_perf.convert.openapi.examples import NOTHING, as_json, example

_JSON = re.compile(r"application/(?:[\w.-]+\+)?json\b|\*/\*", re.I)
_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"


class NoBodyError(Exception):
    """No body can be made up; its words say why."""


def body_of(
    operation: Node, parameters: list[Node], documents: Documents
) -> tuple[Body | None, str]:
    """The body, None for none; and its content type where the kind does not say it.

    Raises NoBodyError, and ConfigError for a reference that cannot be followed.
    """
    if (content := _swagger_content(operation, parameters)) is None:
        request = documents.resolve(operation.child("requestBody"))
        content = request.child("content")
    kinds = {str(name): content.child(name) for name in content.mapping()}
    if not kinds:
        return None, ""
    for name, kind in _by_preference(kinds):
        value = _value(documents.resolve(kinds[name]), documents)
        if kind is BodyKind.JSON:
            if value is NOTHING:
                raise NoBodyError("no example can be made for its body, whose schema never ends")
            return Body(kind, value), "" if name == "application/json" or "*" in name else name
        if kind is BodyKind.TEXT:
            if not isinstance(value, str) or name.lower().endswith("octet-stream"):
                continue
            return Body(kind, value), name
        if isinstance(value, dict):
            return Body(kind, value), ""
    raise NoBodyError(f"its body is {', '.join(kinds)}, of which no example can be made")


def body_schema(operation: Node, parameters: list[Node], documents: Documents) -> Node | None:
    """The schema of its JSON or form, where it has one."""
    if (content := _swagger_content(operation, parameters)) is None:
        content = documents.resolve(operation.child("requestBody")).child("content")
    kinds = {str(name): content.child(name) for name in content.mapping()}
    for name, kind in _by_preference(kinds):
        schema = documents.resolve(kinds[name]).child("schema")
        if kind is not BodyKind.TEXT and schema.value is not MISSING:
            return documents.resolve(schema)
    return None


def _by_preference(kinds: dict[str, Node]) -> list[tuple[str, BodyKind]]:
    ranks = [(0, BodyKind.JSON), (1, BodyKind.FORM), (2, BodyKind.FORM_DATA), (3, BodyKind.TEXT)]
    ranked = [(ranks[_rank(name)], name) for name in kinds]
    return [(name, kind) for (_rank_, kind), name in sorted(ranked, key=lambda entry: entry[0][0])]


def _rank(media: str) -> int:
    if _JSON.match(media):
        return 0
    return {_FORM: 1, _MULTIPART: 2}.get(media.partition(";")[0].strip().lower(), 3)


def _value(media: Node, documents: Documents) -> Any:
    if "example" in media.mapping():
        return as_json(media.value["example"])
    for key in media.child("examples").mapping():
        given = documents.resolve(media.child("examples", key)).child("value")
        if given.value is not MISSING:
            return as_json(given.value)
    schema = media.child("schema")
    return NOTHING if schema.value is MISSING else example(schema, documents)


def _swagger_content(operation: Node, parameters: list[Node]) -> Node | None:
    """What OpenAPI 3 calls content, of a Swagger 2.0 operation; None for any other."""
    bodies = [parameter for parameter in parameters if parameter.mapping().get("in") == "body"]
    fields = [parameter for parameter in parameters if parameter.mapping().get("in") == "formData"]
    if not bodies and not fields:
        return None
    consumes = operation.child("consumes").value
    named = [str(media_type) for media_type in consumes] if isinstance(consumes, list) else []
    if bodies:
        schema = bodies[0].child("schema").value
        media = {"schema": {} if schema is MISSING else schema}
        names = named or ["application/json"]
        return Node(dict.fromkeys(names, media), operation.location, operation.parts)
    files = any(field.mapping().get("type") == "file" for field in fields)
    schema = {
        "type": "object",
        "properties": {str(field.mapping().get("name")): field.value for field in fields},
        "required": [
            str(field.mapping().get("name")) for field in fields if field.value.get("required")
        ],
    }
    name = _MULTIPART if files or _MULTIPART in named else _FORM
    return Node({name: {"schema": schema}}, operation.location, operation.parts)
