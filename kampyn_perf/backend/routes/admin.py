"""What admins do: process pending orders, look at a worker's memory, collect its garbage."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from kampyn_perf.backend.domain import Role
from kampyn_perf.backend.responses import JSON, Lines, errors
from kampyn_perf.backend.routes.schemas import Collected, MemoryFigures, ProcessingLine
from kampyn_perf.backend.services import memory
from kampyn_perf.backend.wiring import Services

Most = Annotated[int, Query(ge=0, le=100_000_000, description="Orders at most; 0: all of them.")]


def router(services: Services) -> APIRouter:
    """The routes under /api/admin, for admins alone."""
    routes = APIRouter(tags=["admin"])

    @routes.post(
        "/api/admin/orders/process",
        response_class=Lines,
        responses=errors(401, 403) | Lines.described(ProcessingLine),
    )
    async def process(request: Request, limit: Most = 0) -> Any:
        """Confirm all pending orders: one line of JSON for each batch of 1000, with the counts.

        The last line says `done`; without one it was cut short, and may be started again.
        """
        services.tokens.require(request.scope["headers"], Role.ADMIN)

        async def lines() -> AsyncIterator[list[Any]]:
            last = {"processed": 0, "skipped": 0}
            async for progress in services.processing.process_pending(limit=limit):
                last = asdict(progress)
                yield [last | {"done": False}]
            yield [last | {"done": True}]

        return await Lines.of(lines())

    @routes.get("/api/admin/memory", response_model=MemoryFigures, responses=errors(401, 403))
    async def figures(request: Request) -> Any:
        """Memory of the worker that answers."""
        services.tokens.require(request.scope["headers"], Role.ADMIN)
        return JSON(memory.figures())

    @routes.post("/api/admin/memory/collect", response_model=Collected, responses=errors(401, 403))
    async def collect(request: Request) -> Any:
        """Collect the garbage of the worker that answers, and hand back what is free."""
        services.tokens.require(request.scope["headers"], Role.ADMIN)
        return JSON(memory.collect())

    return routes
