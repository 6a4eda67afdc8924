"""How an API is let in: a sign-in where it describes one, else values of the environment."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from kampyn_perf.convert.documents import Documents, Node
from kampyn_perf.convert.draft import (
    PLACEHOLDER,
    Body,
    BodyKind,
    Environment,
    Name,
    Request,
    SignIn,
    Table,
    Template,
    Text,
)  # fmt: skip
from kampyn_perf.convert.naming import identifier, variable_name
from kampyn_perf.convert.openapi.examples import merged, properties

IDENTITY = "account"
"""The list of those that sign in; no path parameter makes a list of that name."""
_LOGIN = re.compile(r"/(?:log[-_]?in|sign[-_]?in|tokens?|auth|sessions?|authenticate)/?$", re.I)
_PASSWORD = re.compile(r"pass(?:word|wd|phrase)?$", re.I)
_TOKEN = re.compile(r"^(?:access|id|auth|jwt|bearer)?[-_]?token$|^jwt$", re.I)


@dataclass(frozen=True, kw_only=True)
class Access:
    """What goes along with a request so that it is let in."""

    headers: dict[str, Text] = field(default_factory=dict)
    query: dict[str, Text] = field(default_factory=dict)
    cookies: dict[str, Text] = field(default_factory=dict)
    auth: tuple[Text, Text] | None = None
    identity: str = ""
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Login:
    """An operation that signs in, and whose data it takes."""

    operation: str
    request: Request
    sign_in: SignIn
    table: Table


def access(requirements: Any, schemes: Node, documents: Documents, login: Login | None) -> Access:
    """By the first of the ways in. `requirements` as a description has them: where nobody has to
    show who it is, those that can sign in do so all the same, and nothing else goes along."""
    if not isinstance(requirements, list):
        return Access()
    ways = [way for way in requirements if isinstance(way, dict)]
    named = [way for way in ways if way]
    if not named:
        return Access()
    way_in = _all_of([_scheme(str(name), schemes, documents, login) for name in named[0]])
    return Access() if {} in ways and not way_in.identity else way_in


def _all_of(parts: list[Access]) -> Access:
    merged_access = Access()
    for access in parts:
        merged_access = Access(
            headers={**merged_access.headers, **access.headers},
            query={**merged_access.query, **access.query},
            cookies={**merged_access.cookies, **access.cookies},
            auth=access.auth or merged_access.auth,
            identity=access.identity or merged_access.identity,
            environment={**merged_access.environment, **access.environment},
        )
    return merged_access


def _scheme(name: str, schemes: Node, documents: Documents, login: Login | None) -> Access:
    scheme = documents.resolve(schemes.child(name)).mapping()
    kind = str(scheme.get("type", "")).lower()
    if kind == "basic" or (kind == "http" and str(scheme.get("scheme", "")).lower() == "basic"):
        user, password = variable_name(name, "user"), variable_name(name, "password")
        return Access(
            auth=(Environment(user), Environment(password)),
            environment={
                user: "the user of basic authentication",
                password: "the password of basic authentication",
            },
        )
    if kind == "apikey":
        return _api_key(name, scheme, login)
    if login is not None:
        return Access(identity=IDENTITY)
    variable = variable_name(name, "token")
    return Access(
        headers={"Authorization": Template(("Bearer ", Environment(variable)))},
        environment={variable: f"the bearer token of the security scheme {name}"},
    )


def _api_key(name: str, scheme: dict[Any, Any], login: Login | None) -> Access:
    key, place = str(scheme.get("name") or name), scheme.get("in")
    if login is not None and (place == "cookie" or key.lower() == "authorization"):
        return Access(identity=IDENTITY)
    variable = variable_name(name)
    value = Environment(variable)
    environment = {variable: f"the key that goes along as {place} {key}"}
    match place:
        case "query":
            return Access(query={key: value}, environment=environment)
        case "cookie":
            return Access(cookies={key: value}, environment=environment)
    return Access(headers={key: value}, environment=environment)


def password_flow(schemes: Node, documents: Documents, base: str) -> Login | None:
    """The sign-in of OAuth 2's password flow, where a scheme has its token URL on this API."""
    for name in schemes.mapping():
        scheme = documents.resolve(schemes.child(name)).mapping()
        flows = scheme.get("flows")
        flow = flows.get("password") if isinstance(flows, dict) else None
        if flow is None and scheme.get("flow") == "password":  # Swagger 2.0
            flow = scheme
        address = flow.get("tokenUrl") if isinstance(flow, dict) else None
        if not isinstance(address, str) or not address:
            continue
        path = _below(address, base)
        if path:
            return _oauth_login(path)
    return None


def _below(address: str, base: str) -> str:
    """The token URL below the API's own; empty for another host's. Relative ones are of its
    folder, as a browser would have it."""
    whole = urljoin(base.rstrip("/") + "/", address)
    own, other = urlsplit(base), urlsplit(whole)
    if own.netloc != other.netloc and urlsplit(address).netloc:
        return ""
    path = other.path
    return path.removeprefix(own.path.rstrip("/")) or "/"


def _oauth_login(path: str) -> Login:
    fields: dict[str, Text] = {
        "grant_type": "password",
        "username": Name(f"{IDENTITY}.username"),
        "password": Name(f"{IDENTITY}.password"),
    }
    request = Request(method="POST", url=path, body=Body(BodyKind.FORM, fields))
    table = _users(("username", "password"), ("user1", PLACEHOLDER), path)
    sign_in = SignIn(operation="sign_in", token="access_token", key="username")  # noqa: S106
    return Login(operation="sign_in", request=request, sign_in=sign_in, table=table)


def login_of(
    key: str, request: Request, body: Node | None, answer: Node | None, documents: Documents
) -> Login | None:
    """The operation as a sign-in, if it is one: a POST to a place that sounds like it, with a
    password, answered with a token."""
    address = request.name.partition(" ")[2]
    if request.method != "POST" or not _LOGIN.search(address) or body is None or answer is None:
        return None
    given = request.body.value if request.body else None
    if not isinstance(given, dict):
        return None
    password = next((name for name in given if _PASSWORD.search(name)), "")
    token = _token_path(answer, documents)
    if not password or not token:
        return None
    texts = [name for name, value in given.items() if isinstance(value, str)]
    columns = {name: identifier(name) for name in texts}
    who = next((columns[name] for name in texts if name != password), columns[password])
    filled = {
        name: Name(f"{IDENTITY}.{columns[name]}") if name in columns else value
        for name, value in given.items()
    }
    body_kind = request.body.kind if request.body else BodyKind.JSON
    row = tuple(str(given[name]) for name in texts)
    return Login(
        operation=key,
        request=Request(
            method="POST",
            url=request.url,
            name=request.name,
            headers=request.headers,
            body=Body(body_kind, filled),
            statuses=request.statuses,
        ),
        sign_in=SignIn(operation=key, token=token, key=who),
        table=_users(tuple(columns.values()), row, address),
    )


def _users(columns: tuple[str, ...], row: tuple[str, ...], path: str) -> Table:
    note = f"who signs in at {path}: {', '.join(columns)} of users that are there"
    return Table(name=IDENTITY, columns=columns, rows=(row,), note=note, secret=True)


def _token_path(answer: Node, documents: Documents, depth: int = 0) -> str:
    """Where an answer's schema has a token: `token`, or `data.token`."""
    known = properties(merged(answer, documents))
    for name in known:
        if _TOKEN.search(name):
            return name
    if depth < 2:
        for name, schema in known.items():
            if name.isidentifier() and (rest := _token_path(schema, documents, depth + 1)):
                return f"{name}.{rest}"
    return ""
