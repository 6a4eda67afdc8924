"""Files of other tools as plain data: JSON or YAML, whatever is in them, with the place of what is
wrong. References inside and between documents are followed by JSON pointers (RFC 6901)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import orjson
import yaml

from kampyn_perf.errors import ConfigError, KampynError, Problem
from kampyn_perf.units import format_size

MAX_BYTES = 32 * 2**20
_MAX_DOCUMENTS = 100
_MAX_HOPS = 50
"""References that only lead to a reference."""
MISSING = object()


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML as JSON means it: a date is a text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_bytes(path: Path, *, limit: int = MAX_BYTES) -> bytes:
    """The file. Raises KampynError for one that cannot be read, ConfigError for one too large."""
    try:
        with path.open("rb") as file:
            body = file.read(limit + 1)
    except OSError as error:
        raise KampynError(f"cannot read {path}: {error.strerror or error}") from error
    if len(body) > limit:
        raise wrong(str(path), "", f"is larger than {format_size(limit)}")
    return body


def decode(body: bytes, where: str) -> str:
    """UTF-8, with or without a byte order mark. Raises ConfigError."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        name, code = (
            ("UTF-16", "UTF-16")
            if body[:2] in (b"\xff\xfe", b"\xfe\xff")
            else ("another encoding", "LATIN1")
        )
        raise wrong(
            where,
            "",
            f"is not UTF-8 text, but {name}: byte {error.start + 1} ({error.reason})",
            hint=f"Write it as UTF-8: iconv -f {code} -t UTF-8.",
        ) from error


def parse(body: bytes, where: str) -> Any:
    """JSON or YAML as plain data. Raises ConfigError with the line."""
    text = decode(body, where)
    if not text.strip():
        raise wrong(where, "", "is empty")
    if text.lstrip()[0] in "{[":
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError as error:
            if Path(where).suffix == ".json" or not _is_flow_yaml(text):
                place = f"{where}:{error.lineno}"
                raise wrong(place, "", f"is not JSON: {error.msg}") from error
    return _yaml(text, where)


def wrong(where: str, pointer: str, message: str, *, hint: str = "") -> ConfigError:
    """One problem at one place of a document."""
    return ConfigError([Problem(pointer, message, where)], hint=hint, what="document")


def pointer(*parts: str | int) -> str:
    """`#/paths/~1pets/get` of its parts."""
    return "#" + "".join(f"/{str(p).replace('~', '~0').replace('/', '~1')}" for p in parts)


def _is_flow_yaml(text: str) -> bool:
    """Whether what begins like JSON is YAML all the same."""
    try:
        yaml.load(text, Loader=_Loader)  # noqa: S506 (derived from the safe one)
    except (yaml.YAMLError, ValueError, RecursionError):
        return False
    return True


def _yaml(text: str, where: str) -> Any:
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 (derived from the safe one)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{where}:{mark.line + 1}" if mark else where
        words = getattr(error, "problem", None) or str(error)
        raise wrong(place, "", f"is neither JSON nor YAML: {words}") from error
    except RecursionError as error:
        raise wrong(where, "", "is nested too deeply") from error


@dataclass(frozen=True)
class Node:
    """A part of a document, and where it stands."""

    value: Any
    location: str
    """The document's file or URL."""
    parts: tuple[str | int, ...] = ()

    @property
    def pointer(self) -> str:
        """As `#/paths/~1pets`."""
        return pointer(*self.parts)

    @property
    def place(self) -> tuple[str, tuple[str | int, ...]]:
        """What tells it from any other part."""
        return self.location, self.parts

    def child(self, *keys: str | int) -> Node:
        """The part below; its value is MISSING where there is none."""
        value = self.value
        for key in keys:
            try:
                value = value[key]
            except (KeyError, IndexError, TypeError):
                value = MISSING
                break
        return Node(value, self.location, (*self.parts, *keys))

    def mapping(self) -> dict[Any, Any]:
        """Its value, where that is a mapping; else nothing."""
        return self.value if isinstance(self.value, dict) else {}

    def entries(self) -> list[Node]:
        """The parts of a list; none for what is none."""
        many = self.value if isinstance(self.value, list) else []
        return [self.child(index) for index in range(len(many))]

    def wrong(self, message: str, *, hint: str = "") -> ConfigError:
        """A problem here."""
        return wrong(self.location, self.pointer, message, hint=hint)


class Documents:
    """The documents of one description, each read once."""

    def __init__(self, read: Callable[[str], Any]) -> None:
        self._read = read
        """A document by its location. Raises KampynError for one that may not be read."""
        self._known: dict[str, Any] = {}

    def root(self, location: str) -> Node:
        """The whole document. Raises KampynError or ConfigError."""
        if location not in self._known:
            if len(self._known) >= _MAX_DOCUMENTS:
                raise KampynError(f"{location}: more than {_MAX_DOCUMENTS} documents refer to it")
            self._known[location] = self._read(location)
        return Node(self._known[location], location)

    def resolve(self, node: Node) -> Node:
        """`node`, or what its `$ref` leads to. Raises ConfigError with the reference's place."""
        for _hop in range(_MAX_HOPS):
            reference = node.mapping().get("$ref")
            if not isinstance(reference, str):
                return node
            node = self._target(node, reference)
        raise node.wrong("is a reference that leads nowhere: it comes back to itself")

    def _target(self, node: Node, reference: str) -> Node:
        at = node.child("$ref")
        try:
            base, fragment = urldefrag(reference)
            location = joined(node.location, base) if base else node.location
            root = self.root(location)
        except ConfigError:
            raise
        except (KampynError, ValueError) as error:
            hint = getattr(error, "hint", "")
            raise at.wrong(f"refers to {reference}: {error}", hint=hint) from error
        parts = [_unescaped(part) for part in fragment.split("/")[1:]]
        if fragment and not fragment.startswith("/"):
            raise at.wrong(f"refers to {reference!r}, which is no JSON pointer (#/...)")
        target = root
        for part in parts:
            target = _step(target, part)
        if target.value is MISSING:
            raise at.wrong(f"refers to {reference}, which is not there")
        return target


def joined(base: str, reference: str) -> str:
    """The location of a document that one at `base` refers to."""
    if urlsplit(base).scheme in ("http", "https") or urlsplit(reference).scheme:
        return urljoin(base, reference)
    return str((Path(base).parent / unquote(reference)).resolve())


def _step(node: Node, part: str) -> Node:
    if isinstance(node.value, list) and part.isdigit():
        return node.child(int(part))
    if isinstance(node.value, dict) and part not in node.value and part.isdigit():
        return node.child(int(part))  # YAML's `200:` is a number
    return node.child(part)


def _unescaped(part: str) -> str:
    return unquote(part).replace("~1", "/").replace("~0", "~")
