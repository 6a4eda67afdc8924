"""What happens to a count when Redis goes away, or comes back empty."""

from __future__ import annotations

import asyncio
from pathlib import Path

from limits.aio.storage import MemoryStorage
from limits.errors import StorageError

from kampyn_perf.backend.limiting.counters import Counters
from kampyn_perf.backend.limiting.shared import SharedCounters


class Redis(MemoryStorage):
    """Dies and comes back on command."""

    calls = 0
    alive = True

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        self.calls += 1
        if not self.alive:
            raise StorageError(ConnectionError("gone"))
        return await super().incr(key, expiry, amount)


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def counters(folder: Path, redis: Redis, clock: Clock) -> Counters:
    return Counters(
        local=SharedCounters(path=folder / "counts", clock=clock), redis=redis, clock=clock
    )


def test_a_dead_redis_and_an_empty_one_lose_no_count(tmp_path: Path) -> None:
    async def check() -> None:
        redis, clock = Redis(), Clock()
        both = counters(tmp_path, redis, clock)
        assert [(await both.add("a", 900))[0] for _ in range(2)] == [1, 2]
        redis.alive = False
        assert [(await both.add("a", 900))[0] for _ in range(3)] == [3, 4, 5]
        assert redis.calls == 3  # and not again until the pause is over
        clock.now += 2
        redis.alive = True
        await redis.reset()
        assert (await both.add("a", 900))[0] == 6
        assert redis.calls == 4
        assert await both.count("a") == (6, 1_900.0)

    asyncio.run(check())


def test_what_other_machines_counted_holds(tmp_path: Path) -> None:
    async def check() -> None:
        redis, clock = Redis(), Clock()
        for _ in range(7):
            await redis.incr("a", 900)
        both = counters(tmp_path, redis, clock)
        assert (await both.add("a", 900))[0] == 8
        await both.forget("a")
        assert (await both.count("a"))[0] == 0

    asyncio.run(check())
