"""The response cache in Redis, with the document's keys: `cache:{url}`, for 300 s.

It fails open: an error or a timeout is a miss, and for a moment after it Redis is not asked again,
so that a dead cache costs next to nothing. Next to each answer stands its tag's generation: an
answer made from what was read before an invalidation is not kept after it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

_log = logging.getLogger("kampyn.cache")
_PAUSE = 1.0
"""Seconds in which a cache that failed is left alone."""

# Keep KEYS[1] for ARGV[3] s if the generation KEYS[2] still is ARGV[1]; note it in the set KEYS[3].
_PUT = """
local now = redis.call('GET', KEYS[2]) or ''
if now ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
redis.call('SADD', KEYS[3], KEYS[1])
redis.call('EXPIRE', KEYS[3], ARGV[3] * 2)
return 1
"""
# Next generation of KEYS[1] (random, so that an evicted one cannot come back); forget KEYS[2]'s.
_INVALIDATE = """
redis.call('SET', KEYS[1], ARGV[1])
local urls = redis.call('SMEMBERS', KEYS[2])
for _, url in ipairs(urls) do redis.call('DEL', url) end
redis.call('DEL', KEYS[2])
return #urls
"""


class RedisCache:
    """See `ports.ResponseCache`."""

    enabled = True

    def __init__(self, *, url: str, ttl: int, timeout: int, count: Callable[[str], None]) -> None:
        self._timeout = timeout / 1e6
        self._ttl = max(1, ttl // 1_000_000)
        self._count = count
        self._quiet_until = 0.0
        self._redis: Redis = Redis.from_url(
            url, socket_timeout=self._timeout, socket_connect_timeout=self._timeout, retry=None
        )
        self._put = self._redis.register_script(_PUT)
        self._invalidate = self._redis.register_script(_INVALIDATE)

    async def get(self, url: str, tag: str) -> tuple[bytes | None, Any]:
        if time.monotonic() < self._quiet_until:
            self._count("error")
            return None, None
        try:
            async with asyncio.timeout(self._timeout):
                found: list[Any] = await self._redis.mget(f"cache:{url}", _generation(tag))
        except (RedisError, OSError, TimeoutError) as error:
            self._failed(error)
            return None, None
        body, generation = found
        self._count("miss" if body is None else "hit")
        return body, generation or b""

    async def put(self, url: str, tag: str, body: bytes, token: Any) -> None:
        if token is None:
            return
        keys = [f"cache:{url}", _generation(tag), _members(tag)]
        await self._quietly(self._put(keys=keys, args=[token, body, self._ttl]))

    async def invalidate(self, tags: Sequence[str]) -> None:
        for tag in tags:
            keys = [_generation(tag), _members(tag)]
            await self._quietly(self._invalidate(keys=keys, args=[time.time_ns()]))

    async def ping(self) -> bool:
        try:
            async with asyncio.timeout(self._timeout):
                return bool(await self._redis.ping())
        except (RedisError, OSError, TimeoutError):
            return False

    async def close(self) -> None:
        await self._redis.aclose()

    async def _quietly(self, command: Any) -> None:
        if time.monotonic() < self._quiet_until:
            command.close()
            return
        try:
            async with asyncio.timeout(self._timeout):
                await command
        except (RedisError, OSError, TimeoutError) as error:
            self._failed(error)

    def _failed(self, error: Exception) -> None:
        """Count it, and say so once for all requests that wait at this moment."""
        self._count("error")
        now = time.monotonic()
        if now >= self._quiet_until:
            why = str(error) or type(error).__name__
            _log.warning("The cache does not answer (%s); going on without.", why)
        self._quiet_until = now + _PAUSE


def _generation(tag: str) -> str:
    return f"cache-generation:{tag}"


def _members(tag: str) -> str:
    return f"cache-urls:{tag}"
