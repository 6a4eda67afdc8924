"""What operators ask: is it well, what does it count."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Response

from kampyn_perf.backend.responses import JSON, errors, json_errors
from kampyn_perf.backend.routes.schemas import HealthReport
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

    @routes.get("/metrics", response_class=Text, responses=json_errors())
    async def metrics() -> Any:
        """Prometheus's text format, added up over all workers."""
        body = await asyncio.to_thread(services.metrics.render)
        return Text(body)

    return routes
