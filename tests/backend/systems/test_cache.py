"""The response cache as clients see it, with a real Redis that is looked into and killed."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from redis import Redis

from kampyn_perf.backend import control
from tests.backend.conftest import SETTINGS, Client
from tests.backend.systems.test_catalogue import new_item
from tests.backend.test_control import until

LIST = "/api/item/retail/uni/123"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[control.RunningBackend]:
    with control.start(SETTINGS, state_dir=tmp_path_factory.mktemp("cache")) as running:
        yield running


@pytest.fixture
def redis(own: control.RunningBackend) -> Iterator[Redis]:
    words = Path(f"/proc/{own.redis_pid}/cmdline").read_bytes().decode().split("\0")
    socket = words[0].partition("unixsocket:")[2].strip() or str(
        own.data_file.parent / "redis.sock"
    )
    with Redis(unix_socket_path=socket) as client:
        yield client


def test_an_answer_is_kept_under_its_url_for_five_minutes(
    own: control.RunningBackend, redis: Redis
) -> None:
    client = Client(own.url)
    answer = client.get(LIST)
    assert redis.get(f"cache:{LIST}") == answer.body
    assert 290 <= int(redis.ttl(f"cache:{LIST}")) <= 300  # type: ignore[arg-type]
    redis.set(f"cache:{LIST}", b'{"from":"the cache"}')
    assert client.get(LIST).json == {"from": "the cache"}
    redis.delete(f"cache:{LIST}")
    assert client.get(LIST).body == answer.body
    assert redis.config_get("maxmemory") == {"maxmemory": str(256 * 1024**2)}
    assert redis.config_get("maxmemory-policy") == {"maxmemory-policy": "allkeys-lru"}


def test_a_write_is_seen_by_the_next_reader_of_any_worker(own: control.RunningBackend) -> None:
    vendor = Client(own.url).log_in("vendor123@example.com", who="vendor")
    for number in range(6):
        clients = [Client(own.url) for _ in range(4)]  # connections of several workers
        for client in clients:
            client.get("/api/item/retail/uni/fresh")
        item = new_item(f"fresh{number}", uniId="fresh")
        assert vendor.post("/api/item/retail/bulk", {"items": [item]}).json["done"] == 1
        for client in clients:
            names = [item["_id"] for item in client.get("/api/item/retail/uni/fresh").json["items"]]
            assert f"fresh{number}" in names
            client.close()


def test_what_belongs_to_somebody_is_never_kept(own: control.RunningBackend, redis: Redis) -> None:
    redis.flushall()
    first = Client(own.url).log_in("test@example.com")
    second = Client(own.url).log_in("user3@example.com")
    vendor = Client(own.url).log_in("vendor123@example.com", who="vendor")
    first.post("/cart/add/user123", {"itemId": "item123", "quantity": 2})
    assert first.get("/api/user/auth/check").json["user"]["_id"] == "user123"
    assert second.get("/api/user/auth/check").json["user"]["_id"] == "user1002"
    assert len(first.get("/cart/user123").json["items"]) == 1
    assert second.get("/cart/user1002").json["items"] == []
    order = first.post("/order/user123", {"vendorId": "vendor123", "items": []}).json["order"]
    assert first.get(f"/order/{order['_id']}").status == 200
    assert second.get(f"/order/{order['_id']}").status == 403
    for path in ("analytics", "export"):
        assert vendor.get(f"/api/vendor/vendor123/{path}").status == 200
        assert second.get(f"/api/vendor/vendor123/{path}").status == 403
    vendor.get("/order/vendor/vendor123/active")
    first.get(LIST)
    first.get("/api/vendor/list/uni/123")
    kept = {key.decode() for key in redis.scan_iter("cache:*")}
    assert kept == {f"cache:{LIST}", "cache:/api/vendor/list/uni/123"}
    assert not [key for key in redis.scan_iter("*") if b"user123" in key]


def test_killing_redis_under_load_costs_no_request(own: control.RunningBackend) -> None:
    statuses: list[int] = []
    enough = threading.Event()

    def ask() -> None:
        client = Client(own.url)
        while not enough.is_set():
            statuses.append(client.get(LIST).status)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(2):
            more_answers(statuses)
            killed = own.redis_pid
            assert killed is not None
            os.kill(killed, signal.SIGKILL)
            more_answers(statuses)
            assert until(partial(another, own, killed))  # the supervisor starts it again
            more_answers(statuses)
    finally:
        enough.set()
        for thread in threads:
            thread.join()
    assert set(statuses) == {200}
    client = Client(own.url)
    assert until(lambda: client.get("/health").json["checks"]["redis"] is True)
    assert until(lambda: b'outcome="hit"' in client.get("/metrics").body)


def more_answers(statuses: list[int]) -> None:
    wanted = len(statuses) + 20
    assert until(lambda: len(statuses) > wanted)


def another(running: control.RunningBackend, pid: int) -> bool:
    return running.redis_pid not in (pid, None)
