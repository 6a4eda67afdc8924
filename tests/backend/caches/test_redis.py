"""The response cache: it answers, forgets what changed, leaks nothing, and may die at any time."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from kampyn_perf.backend import launcher
from kampyn_perf.backend.caches import embedded
from kampyn_perf.backend.caches.redis import RedisCache
from kampyn_perf.backend.settings import CacheSettings
from tests.backend.conftest import SETTINGS, Client
from tests.backend.test_launcher import until

LIST = "/api/item/retail/uni/123"


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


def cache_at(url: str, outcomes: Outcomes) -> RedisCache:
    return RedisCache(url=url, ttl=300_000_000, timeout=2_000_000, count=outcomes)


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
        new = {
            "_id": f"cached{number}",
            "name": "Fresh",
            "price": 1,
            "type": "veg",
            "uniId": "123",
            "vendorId": "vendor123",
        }
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
    with launcher.start(SETTINGS, state_dir=state) as running:
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


def test_without_a_cache_everything_works_and_says_so(state: Path) -> None:
    off = SETTINGS.model_copy(update={"cache": CacheSettings(url="off"), "workers": 1})
    with launcher.start(off, state_dir=state) as running:
        assert running.redis_pid is None
        client = Client(running.url)
        assert client.get(LIST).body == client.get(LIST).body
        health = client.get("/health")
        assert (health.status, health.json["checks"]["redis"]) == (200, None)
