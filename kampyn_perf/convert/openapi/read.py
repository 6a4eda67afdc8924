"""An API's description into a project: each operation a request with an example body, and a flow of
its own, so that one that fails hides no other."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

from kampyn_perf.convert.documents import MISSING, Documents, Node
from kampyn_perf.convert.draft import Call, Draft, Flow, LeftOut, Request
from kampyn_perf.convert.naming import file_name, snake, unused
from kampyn_perf.convert.openapi.bodies import NoBodyError, body_schema
from kampyn_perf.convert.openapi.operations import (
    METHODS,
    Operation,
    answer_schema,
    operations,
    request_of,
)  # fmt: skip
from kampyn_perf.convert.openapi.security import (
    IDENTITY,
    Access,
    Login,
    access,
    login_of,
    password_flow,
)  # fmt: skip
from kampyn_perf.convert.openapi.servers import base_url, is_described
from kampyn_perf.convert.openapi.tables import PathTables
from kampyn_perf.convert.opening import documents as open_documents
from kampyn_perf.redact import redact_url


def read_openapi(
    location: str, *, url: str = "", everything: bool = False, fetch: Collection[str] = ()
) -> Draft:
    """The project of the description at `location`, a file or a URL.

    `everything` takes DELETE and deprecated operations too. `fetch` names hosts whose documents it
    may refer to. Raises KampynError or ConfigError, with the place in the document.
    """
    documents = open_documents(location, fetch=fetch)
    root = documents.root(location)
    _check_version(root)
    base = base_url(root, location, url)
    reader = _Reader(root, documents, everything=everything, base=base)
    for operation in operations(root, documents):
        reader.take(operation)
    if not reader.requests:
        raise _nothing(root, reader.left_out)
    unsure = [] if url or is_described(root, location) else [f"url: where the API is ({base})"]
    return reader.draft(location, base, unsure)


def _check_version(root: Node) -> None:
    mapping = root.mapping()
    version = str(mapping.get("openapi") or mapping.get("swagger") or "")
    if version.startswith("3.") or version == "2.0":
        return
    if version:
        raise root.child("openapi" if "openapi" in mapping else "swagger").wrong(
            f"is {version!r}; OpenAPI 3.x and Swagger 2.0 are understood"
        )
    hint = ""
    if "log" in mapping:
        hint = "It looks like a recorded session: --har."
    elif "item" in mapping and "info" in mapping:
        hint = "It looks like a Postman collection: --postman."
    raise root.wrong("has neither openapi nor swagger, so it is no description of an API",
                     hint=hint)  # fmt: skip


def _nothing(root: Node, left_out: list[LeftOut]) -> Exception:
    paths = root.child("paths")
    if left_out:
        reasons = "; ".join(f"{omission.what}: {omission.why}" for omission in left_out[:5])
        return paths.wrong(f"has no operation that can be asked ({reasons})", hint="Perhaps --all.")
    if paths.value is MISSING or not paths.mapping():
        return paths.wrong("has no paths, so there is nothing to load")
    return paths.wrong(f"has no operation ({', '.join(METHODS)})")


@dataclass
class _Reader:
    root: Node
    documents: Documents
    everything: bool
    base: str
    tables: PathTables = field(default_factory=lambda: PathTables({IDENTITY}))
    requests: dict[str, Request] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    login: Login | None = None
    _security: dict[str, Any] = field(default_factory=dict)

    def take(self, operation: Operation) -> None:
        """As a request, or among what is left out."""
        if why := self._left_out(operation.method, operation.node.mapping()):
            self.left_out.append(LeftOut(operation.endpoint, why))
            return
        try:
            request = request_of(operation, self.documents, self.tables)
        except NoBodyError as error:
            self.left_out.append(LeftOut(operation.endpoint, str(error)))
            return
        key = unused(snake(operation.id), self.requests)
        self.requests[key] = request
        own = operation.node.mapping()
        self._security[key] = own.get("security", self.root.mapping().get("security"))
        if self.login is None:
            body = body_schema(operation.node, operation.parameters, self.documents)
            answer = answer_schema(operation, self.documents)
            self.login = login_of(key, request, body, answer, self.documents)

    def _left_out(self, method: str, facts: dict[Any, Any]) -> str:
        if self.everything:
            return ""
        if facts.get("deprecated") is True:
            return "is deprecated (--all takes it)"
        return "takes things away (--all takes it)" if method == "delete" else ""

    def draft(self, location: str, base: str, to_edit: list[str]) -> Draft:
        """All of it, with the way in of each request."""
        schemes = self._schemes()
        login = self._password_flow(schemes) or self.login
        requests, environment = dict(self.requests), dict[str, str]()
        is_used = False
        for key, request in self.requests.items():
            if login and key == login.operation:
                continue
            allowed = access(self._security[key], schemes, self.documents, login)
            environment |= allowed.environment
            is_used = is_used or bool(allowed.identity)
            requests[key] = _with_access(request, allowed)
        tables = self.tables.made()
        if login and (is_used or login.operation in requests):
            requests[login.operation] = login.request
            tables = (login.table, *tables)
        title = self.root.child("info").mapping().get("title")
        stem = PurePath(urlsplit(location).path).stem
        return Draft(
            name=file_name(str(title or stem), otherwise="api"),
            origin=f"the OpenAPI description {redact_url(location)}",
            url=base,
            operations=requests,
            flows=tuple(
                Flow(name=request.name, steps=(Call(key),))
                for key, request in self.requests.items()
            ),
            tables=tables,
            sign_in={IDENTITY: login.sign_in} if login and is_used else {},
            environment=environment,
            left_out=tuple(self.left_out),
            to_edit=tuple(to_edit),
        )

    def _password_flow(self, schemes: Node) -> Login | None:
        """The scheme's sign-in; by the operation that stands for it, where the paths have it."""
        login = password_flow(schemes, self.documents, self.base)
        if login is None:
            return None
        name = f"POST {login.request.url}"
        same = [key for key, request in self.requests.items() if request.name == name]
        key = same[0] if same else unused(login.operation, self.requests)
        return replace(
            login,
            operation=key,
            request=replace(login.request, name=name),
            sign_in=replace(login.sign_in, operation=key),
        )

    def _schemes(self) -> Node:
        if "swagger" in self.root.mapping():
            return self.root.child("securityDefinitions")
        return self.root.child("components", "securitySchemes")


def _with_access(request: Request, allowed: Access) -> Request:
    return replace(
        request,
        headers={**request.headers, **allowed.headers},
        query={**request.query, **allowed.query},
        cookies={**request.cookies, **allowed.cookies},
        auth=allowed.auth,
        identity=allowed.identity,
    )
