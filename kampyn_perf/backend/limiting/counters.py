"""Counts per window that all workers share: on this machine always, in Redis where there is one.

The larger of the two holds. So a Redis that dies or begins anew (an embedded one is empty then)
lets nobody begin anew with it: this machine's own count goes on. Other machines' share is missing
from it until Redis has counted for a while.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from limits.aio.storage import Storage

_PAUSE = 1.0
"""Seconds in which a Redis that failed is left alone."""
_log = logging.getLogger("kampyn.limit")


class Counters:
    """See the module."""

    def __init__(
        self,
        *,
        local: Storage,
        redis: Storage | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        from limits.errors import StorageError

        self._failures = (StorageError, OSError, TimeoutError)
        self._local = local
        self._redis = redis
        self.clock = clock
        self._skip_redis_until = 0.0

    async def add(self, key: str, window: int) -> tuple[int, float]:
        """How many there are with this one, and when their window of so many seconds ends."""
        here = await self._local.incr(key, window), await self._local.get_expiry(key)
        shared = await self._ask(self._add_shared, key, window)
        return here if shared is None else max(here, shared)

    async def count(self, key: str) -> tuple[int, float]:
        """How many there are, and when their window ends."""
        here = await self._local.get(key), await self._local.get_expiry(key)
        shared = await self._ask(self._count_shared, key)
        return here if shared is None else max(here, shared)

    async def forget(self, key: str) -> None:
        """From now on there were none."""
        await self._local.clear(key)
        await self._ask(self._forget_shared, key)

    async def _add_shared(self, redis: Any, key: str, window: int) -> tuple[int, float]:
        return await redis.incr(key, window), await redis.get_expiry(key)

    async def _count_shared(self, redis: Any, key: str) -> tuple[int, float]:
        return await redis.get(key), await redis.get_expiry(key)

    async def _forget_shared(self, redis: Any, key: str) -> tuple[int, float]:
        await redis.clear(key)
        return 0, 0.0

    async def _ask(self, question: Any, *arguments: Any) -> tuple[int, float] | None:
        """Redis's answer, or None where there is none to be had."""
        if self._redis is None or self.clock() < self._skip_redis_until:
            return None
        try:
            answer: tuple[int, float] = await question(self._redis, *arguments)
        except self._failures as error:
            self._skip_redis_until = self.clock() + _PAUSE
            _log.warning("Redis does not count (%s); this machine does.", error)
            return None
        return answer


def redis_counters(url: str, *, timeout: float) -> Storage:
    """Counts in the Redis at `url`; an answer later than `timeout` s is none."""
    from limits.aio.storage import RedisStorage

    uri = f"async+redis+{url}" if url.startswith("unix:") else f"async+{url}"
    return RedisStorage(
        uri,
        wrap_exceptions=True,
        implementation="redispy",
        socket_timeout=timeout,
        socket_connect_timeout=timeout,
        retry=None,
    )
