"""Of the backend's configuration: the response cache. Units: microseconds and bytes inside."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import Field, field_validator

from kampyn_perf import redact
from kampyn_perf.backend.store_settings import on_off
from kampyn_perf.config import Duration, Milliseconds, Section, Size


class AddressFamily(StrEnum):
    """Where the name of a Redis server is looked up."""

    ANY = "any"
    IPV4 = "ipv4"
    IPV6 = "ipv6"


class CacheSettings(Section):
    """The response cache."""

    url: str = "auto"
    """`auto` (an embedded redis-server where there is one), `off`, or `redis://...`."""
    ttl: Duration = 300_000_000
    """How long an answer is kept."""
    max_memory: Size = 256 * 1024**2
    """Of the embedded redis-server."""
    policy: str = "allkeys-lru"
    """What it drops when that is full (`maxmemory-policy`)."""
    timeout: Milliseconds = 250_000
    """How long a request waits for the cache, retries included, before it goes on without."""
    retries: int = Field(default=3, ge=0)
    """How often a command is tried again."""
    retry_delay: Milliseconds = 100_000
    """Between two tries."""
    keep_alive: Duration = 30_000_000
    """How often an idle connection is kept alive."""
    family: AddressFamily = AddressFamily.IPV4
    """Where the server's name is looked up."""

    @field_validator("url", mode="before")
    @classmethod
    def _known(cls, url: Any) -> Any:
        url = on_off(url)
        if (
            isinstance(url, str)
            and url not in ("auto", "off")
            and not url.startswith(("redis://", "rediss://", "unix://"))
        ):
            raise ValueError(
                f"not a cache: {redact.redact_url(url)!r} (write auto, off or redis://host)"
            )
        return url
