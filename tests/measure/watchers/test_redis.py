"""A real redis-server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from kampyn_perf import names
from kampyn_perf.backend.cache_settings import CacheSettings
from kampyn_perf.backend.caches import embedded
from kampyn_perf.errors import KampynError
from kampyn_perf.measure.readings import NotSeen, Reading, Remark, Sample
from kampyn_perf.measure.watchers.redis import RedisWatcher

SECOND = 1_000_000
MAX_MEMORY = 256 * 1024 * 1024


@contextmanager
def server(folder: Path, **settings: object) -> Iterator[str]:
    program = embedded.find_server()
    if program is None:
        pytest.skip("no redis-server")
    cache = CacheSettings.model_validate(settings)
    running = embedded.start(program, cache, state=folder, log=folder / "redis.log")
    try:
        yield running.url
    finally:
        running.close()


def watcher_of(url: str) -> RedisWatcher:
    return RedisWatcher(url, policy="allkeys-lru", max_memory=MAX_MEMORY)


def values(readings: list[Reading]) -> dict[str, tuple[float, int | None]]:
    return {
        one.quantity.metric: (one.value, one.weight) for one in readings if isinstance(one, Sample)
    }


def test_hits_and_misses_since_the_last_look(tmp_path: Path) -> None:
    with server(tmp_path) as url:
        watcher = watcher_of(url)
        first = list(watcher.sample(0))
        client = redis.Redis.from_url(url)
        client.set("a", "x" * 100_000)
        for key in ("a", "a", "a", "b"):
            client.get(key)
        second = values(list(watcher.sample(SECOND)))
        client.close()
        watcher.close()
    assert not any(isinstance(one, Remark) for one in first)
    assert second[names.CACHE_HIT_RATIO] == (0.75, 4)
    assert second[names.CACHE_EVICTIONS] == (0.0, None)
    assert second[names.CACHE_MEMORY][0] > 100_000
    share = second[names.CACHE_MEMORY][0] / MAX_MEMORY
    assert second[names.CACHE_MEMORY_SHARE][0] == pytest.approx(share)


def test_keys_that_had_to_go_are_evictions(tmp_path: Path) -> None:
    with server(tmp_path, max_memory="4MB") as url:
        watcher = watcher_of(url)
        list(watcher.sample(0))
        client = redis.Redis.from_url(url)
        for number in range(100):
            client.set(f"k{number}", "x" * 100_000)
        second = values(list(watcher.sample(SECOND)))
        client.close()
        watcher.close()
    assert second[names.CACHE_EVICTIONS][0] > 50


def test_another_set_up_than_expected_is_remarked(tmp_path: Path) -> None:
    with server(tmp_path, max_memory="4MB", policy="noeviction") as url:
        watcher = watcher_of(url)
        readings = [*watcher.sample(0), *watcher.sample(SECOND)]
        watcher.close()
    assert [one.text for one in readings if isinstance(one, Remark)] == [
        "its maxmemory-policy is noeviction, where allkeys-lru is expected",
        "its maxmemory is 4.00 MB, where 256 MB is expected",
    ]


def test_a_server_that_was_restarted_starts_its_counters_anew(tmp_path: Path) -> None:
    with server(tmp_path) as url:
        watcher = watcher_of(url)
        list(watcher.sample(0))
    with server(tmp_path):
        readings = list(watcher.sample(SECOND))
        watcher.close()
    assert Remark("the server was restarted during the run") in readings
    assert names.CACHE_HIT_RATIO not in values(readings)


def test_no_server_is_not_seen_and_its_password_not_shown() -> None:
    watcher = watcher_of("redis://:hunter2@127.0.0.1:1/0")
    with pytest.raises(NotSeen, match="refused") as caught:
        list(watcher.sample(0))
    watcher.close()
    assert "hunter2" not in f"{caught.value} {watcher.name}"


def test_what_is_no_url_of_a_redis_is_refused() -> None:
    with pytest.raises(KampynError, match="not the URL of a Redis: http://x") as caught:
        watcher_of("http://x")
    assert "redis://localhost:6379/0" in caught.value.hint
