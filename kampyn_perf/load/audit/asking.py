"""What a target of the user's has stored, asked by the two requests that its file names. Seconds.

Standard library: it runs in the process that leads the load, which no gevent reaches, twice a run.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import orjson

from kampyn_perf import __version__
from kampyn_perf.errors import UnreachableError
from kampyn_perf.load.target.audit import ID, NEXT, AuditSettings
from kampyn_perf.load.target.jsonpath import MISSING, JsonPath

_TIMEOUT = 30.0
"""Of one answer."""
_PATIENCE = 600.0
"""Of all of them together."""
_TRIES = 3
_PAUSE = 0.5
_MOST = 64 * 1024 * 1024
"""Bytes of one answer."""
_GONE = (404, 410)


class StoredOrders:
    """Asks again where a connection broke: the target may have been under faults a moment ago."""

    def __init__(
        self,
        settings: AuditSettings,
        url: str,
        headers: Mapping[str, str],
        *,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        parts = urlsplit(url)
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        self._connection = kind(parts.hostname or "", parts.port, timeout=_TIMEOUT)
        self._base = parts.path.rstrip("/")
        self._origin = (parts.scheme, parts.netloc)
        own = {"Accept": "application/json", "User-Agent": f"kampyn-perf/{__version__}"}
        self._headers = {**own, **headers, **settings.headers}
        self._pause = pause
        self._until = time.monotonic() + _PATIENCE

    def close(self) -> None:
        self._connection.close()

    def listed(self) -> Iterator[str]:
        """The ids of the whole list, page by page. Raises UnreachableError where it cannot be had
        whole: half a list would let everything else look lost."""
        ids = JsonPath(self._settings.ids)
        goes_on = JsonPath(self._settings.next) if self._settings.next else None
        path: str | None = self._settings.orders_path.replace(NEXT, "")
        visited: set[str] = set()
        while path is not None:
            if path in visited:
                raise self._unusable(path, "its pages lead back to one that was read already")
            visited.add(path)
            page = self._json(path)
            matches = ids.every(page)
            if not matches and len(visited) == 1 and not _is_empty(page):
                raise self._unusable(path, f"nothing in it is at {self._settings.ids}")
            yield from _texts(matches)
            path = self._following(goes_on.first(page)) if goes_on else None

    def lost_of(self, ids: Iterable[str]) -> Iterator[str]:
        """Those that are not stored, asked for one by one."""
        for order_id in ids:
            path = self._settings.order_path.replace(ID, quote(order_id, safe=""))
            status, _ = self._get(path)
            if status in _GONE:
                yield order_id
            elif not 200 <= status < 300:
                raise self._unusable(path, f"it was answered with {status}")

    def _following(self, value: Any) -> str | None:
        if value is MISSING or value in (None, "", False):
            return None
        text = str(value)
        if NEXT in self._settings.orders:
            return self._settings.orders_path.replace(NEXT, quote(text, safe=""))
        parts = urlsplit(text)
        if parts.netloc and (parts.scheme, parts.netloc) != self._origin:
            raise self._unusable(text, "it leads to another host")
        return parts.path.removeprefix(self._base) + (f"?{parts.query}" if parts.query else "")

    def _json(self, path: str) -> Any:
        status, body = self._get(path)
        if not 200 <= status < 300:
            raise self._unusable(path, f"it was answered with {status}")
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise self._unusable(path, "the answer is not JSON") from error

    def _get(self, path: str) -> tuple[int, bytes]:
        trouble = ""
        for number in range(_TRIES):
            if number:
                self._pause(_PAUSE)
            if time.monotonic() > self._until:
                raise self._unusable(path, f"all of it took longer than {_PATIENCE:g} s")
            try:
                self._connection.request("GET", self._base + path, headers=self._headers)
                answer = self._connection.getresponse()
                body = answer.read(_MOST + 1)
            except (OSError, http.client.HTTPException) as error:
                self._connection.close()
                trouble = str(error) or type(error).__name__
                continue
            if len(body) > _MOST:
                raise self._unusable(path, f"one answer is longer than {_MOST} bytes")
            if answer.status < 500:
                return answer.status, body
            trouble = f"it was answered with {answer.status}"
        raise self._unusable(path, trouble)

    def _unusable(self, path: str, why: str) -> UnreachableError:
        return UnreachableError(
            f"the audit's GET {path} says nothing about what is stored: {why}",
            hint="audit in the target's file names it (docs/targets.md).",
        )


def _is_empty(page: Any) -> bool:
    """Whether a list holds nothing, at the top or within an object."""
    lists = [page] if isinstance(page, list) else _lists(page)
    return all(not items for items in lists) and bool(lists)


def _lists(page: Any) -> list[Any]:
    return (
        [listed for listed in page.values() if isinstance(listed, list)]
        if isinstance(page, dict)
        else []
    )


def _texts(matches: Iterable[Any]) -> Iterator[str]:
    for match in matches:
        if isinstance(match, list):
            yield from map(str, match)
        else:
            yield str(match)
