"""Vendors: the list, what they have to do, their figures."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from kampyn_perf.backend.domain import Role, ShopError, not_found
from kampyn_perf.backend.ports import Store
from kampyn_perf.backend.responses import JSON, Lines, UniId, VendorId, cached, errors
from kampyn_perf.backend.routes.items import require_uni
from kampyn_perf.backend.routes.schemas import Analytics, ExportLine, OrderList, VendorList
from kampyn_perf.backend.wiring import Services

_ACTIVE_LIMIT = 20
_DAYS = 30
_EXPORT_LIMIT = 1_000
Limit = Annotated[int, Query(ge=1, le=100)]
Most = Annotated[int, Query(ge=1, le=1_000_000)]
Day = Annotated[date | None, Query(description="A day (UTC), as 2025-10-31; included.")]


def router(services: Services) -> APIRouter:
    """The routes under /api/vendor and /order/vendor."""
    routes = APIRouter(tags=["vendors"])
    store = services.store

    @routes.get("/api/vendor/list/uni/{uniId}", response_model=VendorList, responses=errors(404))
    async def listed(request: Request, uni_id: UniId) -> Any:
        """All vendors of a university, by name."""

        async def produce() -> dict[str, Any]:
            vendors = await store.vendors.of_uni(uni_id)
            if not vendors:
                await require_uni(store, uni_id)
            return {"vendors": vendors}

        return await cached(services.cache, request, f"vendors:{uni_id}", produce)

    @routes.get(
        "/order/vendor/{vendorId}/active",
        response_model=OrderList,
        responses=errors(401, 403, 404),
    )
    async def active(request: Request, vendor_id: VendorId, limit: Limit = _ACTIVE_LIMIT) -> Any:
        """What the vendor still has to do, newest first."""
        services.tokens.allow(request.scope["headers"], vendor_id, Role.VENDOR)
        orders = await store.orders.active(vendor_id, limit=limit)
        if not orders:
            await _require_vendor(store, vendor_id)
        return JSON({"orders": orders})

    @routes.get(
        "/api/vendor/{vendorId}/export",
        response_class=Lines,
        responses=errors(401, 403, 404) | Lines.described(ExportLine),
    )
    async def export(request: Request, vendor_id: VendorId, limit: Most = _EXPORT_LIMIT) -> Any:
        """Figures of a vendor's orders, oldest first: one line of JSON each, sent in chunks."""
        services.tokens.require(request.scope["headers"], Role.VENDOR, Role.ADMIN)
        services.tokens.allow(request.scope["headers"], vendor_id, Role.VENDOR)
        await _require_vendor(store, vendor_id)
        return await Lines.of(services.processing.export(vendor_id, limit=limit))

    @routes.get(
        "/api/vendor/{vendorId}/analytics",
        response_model=Analytics,
        responses=errors(401, 403, 404),
    )
    async def analytics(
        request: Request, vendor_id: VendorId, start: Day = None, end: Day = None
    ) -> Any:
        """Orders, revenue and mean order value per day; by default of the last 30 days."""
        services.tokens.require(request.scope["headers"], Role.VENDOR, Role.ADMIN)
        services.tokens.allow(request.scope["headers"], vendor_id, Role.VENDOR)
        await _require_vendor(store, vendor_id)
        last = end or datetime.now(UTC).date()
        first = start or max(date.min, last - timedelta(days=min(_DAYS, last.toordinal())))
        if first > last:
            raise ShopError(422, "invalid", "start is after end.")
        days = await store.orders.analytics(
            vendor_id,
            datetime.combine(first, time.min, UTC),
            datetime.combine(last, time.max, UTC),
        )
        return JSON({"vendorId": vendor_id, "start": first, "end": last, "days": days})

    return routes


async def _require_vendor(store: Store, vendor_id: str) -> None:
    if await store.vendors.get(vendor_id) is None:
        raise not_found("vendor")
