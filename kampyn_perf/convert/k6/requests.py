"""A call of k6's `http` as a request of a flow. Pure."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from tree_sitter import Node

from kampyn_perf.convert.k6.answers import begins_with_mark
from kampyn_perf.convert.k6.options import Say
from kampyn_perf.convert.k6.syntax import UnknownError, parts, text_of
from kampyn_perf.convert.k6.values import Scope, as_text, entries, evaluate, resolved
from kampyn_perf.units import parse_duration, spell_duration

METHODS = {
    "get": "get", "post": "post", "put": "put", "patch": "patch", "del": "delete",
    "head": "head", "options": "options",
}  # fmt: skip
"""Functions of `http`, and the methods that they send."""
BODYLESS = ("get", "head")


def request_of(
    method: str, arguments: list[Node], scope: Scope, *, group: str, left: Say
) -> dict[str, Any]:
    """What stands below `get` and the like, of a call's arguments; what is not said of it goes to
    `left`. Raises UnknownError, or ValueError for a length of time."""
    url = as_text(evaluate(arguments[0], scope), arguments[0])
    whole = urlsplit(url).scheme in ("http", "https") and urlsplit(url).hostname
    if not whole and not begins_with_mark(url):
        raise UnknownError(arguments[0], f"{url!r} is no whole URL")
    rest = arguments[1:] if method in BODYLESS else arguments[2:]
    request: dict[str, Any] = {"url": url}
    if method not in BODYLESS and len(arguments) > 1:
        request |= _body(arguments[1], scope)
    if rest:
        _params(rest[0], request, scope, left)
    if _has_braces(request):
        raise UnknownError(arguments[0], "has {{ in it, which would be filled in here")
    if group:
        path = urlsplit(url).path or "/"
        own = request.get("name") or f"{METHODS[method].upper()} {path}"
        request["name"] = f"{group}: {own}" if "name" not in request else own
    return request


def _body(node: Node, scope: Scope) -> dict[str, Any]:
    resolved_node = resolved(node, scope) or node
    if resolved_node.type == "call_expression":
        inner = stringified(resolved_node)
        if inner is None:
            raise UnknownError(resolved_node)
        value = evaluate(inner, scope)
        return {"json": value} if value is not None else {"body": "null"}
    value = evaluate(resolved_node, scope)
    if value is None:
        return {}
    if isinstance(value, dict):
        return {"form": {key: as_text(inner, resolved_node) for key, inner in value.items()}}
    return {"body": as_text(value, resolved_node)}


def _params(node: Node, request: dict[str, Any], scope: Scope, left: Say) -> None:
    resolved_node = resolved(node, scope)
    if resolved_node is None or resolved_node.type == "null":
        return
    for key, at in entries(resolved_node, scope):
        if key == "headers":
            pairs = entries(at, scope)
            request["headers"] = {k: as_text(evaluate(value, scope), value) for k, value in pairs}
        elif key == "cookies":
            pairs = entries(at, scope)
            request["cookie"] = {k: as_text(evaluate(value, scope), value) for k, value in pairs}
        elif key == "timeout":
            us = parse_duration(evaluate(at, scope), default_unit="ms")
            request["timeout"] = spell_duration(us)
        elif key == "redirects" and evaluate(at, scope) == 0:
            request["followRedirect"] = False
        elif key == "tags":
            _tags(at, request, scope, left)
        else:
            left(at, f"the parameter {key} of a request has no counterpart")


def _tags(node: Node, request: dict[str, Any], scope: Scope, left: Say) -> None:
    for key, at in entries(node, scope):
        if key == "name":
            request["name"] = as_text(evaluate(at, scope), at)
        else:
            left(at, f"the tag {key}: of tags, name alone has a counterpart")


def stringified(node: Node) -> Node | None:
    """What `JSON.stringify(...)` is given; None for any other expression."""
    inner = parts(node.child_by_field_name("arguments"))
    called = text_of(node.child_by_field_name("function"))
    return inner[0] if called == "JSON.stringify" and len(inner) == 1 else None


def _has_braces(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_has_braces(key) or _has_braces(inner) for key, inner in value.items())
    if isinstance(value, list):
        return any(_has_braces(inner) for inner in value)
    return isinstance(value, str) and "{{" in value
