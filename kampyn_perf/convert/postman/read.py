"""A collection into a project: each folder a flow. What a flow needs of an answer in another folder
(a token, mostly) is asked for ahead of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from kampyn_perf.convert.documents import Node, parse, read_bytes, wrong
from kampyn_perf.convert.draft import (
    PLACEHOLDER,
    USUAL_URL,
    Capture,
    Draft,
    Flow,
    LeftOut,
    Name,
    Request,
    Template,
)  # fmt: skip
from kampyn_perf.convert.naming import file_name, unused
from kampyn_perf.convert.postman.requests import Address, NotTakenError, address_of, request_of
from kampyn_perf.convert.postman.scripts import Script, script_of
from kampyn_perf.convert.postman.variables import Variables, variables_of

_DEEPEST = 20


@dataclass(frozen=True)
class _Item:
    """A request where it stands."""

    node: Node
    folder: tuple[str, ...]
    auth: Node
    script: Script

    @property
    def label(self) -> str:
        """As people know it."""
        return " / ".join((*self.folder, str(self.node.mapping().get("name") or "request")))


def read_postman(path: Path, *, url: str = "", environment: Path | None = None) -> Draft:
    """The project of the collection at `path`, with the values of an exported environment.

    Raises KampynError or ConfigError with the place in the file.
    """
    root = _root(path)
    items = list(_items(root.child("item"), (), root.child("auth"), 0))
    if not items:
        raise root.child("item").wrong("has no request")
    values = dict(variables_of(root.mapping().get("variable")))
    if environment:
        values |= _environment(environment)
    captured = frozenset(name for item in items for name in item.script.sets)
    reader = _Reader(Variables(values, captured))
    for item in items:
        reader.take(item)
    if not reader.taken:
        reasons = "; ".join(f"{omission.what}: {omission.why}" for omission in reader.left_out[:5])
        raise root.child("item").wrong(f"has no request that can be sent ({reasons})")
    return reader.draft(root, path, url)


def _root(path: Path) -> Node:
    root = Node(parse(read_bytes(path), str(path)), str(path))
    mapping = root.mapping()
    if "collection" in mapping and "item" not in mapping:  # as Postman's API wraps it
        root = root.child("collection")
        mapping = root.mapping()
    if "item" not in mapping:
        hint = "Export it from Postman as Collection v2.1."
        if "requests" in mapping:
            raise root.wrong("is a collection of format 1", hint=hint)
        if "openapi" in mapping or "swagger" in mapping:
            hint = "It looks like an API's description: --openapi."
        raise root.wrong("has no item, so it is no Postman collection", hint=hint)
    return root


def _environment(path: Path) -> dict[str, str]:
    root = Node(parse(read_bytes(path), str(path)), str(path))
    if not isinstance(root.mapping().get("values"), list):
        raise wrong(str(path), "#/values", "is not there, so it is no Postman environment")
    return dict(variables_of(root.value["values"]))


def _items(many: Node, folder: tuple[str, ...], auth: Node, depth: int) -> Iterator[_Item]:
    if not isinstance(many.value, list):
        raise many.wrong("is no list of requests and folders")
    if depth > _DEEPEST:
        raise many.wrong(f"has folders more than {_DEEPEST} deep")
    for entry in many.entries():
        mapping = entry.mapping()
        own = entry.child("auth") if entry.child("auth").mapping() else auth
        if "item" in mapping:
            name = str(mapping.get("name") or "folder")
            yield from _items(entry.child("item"), (*folder, name), own, depth + 1)
        elif "request" in mapping:
            node = entry
            if isinstance(mapping["request"], str):  # a URL alone
                node = Node({**mapping, "request": {"url": mapping["request"]}},
                            entry.location, entry.parts)  # fmt: skip
            yield _Item(node, folder, auth, script_of(entry))
        else:
            raise entry.wrong("is neither a request nor a folder")


@dataclass
class _Reader:
    variables: Variables
    taken: list[tuple[_Item, Address, Request]] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    def take(self, item: _Item) -> None:
        """As a request, or among what is left out."""
        try:
            address = address_of(item.node.child("request"), self.variables)
            request = request_of(item.node, address, item.auth, self.variables)
        except NotTakenError as error:
            self.left_out.append(LeftOut(item.label, str(error)))
            return
        captures = tuple(
            Capture(self.variables.name_of(name), path) for name, path in item.script.sets.items()
        )
        request = replace(request, captures=captures, statuses=item.script.statuses)
        self.taken.append((item, address, request))
        if item.script.left:
            self.left_out.append(LeftOut(item.label, f"{item.script.left} (JavaScript)"))

    def draft(self, root: Node, path: Path, url: str) -> Draft:
        """The collection as a project."""
        origins = Counter(address.origin for _item, address, _request in self.taken)
        known = [origin for origin, _count in origins.most_common() if origin]
        base = url.rstrip("/") or (known[0] if known else USUAL_URL)
        own = known[0] if known else ""
        title = str(root.child("info").mapping().get("name") or path.stem)
        unsure = [] if url or known else [f"url: where the API is ({base})"]
        unsure += [
            f"variables: {name} (has {PLACEHOLDER} in it)"
            for name, value in self.variables.used.items()
            if value == PLACEHOLDER
        ]
        left_out = [
            *self.left_out,
            *(LeftOut(f"{{{{{name}}}}}", "nothing in the file says what it is")
              for name in sorted(self.variables.unknown)),
        ]  # fmt: skip
        return Draft(
            name=file_name(title, otherwise="collection"),
            origin=f"the Postman collection {path.name}",
            url=base,
            flows=tuple(self._flows(title, own)),
            variables=dict(self.variables.used),
            environment=self.variables.environment,
            left_out=tuple(left_out),
            to_edit=tuple(unsure),
        )

    def _flows(self, title: str, own: str) -> Iterator[Flow]:
        by_folder: dict[tuple[str, ...], list[Request]] = {}
        for item, address, request in self.taken:
            by_folder.setdefault(item.folder, []).append(_elsewhere(request, address, own))
        setters = {
            capture.name: request
            for requests in reversed(by_folder.values())
            for request in reversed(requests)
            for capture in request.captures
        }
        names: list[str] = []
        for folder, requests in by_folder.items():
            names.append(unused(" / ".join(folder) or title, names, joint=" "))
            yield Flow(
                name=names[-1], steps=tuple(requests), before=tuple(_ahead(requests, setters))
            )


def _elsewhere(request: Request, address: Address, own: str) -> Request:
    """With the whole URL, where it goes to another host than the others."""
    if address.origin in ("", own):
        return request
    parts = request.url.parts if isinstance(request.url, Template) else (request.url,)
    return replace(request, url=Template((address.origin, *parts)))


def _ahead(requests: list[Request], setters: dict[str, Request]) -> list[Request]:
    """Requests of other folders whose answers these need, and what those need in turn."""
    have: set[str] = set()
    ahead: list[Request] = []

    def need(request: Request, above: tuple[Request, ...]) -> None:
        for name in _names(request):
            setter = setters.get(name)
            if setter is None or name in have or setter in above or setter in ahead:
                continue
            if setter in requests and requests.index(setter) < requests.index(above[0]):
                continue
            need(setter, (*above, setter))
            if setter not in requests:
                ahead.append(setter)

    for request in requests:
        need(request, (request,))
        have |= {capture.name for capture in request.captures}
    return ahead


def _names(value: object) -> Iterator[str]:
    """Every name that a request fills in."""
    match value:
        case Name(path=path):
            yield path
        case Template(parts=parts):
            yield from _names(parts)
        case Request():
            yield from _names([value.url, value.headers, value.query, value.auth])
            yield from _names(value.body.value if value.body else None)
        case dict():
            for inner in value.values():
                yield from _names(inner)
        case list() | tuple():
            for inner in value:
                yield from _names(inner)
