"""The target asked by hand between two steps: is it there, is it at rest, does it name a limit?

One request at a time, to its base address: whatever that answers (404 as a rule), how long it takes
tells whether the process behind it is still busy. Seconds.
"""

from __future__ import annotations

import http.client
import ssl
import statistics
import time
from urllib.parse import urlsplit

from kampyn_perf.errors import UnreachableError
from kampyn_perf.load.reach import check_reachable
from kampyn_perf.rate_limits import rate_limit
from kampyn_perf.results.capacity import Limiter

_TIMEOUT = 5.0
_TRIES = 3
_PAUSE = 0.2
_AT_REST = 3.0
"""Times as long as before the search, and ..."""
_SLACK = 0.02
"""... so much on top, may an answer take from a target that is at rest."""


class Probe:
    """Of one target."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._rest = 0.0
        self.limiter: Limiter | None = None

    def first(self) -> None:
        """Before the search: how long an answer takes, and what its headers say."""
        times = [took for _ in range(_TRIES) if (took := self._ask()) is not None]
        self._rest = statistics.median(times) if times else 0.0

    def lost(self) -> str:
        """Why the target is not there any more; empty while it is."""
        reason = ""
        for _ in range(_TRIES):
            try:
                check_reachable(self._url, timeout=_TIMEOUT)
            except UnreachableError as error:
                reason = error.message
                time.sleep(1.0)
            else:
                return ""
        return reason

    def settle(self, most: float) -> bool:
        """Wait until the target answers as it did before the search, at most so long. Whether it
        came to that."""
        if not self._rest:
            return True
        deadline = time.monotonic() + most
        while True:
            took = [self._ask() for _ in range(_TRIES)]
            slowest = max((seconds for seconds in took if seconds is not None), default=None)
            if slowest is not None and slowest <= _AT_REST * self._rest + _SLACK:
                return True
            if time.monotonic() >= deadline:
                return False
            time.sleep(_PAUSE)

    def _ask(self) -> float | None:
        connection = _connection(self._url)
        began = time.monotonic()
        try:
            connection.request("GET", urlsplit(self._url).path or "/")
            answer = connection.getresponse()
            answer.read(65536)
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        self._limit(dict(answer.getheaders()))
        return time.monotonic() - began

    def _limit(self, headers: dict[str, str]) -> None:
        allowed = rate_limit(headers)
        if allowed and self.limiter is None:
            self.limiter = Limiter(
                requests=allowed.requests, window_us=allowed.window_us, words=allowed.words
            )


def _connection(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https":
        return http.client.HTTPConnection(host, parts.port, timeout=_TIMEOUT)
    unchecked = ssl._create_unverified_context()  # noqa: S323 (nothing is read but how long it took)
    return http.client.HTTPSConnection(host, parts.port, timeout=_TIMEOUT, context=unchecked)
