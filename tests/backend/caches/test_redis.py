"""The response cache: it answers, forgets what changed, leaks nothing, and may die at any time.

Tests `embedded.py` and `none.py` of `kampyn_perf/backend/caches` too.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from kampyn_perf.backend import launcher
from kampyn_perf.backend.cache_settings import CacheSettings
from kampyn_perf.backend.caches import embedded
from kampyn_perf.backend.caches.redis import RedisCache
from tests.backend.conftest import SETTINGS, Client, start
from tests.backend.test_launcher import until
from tests.forked_function import Function

LIST = "/api/item/retail/uni/123"
ITEM = {"name": "Fresh", "price": 1, "type": "veg", "uniId": "123", "vendorId": "vendor123"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[embedded.EmbeddedRedis]:
    program = embedded.find_server()
    if program is None:
        pytest.skip("there is no redis-server here")
    running = embedded.start(program, CacheSettings(), state=tmp_path, log=tmp_path / "log")
    yield running
    running.close()


class Outcomes(list[str]):
    def __call__(self, outcome: str) -> None:
        self.append(outcome)


def cache_at(url: str, outcomes: Outcomes, *, lease: int = 15_000) -> RedisCache:
    """One worker's view; patient, as this machine may be busy."""
    patient = CacheSettings.model_validate({"timeout": 2_000})
    return RedisCache(url=url, settings=patient, count=outcomes, lease=lease)


def test_it_keeps_a_body_under_the_documents_key_and_forgets_it(
    server: embedded.EmbeddedRedis,
) -> None:
    outcomes = Outcomes()

    async def check() -> None:
        cache = cache_at(server.url, outcomes)
        body, token = await cache.get("/a?b=1", "items")
        assert body is None
        await cache.put("/a?b=1", "items", b"[1]", token)
        assert (await cache.get("/a?b=1", "items"))[0] == b"[1]"
        with Redis.from_url(server.url) as redis:
            assert 290 < redis.ttl("cache:/a?b=1") <= 300
        await cache.invalidate(["items"])
        assert (await cache.get("/a?b=1", "items"))[0] is None
        await cache.close()

    asyncio.run(check())
    assert outcomes == ["miss", "hit", "miss"]


def test_what_was_read_before_a_change_is_not_kept_after_it(
    server: embedded.EmbeddedRedis,
) -> None:
    async def check() -> None:
        cache = cache_at(server.url, Outcomes())
        _, token = await cache.get("/a", "items")
        await cache.invalidate(["items"])  # another request writes while this one reads
        await cache.put("/a", "items", b"old", token)
        assert (await cache.get("/a", "items"))[0] is None
        await cache.close()

    asyncio.run(check())


def test_nobody_keeps_or_serves_pages_while_somebody_writes(
    server: embedded.EmbeddedRedis,
) -> None:
    async def check() -> None:
        writer, reader = (cache_at(server.url, Outcomes()) for _ in range(2))
        _, token = await reader.get("/a", "items")
        await reader.put("/a", "items", b"old", token)
        async with writer.changing(["items"]):
            assert await reader.get("/a", "items") == (None, None)
            await reader.put("/a", "items", b"old", token)
            async with writer.changing(["items"]):  # two at once: the last one counts
                pass
            assert await reader.get("/a", "items") == (None, None)
        body, token = await reader.get("/a", "items")
        assert body is None
        await reader.put("/a", "items", b"new", token)
        assert (await reader.get("/a", "items"))[0] == b"new"
        assert (await writer.get("/b", "others"))[1] is not None
        await asyncio.gather(writer.close(), reader.close())

    asyncio.run(check())


