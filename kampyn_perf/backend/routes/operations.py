"""What operators ask: is it well, what does it count."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Response

from kampyn_perf.backend.web import JSON, errors
from kampyn_perf.backend.wiring import Services

_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def router(services: Services) -> APIRouter:
    """/health, /api/health and /metrics."""
    routes = APIRouter(tags=["operations"])

    @routes.get("/health", responses=errors())
    @routes.get("/api/health", responses=errors())
    async def health() -> Any:
        """200 when the database, the cache and the external API are well, else 503."""
        healthy, report = await services.health.report()
        return JSON(report, 200 if healthy else 503, {"Cache-Control": "no-store"})

    @routes.get("/metrics", response_class=Response, responses=errors())
    async def metrics() -> Any:
        """Prometheus's text format, added up over all workers."""
        body = await asyncio.to_thread(services.metrics.render)
        return Response(body, media_type=_METRICS_TYPE)

    return routes
