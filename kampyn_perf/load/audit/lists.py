"""Whether lists that the bundled backend keeps in its cache are what its store says. Seconds.

Each is asked for as clients do, and once more under an address that nobody has asked for: the same
list, of which the cache has no page. To be asked while nobody writes.
"""

from __future__ import annotations

import http.client
from collections.abc import Sequence
from contextlib import closing
from urllib.parse import quote, urlsplit
from uuid import uuid4

from kampyn_perf.results.audit import AuditFinding

STALE = "a cached list is what the store has"
_PATHS = (
    "/api/item/retail/uni/{}",
    "/api/item/produce/uni/{}",
    "/api/vendor/list/uni/{}",
)
_TIMEOUT = 30.0
_FRESH = "unasked"
"""A parameter that no route knows."""


def stale_lists(url: str, unis: Sequence[str]) -> list[AuditFinding]:
    """What is wrong with them. A list that cannot be had (a backend that died, a rate limit) is not
    judged: other findings are about that."""
    stale = []
    for path in (pattern.format(quote(uni, safe="")) for uni in unis for pattern in _PATHS):
        kept, fresh = _fetch(url, path), _fetch(url, f"{path}?{_FRESH}={uuid4().hex}")
        if kept is not None and fresh is not None and kept != fresh:
            stale.append(f"GET {path}: {len(kept):,} bytes in the cache, {len(fresh):,} in fact")
    return [AuditFinding(invariant=STALE, count=len(stale), examples=stale)] if stale else []


def _fetch(url: str, path: str) -> bytes | None:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_TIMEOUT)
    with closing(connection):
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            return None
        return body if answer.status == 200 else None
