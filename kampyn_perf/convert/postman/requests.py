"""One request of a collection: its address, headers, way in and body."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import orjson

from kampyn_perf.convert.documents import Node
from kampyn_perf.convert.draft import Body, BodyKind, Request, Template, Text, joined
from kampyn_perf.convert.naming import path_name
from kampyn_perf.convert.postman.variables import Variables
from kampyn_perf.redact import is_secret

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_PATH_VARIABLE = re.compile(r"(?<=/):([A-Za-z_][\w-]*)")
_LANGUAGES = {"xml": "application/xml", "text": "text/plain", "html": "text/html"}


class NotTakenError(Exception):
    """The request cannot be sent; its words say why."""


@dataclass(frozen=True)
class Address:
    """Where a request goes."""

    origin: str
    """Scheme and host, as far as variables tell; empty where nothing says."""
    path: str
    """The rest, with variables still in it."""


def address_of(request: Node, variables: Variables) -> Address:
    """Of a request's URL, which is a text or an object."""
    url = request.child("url")
    raw = url.value if isinstance(url.value, str) else url.mapping().get("raw")
    text = raw if isinstance(raw, str) else ""
    if not text:
        raise NotTakenError("has no URL")
    text = _path_variables(text.strip(), url, variables)
    head, rest = _split(text)
    origin = variables.plain(head)
    if "{{" not in origin and not origin.startswith(("http://", "https://")):
        origin = f"http://{origin}" if origin else ""
    try:
        parts = urlsplit(origin if "{{" not in origin else "")
        _port = parts.port
    except ValueError as error:
        raise NotTakenError(f"its URL is none ({error})") from error
    below = parts.path.rstrip("/")
    whole = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else ""
    return Address(whole, below + (rest if rest.startswith("/") else f"/{rest}"))


def request_of(item: Node, address: Address, inherited: Node, variables: Variables) -> Request:
    """The request; `inherited` is the way in of the folders around. Raises NotTakenError."""
    node = item.child("request")
    method = str(node.mapping().get("method") or "GET").upper()
    if method not in _METHODS:
        raise NotTakenError(f"method {method}")
    headers: dict[str, Text] = {}
    for name, value in _enabled(node.child("header")):
        hidden = is_secret(name)
        headers[name] = variables.secret(value, what=name) if hidden else variables.text(value)
    body, content_type, note = _body(node.child("body"), variables)
    if content_type and "content-type" not in {name.lower() for name in headers}:
        headers["Content-Type"] = content_type
    if body and body.kind in (BodyKind.FORM_DATA, BodyKind.FORM):
        headers = {k: v for k, v in headers.items() if k.lower() != "content-type"}
    request = Request(
        method=method,
        url=_url(address.path, variables),
        name=_name(method, address.path),
        headers=headers,
        body=body,
        note=note,
    )
    own = node.child("auth")
    return _let_in(request, own if own.mapping() else inherited, variables)


def _split(text: str) -> tuple[str, str]:
    """What stands for the host, and the rest."""
    without = text.partition("#")[0]
    scheme, mark, rest = without.partition("://")
    if not mark:
        scheme, rest = "", without
    end = re.search(r"[/?]", rest)
    cut = end.start() if end else len(rest)
    return f"{scheme}{mark}{rest[:cut]}", rest[cut:] or "/"


def _path_variables(text: str, url: Node, variables: Variables) -> str:
    """`:id` of a path as a variable of its own, with the value that the collection gives it."""
    given = {
        str(entry.mapping().get("key")): str(entry.mapping().get("value") or "")
        for entry in url.child("variable").entries()
    }
    head, query, rest = text.partition("?")

    def named(match: re.Match[str]) -> str:
        value = given.get(match[1], "")
        if value.startswith("{{"):
            return value
        variables.values.setdefault(match[1], value)
        return f"{{{{{match[1]}}}}}"

    return _PATH_VARIABLE.sub(named, head) + query + rest


def _url(path: str, variables: Variables) -> Text:
    """The address; a query's parameter that is a secret by its name is none of the file's."""
    head, mark, query = path.partition("?")
    parts: list[Text] = [variables.text(head)]
    for index, pair in enumerate(query.split("&") if mark and query else ()):
        name, equals, value = pair.partition("=")
        parts += ["&" if index else "?", variables.text(name), equals]
        parts.append(
            variables.secret(value, what=name) if is_secret(name) else variables.text(value)
        )
    return joined(parts)