def test_a_writer_that_dies_between_store_and_cache_leaves_nothing_stale(
    server: embedded.EmbeddedRedis,
) -> None:
    """kill -9 right after the store has the change: what was kept before is never served again."""

    async def check() -> None:
        cache = cache_at(server.url, Outcomes())
        _, token = await cache.get("/a", "items")
        await cache.put("/a", "items", b"old", token)
        dead = Function(_change_and_die, server.url)
        assert await asyncio.to_thread(dead.wait, 60) == -signal.SIGKILL
        dead.communicate()
        bodies, tokens = [], []
        while not any(tokens):  # until the dead writer's lease is over
            body, token = await cache.get("/a", "items")
            bodies.append(body)
            tokens.append(token)
            await asyncio.sleep(0.02)
        assert set(bodies) == {None}
        await cache.put("/a", "items", b"new", tokens[-1])
        assert (await cache.get("/a", "items"))[0] == b"new"
        await cache.close()

    asyncio.run(check())


def _change_and_die(url: str) -> None:
    async def change() -> None:
        async with cache_at(url, Outcomes(), lease=1000).changing(["items"]):
            os.kill(os.getpid(), signal.SIGKILL)

    asyncio.run(change())


def test_a_change_that_redis_did_not_hear_of_is_told_later(
    server: embedded.EmbeddedRedis,
) -> None:
    """While Redis is paused: the worker that wrote serves nothing of it, and none does after."""
    hasty = CacheSettings.model_validate({"timeout": 50, "retries": 0})

    async def check() -> None:
        outcomes = Outcomes()
        writer = RedisCache(url=server.url, settings=hasty, count=outcomes)
        reader = cache_at(server.url, Outcomes())
        _, token = await writer.get("/a", "items")
        await writer.put("/a", "items", b"old", token)
        os.kill(server.pid, signal.SIGSTOP)
        try:
            async with writer.changing(["items"]):
                pass
            assert (await writer.get("/a", "items")) == (None, None)
        finally:
            os.kill(server.pid, signal.SIGCONT)
        while (await writer.get("/a", "items"))[1] is None:
            await asyncio.sleep(0.02)
        for cache in (writer, reader):
            assert (await cache.get("/a", "items"))[0] is None
        await asyncio.gather(writer.close(), reader.close())

    asyncio.run(check())


def test_eviction_never_serves_what_is_old(tmp_path: Path) -> None:
    """8 MB and far more pages than fit: generations and pages go, in whatever order Redis likes."""
    program = embedded.find_server()
    if program is None:
        pytest.skip("there is no redis-server here")
    small = CacheSettings.model_validate({"max_memory": "8MB"})
    running = embedded.start(program, small, state=tmp_path, log=tmp_path / "log")
    hits = 0

    async def check() -> None:
        nonlocal hits
        cache = cache_at(running.url, Outcomes())
        versions = [0] * 20
        padding = b"x" * 60_000
        chance = random.Random(1)
        for number in range(1_300):
            tag = chance.randrange(20)
            if number % 26 == 0:
                async with cache.changing([f"t{tag}"]):
                    versions[tag] += 1
            url = f"/{tag}/{chance.randrange(25)}"
            wanted = b"%d " % versions[tag]
            body, token = await cache.get(url, f"t{tag}")
            if body is None:
                await cache.put(url, f"t{tag}", wanted + padding, token)
            else:
                hits += 1
                assert body.startswith(wanted)
        await cache.close()

    asyncio.run(check())
    with Redis.from_url(running.url) as redis:
        assert redis.info("stats")["evicted_keys"] > 100
        kinds = {key.partition(b":")[0] for key in redis.keys("*")}
        assert kinds <= {b"cache", b"cache-generation"}  # no set that could grow, no writer left
        left = {redis.ttl(key) for key in redis.keys("cache-generation:*")}
        # To ask takes memory, too: since its name was told one may have been evicted (-2). None is
        # there for ever (-1).
        assert -1 not in left
        assert max(left) > 0
    running.close()
    assert hits > 100


def test_the_embedded_server_has_the_documents_limits(server: embedded.EmbeddedRedis) -> None:
    with Redis.from_url(server.url, decode_responses=True) as redis:
        limits = redis.config_get("maxmemory*")
        assert limits["maxmemory"] == str(256 * 1024**2)
        assert limits["maxmemory-policy"] == "allkeys-lru"
        assert redis.config_get("port") == {"port": "0"}


