"""The application of one worker."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import FastAPI

from kampyn_perf import __version__
from kampyn_perf.backend import responses
from kampyn_perf.backend.asgi import Guard
from kampyn_perf.backend.caches.none import NoCache
from kampyn_perf.backend.limiting.counters import Counters, redis_counters
from kampyn_perf.backend.limiting.limiter import RateLimiter
from kampyn_perf.backend.limiting.logins import AccountLimiter, NoLoginLimit
from kampyn_perf.backend.metrics import Metrics
from kampyn_perf.backend.passwords import Passwords
from kampyn_perf.backend.ports import ResponseCache
from kampyn_perf.backend.routes import admin, auth, docs, items, operations, orders, vendors
from kampyn_perf.backend.runtime_watch import RuntimeWatch
from kampyn_perf.backend.services.external import ExternalApi
from kampyn_perf.backend.services.health import Health
from kampyn_perf.backend.services.notifications import notifier_of
from kampyn_perf.backend.services.ordering import Ordering
from kampyn_perf.backend.services.processing import Processing
from kampyn_perf.backend.settings import BackendSettings
from kampyn_perf.backend.state import StateFolder
from kampyn_perf.backend.stores.factory import import_store, open_store
from kampyn_perf.backend.tokens import Tokens
from kampyn_perf.backend.wiring import Services

if TYPE_CHECKING:
    from limits.aio.storage import Storage

_log = logging.getLogger("kampyn.limit")
_DESCRIPTION = "The reference backend of kampyn-perf: what the performance document describes."


@dataclass(frozen=True, kw_only=True)
class WorkerConfig:
    """What the supervisor tells a worker beyond the settings."""

    settings: BackendSettings
    state: StateFolder
    cache_url: str
    """Empty: no cache."""
    secret: str
    metrics_id: int
    """Tells this worker's metric files from those of the others that live."""


def import_for(settings: BackendSettings, *, cached: bool) -> None:
    """Import what `build` will with these settings, so that who is forked finds it done."""
    # FastAPI compares every model with those of pydantic's first version.
    names = ["prometheus_client.multiprocess", "pydantic.v1"]
    if cached:
        names.append("kampyn_perf.backend.caches.redis")
    if settings.rate_limit.enabled:
        names.append("kampyn_perf.backend.limiting.shared")
    for name in names:
        import_module(name)
    import_store(settings.store.url)


def build(config: WorkerConfig) -> Guard:
    """The whole application; its lifespan opens and closes store and cache."""
    settings = config.settings
    metrics = Metrics(
        folder=config.state.metrics,
        identifier=config.metrics_id,
        slow_request=settings.slow.request / 1e6,
        slow_query=settings.slow.query / 1e6,
    )
    store = open_store(config.state.store_url(settings.store.url), settings.store, metrics)
    cache = _cache(config, metrics)
    counters = _counters(config)
    ordering = Ordering(store=store, notifier=notifier_of(settings.notifications))
    external = ExternalApi(settings=settings.external) if settings.external.url else None
    services = Services(
        settings=settings,
        store=store,
        cache=cache,
        metrics=metrics,
        passwords=Passwords(
            settings=settings.passwords, workers=settings.worker_count(), metrics=metrics
        ),
        logins=NoLoginLimit()
        if counters is None
        else AccountLimiter(settings=settings.rate_limit, counters=counters),
        tokens=Tokens(secret=config.secret, lifetime=settings.token_lifetime, mode=settings.auth),
        ordering=ordering,
        processing=Processing(store=store, ordering=ordering),
        health=Health(store=store, cache=cache, external=external),
    )
    app = FastAPI(
        title="KAMPYN reference backend",
        version=__version__,
        description=_DESCRIPTION,
        docs_url=None,  # FastAPI's own pages load scripts from elsewhere; see `routes.docs`
        redoc_url=None,
        openapi_url=None,
        lifespan=lambda _: _lifespan(services),
    )
    app.router.redirect_slashes = False  # to whatever Host the request names
    for module in (auth, items, orders, vendors, admin, operations):
        # Not include_router: it nests routers, and matching through them costs 40 µs a request.
        app.router.routes.extend(module.router(services).routes)
    docs.attach(app)
    responses.handle_errors(app)
    return Guard(
        app=app,
        metrics=metrics,
        max_body=settings.max_body,
        body_timeout=settings.http.body_timeout / 1e6,
        deadline=settings.http.deadline / 1e6,
        limiter=None
        if counters is None
        else RateLimiter(
            settings=settings.rate_limit,
            tokens=services.tokens,
            counters=counters,
            count_refused=metrics.rate_limited,
        ),
    )


def _counters(config: WorkerConfig) -> Counters | None:
    """What the rate limit counts with; None: it is off."""
    if not config.settings.rate_limit.enabled:
        return None
    timeout = config.settings.cache.timeout / 1e6
    return Counters(
        local=_local_counters(config.state.limits),
        redis=redis_counters(config.cache_url, timeout=timeout) if config.cache_url else None,
    )


def _local_counters(path: Path) -> Storage:
    """What the workers of this machine count together; this one alone where there is no room."""
    from limits.aio.storage import MemoryStorage

    from kampyn_perf.backend.limiting.shared import SharedCounters

    try:
        return SharedCounters(path=path)
    except OSError as error:
        _log.error("No room for %s (%s): this worker limits by itself", path, error.strerror)
        return MemoryStorage()


def _cache(config: WorkerConfig, metrics: Metrics) -> ResponseCache:
    if not config.cache_url:
        return NoCache()
    from kampyn_perf.backend.caches.redis import RedisCache

    return RedisCache(url=config.cache_url, settings=config.settings.cache, count=metrics.cached)


@asynccontextmanager
async def _lifespan(services: Services) -> AsyncIterator[None]:
    await services.store.open()
    watch = RuntimeWatch(services.metrics)
    watch.start()
    try:
        yield
    finally:
        watch.stop()
        services.passwords.close()
        await services.cache.close()
        await services.store.close()
