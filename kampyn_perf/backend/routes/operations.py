"""What operators ask: is it well, what does it count."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response

from kampyn_perf.backend.addresses import is_on_this_machine
from kampyn_perf.backend.domain import Role, not_found
from kampyn_perf.backend.responses import JSON, errors
from kampyn_perf.backend.routes.schemas import HealthReport
from kampyn_perf.backend.settings import MetricsAccess
from kampyn_perf.backend.wiring import Services


class Text(Response):
    """Prometheus's text format."""

    media_type = "text/plain; version=0.0.4"


def router(services: Services) -> APIRouter:
    """/health, /api/health and /metrics."""
    routes = APIRouter(tags=["operations"])
    unwell = errors() | {503: {"model": HealthReport}}

    @routes.get("/health", response_model=HealthReport, responses=unwell)
    @routes.get("/api/health", response_model=HealthReport, responses=unwell)
    async def health() -> Any:
        """200 when the database, the cache and the external API are well, else 503."""
        healthy, report = await services.health.report()
        return JSON(report, 200 if healthy else 503, {"Cache-Control": "no-store"})

    access = services.settings.metrics
    proxies = services.settings.rate_limit.trusted_proxies

    @routes.get("/metrics", response_class=Text, responses=errors(401, 403, 404))
    async def metrics(request: Request) -> Any:
        """Prometheus's text format, added up over all workers; to whom, `metrics` says."""
        if access is MetricsAccess.OFF:
            raise not_found("page")
        if access is MetricsAccess.LOOPBACK and not is_on_this_machine(request.scope, proxies):
            services.tokens.require(request.scope["headers"], Role.ADMIN)
        body = await asyncio.to_thread(services.metrics.render)
        return Text(body)

    return routes
