"""What the cache costs: get (hit, miss), setex, pipelines, and the response cache's whole path."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from kampyn_perf.bench.declare import Case, build
from kampyn_perf.bench.suite import Facts, Suite

PREFIX = "kampyn-bench:"
_SECONDS = 300
"""The document's time to live. What is left by a killed run is gone after it."""


class Redis(Protocol):
    """The commands that are measured."""

    async def get(self, key: str, /) -> bytes | None: ...
    async def setex(self, key: str, seconds: int, value: bytes, /) -> Any: ...
    async def delete(self, *keys: str) -> Any: ...
    async def pipeline(self, commands: Sequence[tuple[str, bytes | None]], /) -> Sequence[Any]:
        """Each key: set to the value (for `_SECONDS`), or read where there is none, in one go."""


class ResponseCache(Protocol):
    """The backend's own middleware."""

    async def answer(self, url: str) -> bytes:
        """The body of `url`: from the cache, or produced and kept."""

    async def forget(self) -> None:
        """Invalidate everything that `answer` kept."""


@dataclass(frozen=True, kw_only=True)
class CacheParts:
    """How to reach them. `open` raises UnreachableError where there is none."""

    open: Callable[[], Awaitable[tuple[Redis, ResponseCache, Mapping[str, Any]]]]
    close: Callable[[], Awaitable[None]]


class _Held:
    """What stands between `open` and `close`, and the keys that were used."""

    redis: Redis
    responses: ResponseCache
    opened = False

    def __init__(self) -> None:
        self.keys: set[str] = set()

    def key(self, name: str) -> str:
        key = f"{PREFIX}{name}"
        self.keys.add(key)
        return key


def cache_suite(parts: CacheParts) -> Suite:
    """Cases `cache.get`, `cache.setex`, `cache.pipeline`, `cache.middleware`."""
    held = _Held()

    async def open_() -> Facts:
        held.redis, held.responses, facts = await parts.open()
        held.opened = True
        return facts

    async def close() -> None:
        if held.opened and held.keys:
            await held.redis.delete(*held.keys)
        if held.opened:
            await held.responses.forget()
        await parts.close()

    return Suite(
        name="cache",
        cases=(*_single(held), _pipeline(held), *_middleware(held)),
        open=open_,
        close=close,
    )


def _single(held: _Held) -> Sequence[Case]:
    async def filled(size: int) -> str:
        key = held.key(f"value-{size}")
        await held.redis.setex(key, _SECONDS, b"x" * size)
        return key

    async def hit(key: str) -> None:
        if await held.redis.get(key) is None:
            raise LookupError("a stored value was not there")

    async def miss(key: str) -> None:
        if await held.redis.get(key) is not None:
            raise LookupError("a value nobody stored was there")

    async def setex(value: tuple[str, bytes]) -> None:
        await held.redis.setex(value[0], _SECONDS, value[1])

    def value(size: int) -> tuple[str, bytes]:
        return held.key(f"set-{size}"), b"x" * size

    return (
        build(hit, "cache.get_hit", params={"size": (100, 10_000)}, setup=filled),
        build(miss, "cache.get_miss", setup=lambda: f"{PREFIX}nothing"),
        build(setex, "cache.setex", params={"size": (100, 10_000)}, setup=value),
    )


def _pipeline(held: _Held) -> Case:
    async def pipeline(prepared: Sequence[tuple[str, bytes | None]]) -> None:
        await held.redis.pipeline(prepared)

    def batch(commands: int) -> Sequence[tuple[str, bytes | None]]:
        """Half of them write, half of them read what was written."""
        keys = [held.key(f"pipeline-{number}") for number in range((commands + 1) // 2)]
        writes: list[tuple[str, bytes | None]] = [(key, b"x" * 100) for key in keys]
        reads: list[tuple[str, bytes | None]] = [(key, None) for key in keys]
        return (writes + reads)[:commands]

    return build(pipeline, "cache.pipeline", params={"commands": (10, 100)}, setup=batch)


def _middleware(held: _Held) -> Sequence[Case]:
    url = "/kampyn-bench/items?page=1"

    async def answer() -> None:
        await held.responses.answer(url)

    async def forget() -> None:
        await held.responses.forget()

    return (
        build(answer, "cache.middleware_hit", setup=answer),
        build(answer, "cache.middleware_miss", setup_each=forget),
    )
