"""Whether the backend is well: the database, the cache, and an external API where one is set."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psutil

from kampyn_perf.backend.domain import UnavailableError
from kampyn_perf.backend.ports import ResponseCache, Store
from kampyn_perf.backend.services.external import ExternalApi

_WRITE_CHECK = 1.0
"""Seconds for which an answer about writing is good."""
_WRITE_TIMEOUT = 2.0
_log = logging.getLogger("kampyn.health")


class Health:
    """Asks all three at the same time. What is not configured is `null` and hurts nobody."""

    def __init__(
        self,
        *,
        store: Store,
        cache: ResponseCache,
        external: ExternalApi | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._cache = cache
        self._external = external
        self._clock = clock
        self._started = clock()
        self._process = psutil.Process()
        self._write_lock = asyncio.Lock()
        self._write_failure: str | None = None
        self._write_checked_at = float("-inf")

    async def report(self) -> tuple[bool, dict[str, Any]]:
        """Whether all is well, and the document's answer."""
        database, write_failure, redis, external = await asyncio.gather(
            self._database(), self._failure_to_write(), self._redis(), self._external_api()
        )
        checks = {"database": database, "redis": redis, "external_apis": external}
        healthy = write_failure is None and all(check is not False for check in checks.values())
        memory = self._process.memory_info()
        return healthy, {
            "status": "healthy" if healthy else "unhealthy",
            "timestamp": datetime.now(UTC),
            "checks": checks,
            "writes": {"possible": write_failure is None, "reason": write_failure},
            "uptime": round(self._clock() - self._started, 3),
            "memory": {"rss": memory.rss, "vms": memory.vms},
        }

    async def _database(self) -> bool:
        try:
            await self._store.ping()
        except UnavailableError as error:
            _log.error("Database health check failed: %s", error.message)
            return False
        return True

    async def _failure_to_write(self) -> str | None:
        """Why the database cannot be written to. Asked at most every second, whoever asks us."""
        async with self._write_lock:
            if self._clock() - self._write_checked_at >= _WRITE_CHECK:
                self._write_failure = await self._try_to_write()
                self._write_checked_at = self._clock()
            return self._write_failure

    async def _try_to_write(self) -> str | None:
        try:
            async with asyncio.timeout(_WRITE_TIMEOUT):
                await self._store.check_write()
        except UnavailableError as error:
            return error.message
        except TimeoutError:
            return "A write did not come to its end."
        return None

    async def _redis(self) -> bool | None:
        if not self._cache.enabled:
            return None
        answers = await self._cache.ping()
        if not answers:
            _log.error("Redis health check failed")
        return answers

    async def _external_api(self) -> bool | None:
        if self._external is None:
            return None
        return await self._external.healthy()
