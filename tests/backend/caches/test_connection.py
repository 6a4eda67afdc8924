"""The document's Redis options reach the connection."""

from __future__ import annotations

import asyncio
import socket

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from kampyn_perf.backend.cache_settings import AddressFamily, CacheSettings
from kampyn_perf.backend.caches.connection import connect


def test_the_defaults_are_the_documents() -> None:
    settings = CacheSettings()
    assert (settings.retries, settings.retry_delay, settings.keep_alive) == (3, 100_000, 30_000_000)
    assert settings.family is AddressFamily.IPV4


class Server:
    """Accepts, and closes without a word."""

    def __init__(self) -> None:
        self.accepted: list[socket.AddressFamily] = []

    async def serve(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted.append(writer.get_extra_info("socket").family)
        writer.close()


async def refused_after(retries: int) -> int:
    """Connections that were tried before it gave up."""
    server = Server()
    async with await asyncio.start_server(server.serve, "127.0.0.1", 0) as listener:
        port = listener.sockets[0].getsockname()[1]
        settings = CacheSettings.model_validate(
            {"retries": retries, "retry_delay": 1, "timeout": 5_000}
        )
        redis = connect(f"redis://127.0.0.1:{port}/0", settings)
        assert not server.accepted, "lazily: nothing is connected before it is used"
        with pytest.raises(RedisConnectionError):
            await redis.ping()
        await redis.aclose()
    return len(server.accepted)


def test_a_request_is_tried_again_at_most_so_often() -> None:
    counts = [asyncio.run(refused_after(retries)) for retries in (0, 1, 3)]
    assert counts == sorted(set(counts)), "each retry is a connection more"


def test_a_name_is_looked_up_in_one_family() -> None:
    """`localhost` has both on most machines; a server that only IPv6 reaches is none for IPv4."""

    async def check(family: AddressFamily) -> socket.AddressFamily | None:
        server = Server()
        async with await asyncio.start_server(server.serve, "127.0.0.1", 0) as listener:
            port = listener.sockets[0].getsockname()[1]
            settings = CacheSettings.model_validate({"family": family, "retries": 0})
            redis = connect(f"redis://localhost:{port}/0", settings)
            with pytest.raises((RedisConnectionError, OSError)):
                await redis.ping()
            await redis.aclose()
        return server.accepted[0] if server.accepted else None

    assert asyncio.run(check(AddressFamily.IPV4)) is socket.AF_INET
    assert asyncio.run(check(AddressFamily.IPV6)) is None


def test_a_literal_address_has_its_family() -> None:
    pool = connect("redis://[::1]:1/0", CacheSettings()).connection_pool
    assert "family" not in pool.connection_kwargs
    assert pool.connection_kwargs["socket_keepalive_options"]
