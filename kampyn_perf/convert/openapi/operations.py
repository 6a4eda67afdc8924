"""The operations of a description, each as a request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kampyn_perf.convert.documents import MISSING, Documents, Node
from kampyn_perf.convert.draft import Request, Text
from kampyn_perf.convert.openapi.bodies import body_of
from kampyn_perf.convert.openapi.examples import NOTHING, as_json, example
from kampyn_perf.convert.openapi.tables import PathTables, parameters_of

METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
_OWN_HEADERS = ("accept", "content-type", "authorization")
"""OpenAPI: as parameters these mean nothing."""
_EXAMPLES = 3


@dataclass(frozen=True)
class Operation:
    """One operation where it stands."""

    method: str
    path: str
    node: Node
    parameters: list[Node]
    """The path's and its own, which go before."""

    @property
    def endpoint(self) -> str:
        """As reports call it: `GET /pets/{petId}`."""
        return f"{self.method.upper()} {self.path}"

    @property
    def id(self) -> str:
        """The description's own name for it, or one made of method and path."""
        own = self.node.mapping().get("operationId")
        return own if isinstance(own, str) and own.strip() else f"{self.method} {self.path}"


def operations(root: Node, documents: Documents) -> Iterator[Operation]:
    """Every operation, in the order of the description."""
    for path in root.child("paths").mapping():
        if not isinstance(path, str) or not path.startswith("/"):
            continue  # x-...
        item = documents.resolve(root.child("paths", path))
        shared = item.child("parameters").entries()
        for method in METHODS:
            node = item.child(method)
            if isinstance(node.value, dict):
                own = node.child("parameters").entries()
                yield Operation(method, path, node, _parameters([*shared, *own], documents))


def request_of(operation: Operation, documents: Documents, tables: PathTables) -> Request:
    """The operation as a request, without its way in. Raises NoBodyError where it wants a body that
    cannot be made, ConfigError for a reference that cannot be followed."""
    body, content_type = body_of(operation.node, operation.parameters, documents)
    statuses, follow = _statuses(operation.node)
    headers = _of_place("header", operation, documents)
    if content_type:
        headers["Content-Type"] = content_type
    return Request(
        method=operation.method.upper(),
        url=tables.fill(operation.path, _path_values(operation, documents)),
        name=operation.endpoint,
        headers=headers,
        query=_of_place("query", operation, documents),
        cookies=_of_place("cookie", operation, documents),
        body=body,
        statuses=statuses,
        follow=follow,
    )


def answer_schema(operation: Operation, documents: Documents) -> Node | None:
    """The schema of the JSON that it answers a success with."""
    responses = operation.node.child("responses")
    for code in responses.mapping():
        if not str(code).startswith("2"):
            continue
        response = documents.resolve(responses.child(code))
        if (plain := response.child("schema")).value is not MISSING:  # Swagger 2.0
            return plain
        content = response.child("content")
        for media in content.mapping():
            if "json" in str(media) and (schema := content.child(media, "schema")).value is not (
                MISSING
            ):
                return schema
    return None


def _parameters(nodes: list[Node], documents: Documents) -> list[Node]:
    """By name and place; the last of each, which is the operation's own."""
    known: dict[tuple[Any, Any], Node] = {}
    for node in nodes:
        parameter = documents.resolve(node)
        if isinstance(parameter.value, dict) and isinstance(parameter.value.get("name"), str):
            known[parameter.value["name"], str(parameter.value.get("in"))] = parameter
    return list(known.values())


def _path_values(operation: Operation, documents: Documents) -> dict[str, list[Any]]:
    described = {
        parameter.value["name"]: parameter
        for parameter in operation.parameters
        if parameter.value.get("in") == "path"
    }
    return {
        name: _examples(described[name], documents) if name in described else ["1", "2", "3"]
        for name in parameters_of(operation.path)
    }


def _examples(parameter: Node, documents: Documents) -> list[Any]:
    """Several values of one parameter: the given ones, or made ones."""
    given = _examples_beside(parameter, documents)
    if given:
        return given[:_EXAMPLES]
    schema = _schema(parameter)
    name = parameter.value["name"]
    made = [example(schema, documents, name=name, number_of=number) for number in range(_EXAMPLES)]
    known = [value for value in made if value is not NOTHING and not isinstance(value, dict | list)]
    return list(dict.fromkeys(known)) or ["1", "2", "3"]


def _examples_beside(parameter: Node, documents: Documents) -> list[Any]:
    """The examples that stand beside the schema."""
    given = [parameter.value["example"]] if "example" in parameter.value else []
    many = parameter.child("examples")
    for key in many.mapping():
        value = documents.resolve(many.child(key)).child("value").value
        if value is not MISSING:
            given.append(value)
    plain = [as_json(value) for value in given]
    return [value for value in plain if value is not NOTHING and not isinstance(value, dict | list)]


def _schema(parameter: Node) -> Node:
    """A parameter's schema; Swagger 2.0 has its keywords in the parameter itself."""
    schema = parameter.child("schema")
    if schema.value is not MISSING:
        return schema
    for media in parameter.child("content").mapping():
        if (inner := parameter.child("content", media, "schema")).value is not MISSING:
            return inner
    rest = {key: value for key, value in parameter.value.items() if key not in ("name", "required")}
    return Node(rest, parameter.location, parameter.parts)


def _of_place(place: str, operation: Operation, documents: Documents) -> dict[str, Text]:
    """Required parameters of one place, each with an example."""
    made: dict[str, Text] = {}
    for parameter in operation.parameters:
        name = parameter.value["name"]
        if parameter.value.get("in") != place or parameter.value.get("required") is not True:
            continue
        if place == "header" and name.lower() in _OWN_HEADERS:
            continue
        given = _examples_beside(parameter, documents)
        value = given[0] if given else example(_schema(parameter), documents, name=name)
        made[name] = _text(value, name)
    return made


def _text(value: Any, name: str) -> str:
    """A parameter's value as it goes over the wire (style form, exploded or not: one value)."""
    if isinstance(value, list):
        return ",".join(_text(item, name) for item in value)
    if value is NOTHING or value is None or isinstance(value, dict):
        return name
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _statuses(operation: Node) -> tuple[tuple[int, ...], bool]:
    """The statuses that are described as a success; whether redirects are followed to them."""
    codes = [str(code) for code in operation.child("responses").mapping()]
    good = tuple(int(code) for code in codes if code.isdigit() and 200 <= int(code) < 300)
    moved = tuple(int(code) for code in codes if code.isdigit() and 300 <= int(code) < 400)
    return (good, True) if good or not moved else (moved, False)
