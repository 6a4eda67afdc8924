"""Requests of one kind, ready but for what stands in some places of their path: only that is filled
in for each, and what came before comes ready-made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from kampyn_perf.load.client.bodies import JSON
from kampyn_perf.load.client.requests import Prepared, RequestFactory, RequestHeaders
from kampyn_perf.load.client.urls import clean_target

_KEPT = 1024
"""Requests that a template keeps ready. What comes after them is made each time: where so many were
different, the next will be too."""
_KEPT_BYTES = 512
"""The longest that is kept."""


class PathTemplate:
    """Requests that differ in places of their path. Raises ValueError for a path that cannot be
    sent as it is."""

    def __init__(
        self,
        factory: RequestFactory,
        *,
        method: str,
        parts: Sequence[str],
        json: bool,
        headers: Mapping[str, str] | None,
    ) -> None:
        """`parts` are what stands around the values; `json` says whether there is a JSON body."""
        self.factory = factory
        check_parts(parts)
        self._parts = (factory.prefix + parts[0], *parts[1:])
        self._method = factory.method(method)
        self._content_type = JSON if json else ""
        self._headers = dict(headers or {})
        self._block = self._block_with(None)
        self._known: dict[tuple[str, ...], Prepared] = {}
        self._blocks: dict[int, tuple[Mapping[str, str], RequestHeaders]] = {}
        """Of tokens, by what they are sent in, which is kept so that its place is not reused."""

    def prepared(self, values: tuple[str, ...], more: Mapping[str, str] | None = None) -> Prepared:
        """The request with these values, percent-encoded, and further headers."""
        if more is not None:
            return self._make(values, self._with_more(more))
        prepared = self._known.get(values)
        if prepared is None:
            prepared = self._make(values, self._block)
            if len(self._known) < _KEPT and len(prepared.target) <= _KEPT_BYTES:
                self._known[values] = prepared
        return prepared

    def _make(self, values: tuple[str, ...], block: RequestHeaders) -> Prepared:
        parts = self._parts
        target = parts[0]
        for place, value in enumerate(values, 1):
            target += encoded(value) + parts[place]
        given = target.removeprefix(self.factory.prefix)
        return Prepared(self._method, self.factory.origin, target, block, given)

    def _with_more(self, more: Mapping[str, str]) -> RequestHeaders:
        known = self._blocks.get(id(more))
        if known is None or known[0] is not more:
            if len(self._blocks) >= _KEPT:
                del self._blocks[next(iter(self._blocks))]
            known = self._blocks[id(more)] = (more, self._block_with(more))
        return known[1]

    def _block_with(self, more: Mapping[str, str] | None) -> RequestHeaders:
        return self.factory.headers(
            self.factory.origin,
            content_type=self._content_type,
            headers={**self._headers, **(more or {})},
        )


def check_parts(parts: Sequence[str]) -> None:
    """Raises ValueError where a path of these parts would not be sent as it is."""
    path = "-".join(parts)
    if not path.startswith("/") or clean_target(path) != path:
        raise ValueError(f"{path} does not stay as it is")


def encoded(text: str) -> str:
    """`text` as one segment of a path."""
    return text if text.isascii() and text.isalnum() else quote(text, safe="")
