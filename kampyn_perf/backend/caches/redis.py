"""The response cache in Redis, with the document's keys: `cache:{url}`, for 300 s.

It fails open: an error or a timeout is a miss, and for a moment after it Redis is not asked again,
so that a dead cache costs next to nothing.

No answer outlives a change. Each tag has a generation, a random word in `cache-generation:{tag}`;
a page is kept with the generation that stood before its data was read, and served only while that
still stands: whatever is evicted, lost or late makes a miss. A change renews the generation before
and after it writes to the store, and counts itself in `cache-writers:{tag}` meanwhile, while nobody
keeps or serves pages of the tag; a writer that dies in between is forgotten after `_LEASE`, and its
pages with it. What could not be renewed is tried again until it is, and this worker serves nothing
of that tag before.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from redis.exceptions import RedisError

from kampyn_perf.backend.cache_settings import CacheSettings
from kampyn_perf.backend.caches.connection import connect

_log = logging.getLogger("kampyn.cache")
_PAUSE = 1.0
"""Seconds in which a cache that failed is left alone."""
_LEASE = 15_000
"""Milliseconds that a change may take; more than the deadline of a request."""
_RETRY = 0.1
"""Seconds between two tries to renew what could not be."""
_GENERATION_BYTES = 8
_FAILURES = (RedisError, OSError, TimeoutError)

# The generation KEYS[1], or ARGV[1] from now on; ARGV[2]: seconds that it is kept.
_CURRENT = """
local generation = redis.call('GET', KEYS[1])
if generation then return generation end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return ARGV[1]
"""
# A writer comes: KEYS are generation and writers. ARGV: new generation, its seconds, the lease.
_BEGIN = """
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
redis.call('INCR', KEYS[2])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return 1
"""
# Writers go: ARGV[3] says how many. A count that was evicted must not become negative.
_FINISH = """
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
local left = tonumber(redis.call('GET', KEYS[2]) or '0') - tonumber(ARGV[3])
if left > 0 then redis.call('DECRBY', KEYS[2], ARGV[3]) else redis.call('DEL', KEYS[2]) end
return 1
"""


class RedisCache:
    """See `ports.ResponseCache`."""

    enabled = True

    def __init__(
        self,
        *,
        url: str,
        settings: CacheSettings,
        count: Callable[[str], None],
        lease: int = _LEASE,
    ) -> None:
        """`lease` in milliseconds."""
        self._timeout = settings.timeout / 1e6
        self._ttl = max(1, settings.ttl // 1_000_000)
        self._lease = lease
        self._count = count
        self._failing = False
        self._skip_until = 0.0
        self._unsettled: dict[str, int] = {}
        """Tags of which Redis does not know a change yet, with the writers it counts for them."""
        self._changes: Counter[str] = Counter()
        """Changes of each, since it is in `_unsettled`."""
        self._settling: asyncio.Task[None] | None = None
        self._redis = connect(url, settings)
        self._current = self._redis.register_script(_CURRENT)
        self._begin = self._redis.register_script(_BEGIN)
        self._finish = self._redis.register_script(_FINISH)

    async def get(self, url: str, tag: str) -> tuple[bytes | None, Any]:
        if tag in self._unsettled or not self._may_ask():
            self._count("error")
            return None, None
        try:
            async with asyncio.timeout(self._timeout):
                values: list[Any] = await self._redis.mget(
                    f"cache:{url}", _generation(tag), _writers(tag)
                )
                page, generation, writers = values
                if generation is None:
                    generation = await self._renewed(tag)
        except _FAILURES as error:
            self._failed(error)
            return None, None
        self._answered()
        if writers is not None:
            self._count("miss")
            return None, None
        if page is None or not page.startswith(generation):
            self._count("miss")
            return None, generation
        self._count("hit")
        return page[len(generation) :], generation

    async def put(self, url: str, tag: str, body: bytes, token: Any) -> None:
        # Needs no condition: where the generation has changed since, nobody will serve this.
        if token is not None and tag not in self._unsettled and self._may_ask():
            await self._attempt(self._redis.set(f"cache:{url}", token + body, ex=self._ttl))

    @asynccontextmanager
    async def changing(self, tags: Sequence[str]) -> AsyncIterator[None]:
        begun = Counter[str]()
        for tag in tags:
            keys, args = self._renewal(tag)
            if self._may_ask() and await self._attempt(
                self._begin(keys=keys, args=[*args, self._lease])
            ):
                begun[tag] = 1
            else:  # nobody else knows of the change yet; at least this worker does
                self._note(tag, 0)
        try:
            yield
        finally:
            await self._settle(tags, begun)

    async def invalidate(self, tags: Sequence[str]) -> None:
        """Forget every page under these tags."""
        await self._settle(tags, Counter())

    async def ping(self) -> bool:
        try:
            async with asyncio.timeout(self._timeout):
                return bool(await self._redis.ping())
        except _FAILURES:
            return False

    async def close(self) -> None:
        if self._settling is not None:
            self._settling.cancel()
            with suppress(asyncio.CancelledError):
                await self._settling
            await self._settle_all()
        await self._redis.aclose()

    async def _renewed(self, tag: str) -> bytes:
        keys, args = self._renewal(tag)
        generation: bytes = await self._current(keys=keys[:1], args=args)
        return generation

    def _renewal(self, tag: str) -> tuple[list[str], list[Any]]:
        """Keys of the scripts, a new generation, and for how many seconds it is kept: longer than
        any page, so that it does not end before them for nothing."""
        word = secrets.token_hex(_GENERATION_BYTES)
        return [_generation(tag), _writers(tag)], [word, 2 * self._ttl]

    async def _settle(self, tags: Sequence[str], begun: Counter[str]) -> None:
        """The change is in the store: tell Redis, and wait for it as long as for anything else."""
        for tag in tags:
            self._note(tag, begun[tag])
        if self._settling is None:
            self._settling = asyncio.create_task(self._settle_until_done())
        await asyncio.wait((self._settling,), timeout=self._timeout)

    async def _settle_until_done(self) -> None:
        """The one task that does, so that no writer is taken off twice."""
        if not await self._settle_all():
            _log.warning("Redis does not know of a change yet: its pages are left alone until then")
            while not await self._settle_all():
                await asyncio.sleep(_RETRY)
        self._settling = None

    async def _settle_all(self) -> bool:
        """Whether Redis knows of every change now."""
        for tag, writers in list(self._unsettled.items()):
            changes = self._changes[tag]
            keys, args = self._renewal(tag)
            if not await self._attempt(self._finish(keys=keys, args=[*args, writers])):
                return False
            self._unsettled[tag] -= writers
            if self._changes[tag] == changes:  # else another one came meanwhile
                del self._unsettled[tag], self._changes[tag]
        return not self._unsettled

    def _note(self, tag: str, writers: int) -> None:
        """Redis does not know of a change of `tag`, and counts so many writers for it."""
        self._unsettled[tag] = self._unsettled.get(tag, 0) + writers
        self._changes[tag] += 1

    def _may_ask(self) -> bool:
        """Not while it is left alone; then one request asks for all, until it has an answer."""
        now = time.monotonic()
        if now < self._skip_until:
            return False
        if self._failing:
            self._skip_until = now + self._timeout
        return True

    async def _attempt(self, command: Awaitable[Any]) -> bool:
        """Whether it was carried out in time."""
        try:
            async with asyncio.timeout(self._timeout):
                await command
        except _FAILURES as error:
            self._failed(error)
            return False
        self._answered()
        return True

    def _answered(self) -> None:
        self._failing = False
        self._skip_until = 0.0

    def _failed(self, error: Exception) -> None:
        """Count it, and say so once for all requests that wait at this moment."""
        self._count("error")
        now = time.monotonic()
        if not self._failing:
            why = str(error) or type(error).__name__
            _log.warning("The cache does not answer (%s); going on without.", why)
        self._failing = True
        self._skip_until = now + _PAUSE


def _generation(tag: str) -> str:
    return f"cache-generation:{tag}"


def _writers(tag: str) -> str:
    return f"cache-writers:{tag}"
