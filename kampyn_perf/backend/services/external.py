"""Asks the external API (the document's payment provider) how it is, and remembers for a while."""

from __future__ import annotations

import asyncio
import http.client
import logging
import ssl
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from kampyn_perf.backend.object_pool import ObjectPool
from kampyn_perf.backend.outward_settings import ExternalSettings
from kampyn_perf.redact import redact_url

_KEEP = 2
"""Connections kept open; one question is asked at a time, except while settings change."""
_BODY_MAX = 65_536
"""Bytes of an answer that is read to the end, so that its connection can be used again."""
_log = logging.getLogger("kampyn.health")


class ExternalApi:
    """One URL. Its answer is at most `every` old, however often we are asked."""

    def __init__(
        self, *, settings: ExternalSettings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = urlsplit(settings.url)
        self._named = redact_url(settings.url)
        self._timeout = settings.timeout / 1e6
        self._every = settings.every / 1e6
        self._clock = clock
        self._lock = asyncio.Lock()
        self._well = False
        self._asked_at = float("-inf")
        self._connections = ObjectPool(
            self._connect, max_size=_KEEP, discard=http.client.HTTPConnection.close
        )

    async def healthy(self) -> bool:
        """Whether it answers 200 in time."""
        async with self._lock:
            if self._clock() - self._asked_at >= self._every:
                self._well = await asyncio.to_thread(self._ask)
                self._asked_at = self._clock()
            return self._well

    def close(self) -> None:
        """Let go of the connections."""
        self._connections.close()

    def _ask(self) -> bool:
        """One request; a kept connection that the other side has closed meanwhile is no verdict."""
        fresh = not len(self._connections)
        try:
            return self._request()
        except (OSError, http.client.HTTPException) as error:
            if fresh:
                _log.error("External API health check failed: %s: %s", self._named, error)
                return False
        self._connections.close()
        return self._ask()

    def _request(self) -> bool:
        connection = self._connections.acquire()
        try:
            query = f"?{self._url.query}" if self._url.query else ""
            connection.request("GET", (self._url.path or "/") + query)
            answer = connection.getresponse()
            answer.read(_BODY_MAX)
        except BaseException:
            connection.close()
            raise
        if answer.isclosed() and not answer.will_close:
            self._connections.release(connection)
        else:
            connection.close()
        if answer.status != http.client.OK:
            _log.error(
                "External API health check failed: %s answered %d", self._named, answer.status
            )
        return answer.status == http.client.OK

    def _connect(self) -> http.client.HTTPConnection:
        if self._url.scheme == "https":
            return http.client.HTTPSConnection(
                self._url.netloc, timeout=self._timeout, context=ssl.create_default_context()
            )
        return http.client.HTTPConnection(self._url.netloc, timeout=self._timeout)