def _name(method: str, path: str) -> str:
    plain = re.sub(r"\{\{\s*([^{}]+?)\s*\}\}", r"{\1}", path.partition("?")[0])
    return f"{method} {path_name(plain) or '/'}"


def _enabled(many: Node) -> list[tuple[str, str]]:
    pairs = []
    for entry in many.entries():
        mapping = entry.mapping()
        if mapping.get("disabled") is not True and mapping.get("key"):
            value = mapping.get("value")
            pairs.append((str(mapping["key"]), "" if value is None else str(value)))
    return pairs


def _body(body: Node, variables: Variables) -> tuple[Body | None, str, str]:
    """The body, its content type where the kind does not say it, a note."""
    mapping = body.mapping()
    match mapping.get("mode"):
        case "raw":
            return _raw(body, variables)
        case "urlencoded":
            fields = _fields(_enabled(body.child("urlencoded")), variables)
            return Body(BodyKind.FORM, fields), "", ""
        case "formdata":
            files = [
                str(entry.mapping().get("key"))
                for entry in body.child("formdata").entries()
                if entry.mapping().get("type") == "file"
            ]
            fields = _fields(_enabled(body.child("formdata")), variables)
            note = f"EDIT: sends files ({', '.join(files)}), which are not taken over"
            return Body(BodyKind.FORM_DATA, fields), "", note if files else ""
        case "graphql":
            value = {"query": str(body.child("graphql").mapping().get("query") or "")}
            given = body.child("graphql").mapping().get("variables")
            if isinstance(given, str) and given.strip():
                value["variables"] = _parsed(given)
            return Body(BodyKind.JSON, variables.body(value)), "", ""
        case "file":
            return None, "", "EDIT: sends a file, which is not taken over"
    return None, "", ""


def _raw(body: Node, variables: Variables) -> tuple[Body | None, str, str]:
    text = body.mapping().get("raw")
    if not isinstance(text, str) or not text.strip():
        return None, "", ""
    language = body.child("options", "raw", "language").value
    parsed = _parsed(text)
    if not isinstance(parsed, str):
        return Body(BodyKind.JSON, _without_secrets(parsed, variables)), "", ""
    media = _LANGUAGES.get(str(language), "application/json" if language == "json" else "")
    is_json = text.lstrip()[:1] in ("{", "[")
    kind = media or ("application/json" if is_json else "text/plain")
    return Body(BodyKind.TEXT, variables.text(text)), kind, ""


def _parsed(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _without_secrets(value: Any, variables: Variables, key: str = "") -> Any:
    match value:
        case dict():
            return {name: _without_secrets(inner, variables, name) for name, inner in value.items()}
        case list():
            return [_without_secrets(inner, variables, key) for inner in value]
        case str() if is_secret(key):
            return variables.secret(value, what=key)
    return variables.body(value)


def _fields(pairs: list[tuple[str, str]], variables: Variables) -> dict[str, Any]:
    return {
        name: variables.secret(value, what=name) if is_secret(name) else variables.text(value)
        for name, value in pairs
    }


def _let_in(request: Request, auth: Node, variables: Variables) -> Request:
    kind = auth.mapping().get("type")
    given = {
        str(entry.mapping().get("key")): str(entry.mapping().get("value") or "")
        for entry in auth.child(str(kind)).entries()
    } | {
        str(key): str(value)
        for key, value in auth.child(str(kind)).mapping().items()  # format 2.0
    }
    match kind:
        case None | "noauth":
            return request
        case "bearer":
            token = variables.secret(given.get("token", ""), what="token")
            parts = token.parts if isinstance(token, Template) else (token,)
            return _with_header(request, "Authorization", Template(("Bearer ", *parts)))
        case "basic":
            user = variables.text(given.get("username", ""))
            password = variables.secret(given.get("password", ""), what="password")
            return replace(request, auth=(user, password))
        case "apikey":
            name = given.get("key") or "X-Api-Key"
            value = variables.secret(given.get("value", ""), what=name)
            if given.get("in") == "query":
                return replace(request, query={**request.query, name: value})
            return _with_header(request, name, value)
    return replace(request, note=f"EDIT: signs in by {kind}, which is not taken over")


def _with_header(request: Request, name: str, value: Text) -> Request:
    known = {key.lower() for key in request.headers}
    if name.lower() in known:
        return request
    return replace(request, headers={**request.headers, name: value})
