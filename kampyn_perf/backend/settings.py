"""The backend's configuration: what `configs/backend.yaml`, the environment and flags may say.

Defaults are the document's figures where it names one. Units: microseconds and bytes inside.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

import orjson
from pydantic import Field, field_validator, model_validator

from kampyn_perf import config
from kampyn_perf.backend.cache_settings import CacheSettings
from kampyn_perf.backend.outward_settings import ExternalSettings, NotificationSettings
from kampyn_perf.backend.store_settings import StoreSettings, on_off
from kampyn_perf.config import Duration, Milliseconds, Section, Seed, Size
from kampyn_perf.process_limits import usable_cpus

ENV_PREFIX = "KAMPYN_BACKEND_"
CONFIG_NAME = "backend"


class AuthMode(StrEnum):
    """Who may use carts and orders without a token."""

    DOCUMENTED = "documented"
    """Anybody, as the document's own load test does; a token of somebody else is still refused."""
    STRICT = "strict"
    """Nobody: the right user's (vendor's) token is demanded."""


class PasswordSettings(Section):
    """The cost of argon2id. The default is OWASP's minimum (19 MiB, t=2, p=1)."""

    memory: Size = 19 * 1024**2
    """For one hash."""
    iterations: int = Field(default=2, ge=1)
    """Passes over it."""
    parallelism: int = Field(default=1, ge=1)
    """Lanes of it."""
    threads: int = Field(default=0, ge=0)
    """Threads per worker that hash; 0: one per CPU over all workers, since hashing is all CPU."""
    max_wait: Duration = 500_000
    """A login that would wait longer for its hash is refused (503); 0: none is. The P99 goal."""

    @model_validator(mode="after")
    def _possible(self) -> PasswordSettings:
        if self.memory < 8 * 1024 * self.parallelism:
            raise ValueError("memory must be at least 8 KiB for each lane of parallelism")
        return self


class SeedSettings(Section):
    """The seeded data. The same figures give the same data."""

    users: int = Field(default=1_000, ge=1)
    """How many."""
    vendors: int = Field(default=20, ge=1)
    """How many."""
    items: int = Field(default=500, ge=2)
    """How many."""
    orders: int = Field(default=2_000, ge=0)
    """How many."""
    stock: int = Field(default=1_000_000, ge=0)
    """Units of every item. One documented run takes about 17,300 of `item123`."""
    seed: Seed = 1
    """Decides what comes by chance."""


class RateLimitSettings(Section):
    """Requests per window and address, by the caller's role. Off: see `docs/backend.md`."""

    enabled: bool = False
    """Whether requests are limited."""
    window: Duration = 900_000_000
    """The stretch that is counted."""
    admin: int = Field(default=1_000, ge=1)
    """Requests of an admin in a window."""
    vendor: int = Field(default=500, ge=1)
    """Requests of a vendor in a window."""
    others: int = Field(default=100, ge=1)
    """Requests of anybody else in a window."""
    failed_logins: int = Field(default=20, ge=1)
    """Of one account in a window, from whatever address."""
    exempt: tuple[str, ...] = ("/health", "/api/health")
    """Paths that are never counted."""
    trusted_proxies: int = Field(default=0, ge=0)
    """Proxies of ours in front, which X-Forwarded-For may be believed through; 0: none."""


class SlowSettings(Section):
    """From which duration on a request or query is logged."""

    request: Milliseconds = 1_000_000
    """A request."""
    query: Milliseconds = 100_000
    """A query of the store."""


class HttpSettings(Section):
    """How long a client may take; a slower one loses its connection."""

    header_timeout: Duration = 30_000_000
    """For a request's headers, and between two requests of one connection."""
    body_timeout: Duration = 15_000_000
    """For the whole body of a request."""
    deadline: Duration = 10_000_000
    """Until the answer begins, or it is 503: the document's time for a write to the database."""


class ProcessSettings(Section):
    """Worker processes, with the document's PM2 and Node figures."""

    max_memory: Size = 1024**3
    """A worker above this is replaced (`max_memory_restart`)."""
    shutdown: Duration = 10_000_000
    """How long requests in flight may take to finish when the backend stops."""
    threads: int = Field(default=0, ge=0)
    """Threads for blocking work per worker; 0: Python's own default (`UV_THREADPOOL_SIZE`)."""


class MetricsAccess(StrEnum):
    """Who may read /metrics; admins always may, unless it is off."""

    LOOPBACK = "loopback"
    """Callers on this machine."""
    OPEN = "open"
    OFF = "off"


class BackendSettings(Section):
    """All of it."""

    host: str = "127.0.0.1"
    """The address to listen on."""
    port: int = Field(default=5001, ge=0, le=65535)
    """0: any that is free."""
    workers: int = Field(default=0, ge=0)
    """Worker processes; 0: one per CPU."""
    auth: AuthMode = AuthMode.DOCUMENTED
    """Who may use carts and orders without a token."""
    metrics: MetricsAccess = MetricsAccess.LOOPBACK
    """Who may read /metrics."""
    token_secret: str = Field(default="", repr=False)
    """Signs the tokens; empty: made once and kept in the state folder."""
    token_lifetime: Duration = 86_400_000_000
    """How long a token serves."""
    secure_cookies: bool = False
    """Whether cookies are for HTTPS alone."""
    max_body: Size = 1024**2
    """A greater body is refused (413)."""
    store: StoreSettings = StoreSettings()
    """Where the data lies."""
    cache: CacheSettings = CacheSettings()
    """The response cache."""
    passwords: PasswordSettings = PasswordSettings()
    """The cost of argon2id."""
    seed: SeedSettings = SeedSettings()
    """The data that it begins with."""
    slow: SlowSettings = SlowSettings()
    """From when on requests and queries are logged."""
    rate_limit: RateLimitSettings = RateLimitSettings()
    """Requests per window and address."""
    external: ExternalSettings = ExternalSettings()
    """An external API whose health is ours."""
    notifications: NotificationSettings = NotificationSettings()
    """Telling customer and vendor about an order."""
    http: HttpSettings = HttpSettings()
    """How long a client may take."""
    process: ProcessSettings = ProcessSettings()
    """Worker processes."""

    @field_validator("metrics", mode="before")
    @classmethod
    def _off(cls, value: Any) -> Any:
        return on_off(value)

    def worker_count(self) -> int:
        """Worker processes, with 0 resolved to one per CPU that this process may use."""
        return self.workers or usable_cpus()

    def dump(self) -> bytes:
        """JSON from which `restore` makes the same settings; carries secrets."""
        return orjson.dumps(self.model_dump(mode="json", by_alias=True))


def restore(data: bytes) -> BackendSettings:
    """The settings that `dump` wrote."""
    return BackendSettings.model_validate(orjson.loads(data))


def load(
    path: Path | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    sets: Sequence[str] = (),
) -> BackendSettings:
    """Settings from `path` (default: configs/backend.yaml), the environment and `--set`."""
    source = config.read_yaml(path or config.find(CONFIG_NAME))
    return config.load(
        BackendSettings,
        source,
        environ=os.environ if environ is None else environ,
        prefix=ENV_PREFIX,
        sets=sets,
    )