def test_a_write_is_seen_at_once_by_every_worker(backend: launcher.RunningBackend) -> None:
    vendor = Client(backend.url).log_in("vendor123@example.com", who="vendor")
    for number in range(3):
        clients = [Client(backend.url) for _ in range(8)]
        for client in clients:
            assert client.get(LIST).status == 200
        new = ITEM | {"_id": f"cached{number}"}
        assert vendor.post("/api/item/retail/bulk", {"items": [new]}).json["done"] == 1
        for client in clients:
            assert client.get(LIST).json["items"][0]["_id"] == f"cached{number}"
            client.close()


def test_what_belongs_to_somebody_is_never_cached(backend: launcher.RunningBackend) -> None:
    first = Client(backend.url).log_in("test@example.com")
    second = Client(backend.url).log_in("user1@example.com")
    for path in ("/api/user/auth/check", "/cart/user123", "/order/vendor/vendor123/active", LIST):
        first.get(path)
    assert second.get("/api/user/auth/check").json["user"]["_id"] == "user1000"
    assert second.get("/cart/user123").status == 403
    with Redis.from_url(f"unix://{backend.data_file.parent}/redis.sock") as redis:
        keys = [key.decode() for key in redis.keys("cache:*")]
    assert keys
    public = ("cache:/api/item/", "cache:/api/vendor/list/")
    assert [key for key in keys if not key.startswith(public)] == []


def test_the_cache_may_die_and_comes_back(state: Path) -> None:
    with start(SETTINGS, state_dir=state) as running:
        client = Client(running.url)
        first = client.get(LIST).body
        old = running.redis_pid
        assert old is not None
        os.kill(old, signal.SIGKILL)
        for _ in range(20):
            answer = client.get(LIST)
            assert (answer.status, answer.body) == (200, first)
        assert until(lambda: running.redis_pid not in (None, old))

        def hits() -> float:
            for line in client.get("/metrics").body.decode().splitlines():
                if line.startswith('cache_requests_total{outcome="hit"}'):
                    return float(line.rsplit(" ", 1)[1])
            return 0

        before = hits()
        assert until(lambda: client.get(LIST).status == 200 and hits() > before)
        assert client.get("/health").status == 200


def test_a_paused_redis_serves_no_list_from_before_a_write(state: Path) -> None:
    """Every worker: none keeps what it had, and none gets it back when Redis goes on."""
    with start(SETTINGS, state_dir=state) as running:
        vendor = Client(running.url).log_in("vendor123@example.com", who="vendor")
        assert running.redis_pid is not None
        for number in range(3):
            for _ in range(8):
                fresh(running.url)
            os.kill(running.redis_pid, signal.SIGSTOP)
            try:
                item = ITEM | {"_id": f"paused{number}"}
                assert vendor.post("/api/item/retail/bulk", {"items": [item]}).json["done"] == 1
                assert {fresh(running.url) for _ in range(8)} == {f"paused{number}"}
            finally:
                os.kill(running.redis_pid, signal.SIGCONT)
            over, pause = time.monotonic() + 2, 0.005
            while time.monotonic() < over:
                assert fresh(running.url) == f"paused{number}"
                time.sleep(pause)
                pause *= 1.1


def fresh(url: str) -> str:
    """The newest item, on a connection of its own: any worker may answer."""
    client = Client(url)
    newest: str = client.get(LIST).json["items"][0]["_id"]
    client.close()
    return newest


def test_without_a_cache_everything_works_and_says_so(state: Path) -> None:
    off = SETTINGS.model_copy(update={"cache": CacheSettings(url="off"), "workers": 1})
    with start(off, state_dir=state) as running:
        assert running.redis_pid is None
        client = Client(running.url)
        assert client.get(LIST).body == client.get(LIST).body
        health = client.get("/health")
        assert (health.status, health.json["checks"]["redis"]) == (200, None)
