"""The connection to Redis, with the document's options (ioredis's names in `docs/backend.md`)."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

from redis.asyncio import Connection, ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff

from kampyn_perf.backend.cache_settings import AddressFamily, CacheSettings

_FAMILIES = {AddressFamily.IPV4: socket.AF_INET, AddressFamily.IPV6: socket.AF_INET6}


class _FamilyConnection(Connection):
    """Names are looked up in one address family alone."""

    def __init__(self, *, family: socket.AddressFamily, **options: Any) -> None:
        super().__init__(**options)
        self._family = family

    def _connection_arguments(self) -> dict[str, Any]:
        return {**super()._connection_arguments(), "family": self._family}


def connect(url: str, settings: CacheSettings) -> Redis:
    """A client that connects when it is first used (`lazyConnect`), and again when it has to."""
    timeout = settings.timeout / 1e6
    options: dict[str, Any] = {
        "socket_timeout": timeout,
        "socket_connect_timeout": timeout,
        "retry": Retry(ConstantBackoff(settings.retry_delay / 1e6), settings.retries),
    }
    if url.startswith("redis://"):
        options |= {
            "socket_keepalive": True,
            "socket_keepalive_options": _keepalive(settings.keep_alive // 1_000_000),
        }
    pool = ConnectionPool.from_url(url, **options)
    family = _FAMILIES.get(settings.family)
    host = pool.connection_kwargs.get("host", "")
    if family is not None and pool.connection_class is Connection and not _is_address(host):
        pool.connection_class = _FamilyConnection
        pool.connection_kwargs["family"] = family
    return Redis.from_pool(pool)


def _keepalive(seconds: int) -> dict[int, int]:
    """Ask a silent peer after so many seconds; the option's name differs by system."""
    option = getattr(socket, "TCP_KEEPIDLE", None) or getattr(socket, "TCP_KEEPALIVE", None)
    return {} if option is None else {option: max(1, seconds)}


def _is_address(host: str) -> bool:
    """A literal address has its family already."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
