"""Requests of which only some places of the path and of a JSON body differ from session to session,
as those of most operations do: compiled once into what stands around these places. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kampyn_perf.load.json_text import encode_json
from kampyn_perf.load.scenario.templates import Fill, Slots, Templates, as_text
from kampyn_perf.load.scenario.written import WrittenRequest
from kampyn_perf.load.target.request import RequestSettings

_KEPT = 1024
"""Bodies that are kept ready. What comes after them is made each time: where so many were
different, the next will be too."""
_KEPT_BYTES = 512
"""The longest that is kept."""

_HEEDED = frozenset({"name", "json_body", "headers", "identity", "capture", "expect", "match"})
"""Options of a request that do no harm here; with any other one it goes the longer way."""


class ReadyRequest:
    """Raises ValueError for a request of which more differs."""

    __slots__ = (
        "_bodies", "_body", "_body_fills", "_path_fills", "bound", "headers", "json", "method",
        "name", "parts",
    )  # fmt: skip

    def __init__(self, written: WrittenRequest) -> None:
        settings, templates, headers = written.settings, written.templates, written.headers
        if _has_more(settings) or templates.value(headers):
            raise ValueError("more differs than path and JSON body")
        path = templates.path(written.url)
        self.method, self.name, self.headers = written.method, written.name, headers
        self.parts, self._path_fills = path.around, path.fills
        self._body: bytes | None = None
        self._bodies: JsonTemplate | None = None
        self._body_fills: tuple[Fill, ...] = ()
        if settings.json_body is not None:
            body = json_slots(settings.json_body, templates)
            self._body_fills = body.fills
            self._body = b"".join(body.around)
            self._bodies = JsonTemplate(body.around) if body.fills else None
        self.json = self._body is not None
        self.bound: Any = None
        """What sends it, once that is known."""

    def values(self, data: Mapping[str, Any]) -> tuple[str, ...]:
        """What stands in the places of the path. Raises MissingFieldError."""
        fills = self._path_fills
        if not fills:
            return ()
        if len(fills) == 1:
            return (as_text(fills[0](data)),)
        return tuple([as_text(fill(data)) for fill in fills])

    def body(self, data: Mapping[str, Any]) -> bytes | None:
        """The body, if there is one. Raises MissingFieldError."""
        if self._bodies is None:
            return self._body
        return self._bodies.body(tuple([fill(data) for fill in self._body_fills]))


class JsonTemplate:
    """JSON bodies that differ in places."""

    def __init__(self, parts: Sequence[bytes]) -> None:
        """`parts` are what stands around the values."""
        self._parts = tuple(parts)
        self._known: dict[tuple[Any, ...], bytes] = {}

    def body(self, values: tuple[Any, ...]) -> bytes:
        """The body with these values."""
        try:
            body = self._known.get(values)
        except TypeError:  # a list or an object
            return self._make(values)
        if body is None:
            body = self._make(values)
            # 1 and True are equal, and not the same in JSON.
            few = len(self._known) < _KEPT and len(body) <= _KEPT_BYTES
            if few and all(type(value) is str for value in values):
                self._known[values] = body
        return body

    def _make(self, values: tuple[Any, ...]) -> bytes:
        parts = self._parts
        body = parts[0]
        for place, value in enumerate(values, 1):
            body += encode_json(value) + parts[place]
        return body


def _has_more(settings: RequestSettings) -> bool:
    return any(
        getattr(settings, name) != option.get_default(call_default_factory=True)
        for name, option in RequestSettings.model_fields.items()
        if name not in _HEEDED
    )


def json_slots(value: Any, templates: Templates) -> Slots[bytes]:
    """JSON text, and what is to be put between its parts. Raises ValueError for keys that are no
    text."""
    parts: list[bytes] = [b""]
    fills: list[Fill] = []

    def write(part: Any) -> None:
        if isinstance(part, str) and (fill := templates.value(part)):
            fills.append(fill)
            parts.append(b"")
        elif isinstance(part, Mapping):
            write_all(b"{", b"}", part.items())
        elif isinstance(part, list | tuple):
            write_all(b"[", b"]", ((None, item) for item in part))
        else:
            parts[-1] += encode_json(part)

    def write_all(begin: bytes, end: bytes, items: Any) -> None:
        parts[-1] += begin
        for place, (key, inner) in enumerate(items):
            parts[-1] += b"," if place else b""
            if begin == b"{":
                if not isinstance(key, str):
                    raise ValueError(f"{key!r} is no text")
                parts[-1] += encode_json(key) + b":"
            write(inner)
        parts[-1] += end

    write(value)
    return Slots(tuple(parts), tuple(fills))
