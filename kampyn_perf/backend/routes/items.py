"""The catalogue: pages, search, bulk stock changes and bulk inserts."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import Field

from kampyn_perf.backend.domain import BulkResult, Item, Kind, Role, ShopError, not_found
from kampyn_perf.backend.ids import new_id
from kampyn_perf.backend.ports import Cursor, Store
from kampyn_perf.backend.responses import BODY, JSON, Body, UniId, cached, errors
from kampyn_perf.backend.routes.schemas import BulkDone, Found, ItemPage
from kampyn_perf.backend.times import from_ms, to_ms
from kampyn_perf.backend.wiring import Services

_LIMIT = 20
_LIMIT_MAX = 100
_PAGE_MAX = 10_000
_BULK_MAX = 1_000
Page = Annotated[int, Query(ge=1, le=_PAGE_MAX)]
Limit = Annotated[int, Query(ge=1, le=_LIMIT_MAX)]
Place = Annotated[
    str | None,
    Query(
        max_length=200, description="`next` of the page before; empty: the first. Not with page."
    ),
]
Words = Annotated[str, Query(min_length=1, max_length=100)]


class StockUpdate(Body):
    """So many more (or fewer) of one item."""

    itemId: str = Field(min_length=1, max_length=64)  # noqa: N815
    quantity: int = Field(ge=-1_000_000, le=1_000_000)


class StockUpdates(Body):
    """Many at once; each stands for itself."""

    updates: list[StockUpdate] = Field(min_length=1, max_length=_BULK_MAX)


class NewItem(Body):
    """An item to be. `_id` may be left out."""

    id: str | None = Field(
        default=None, alias="_id", min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$"
    )
    name: str = Field(min_length=1, max_length=200)
    description: str = Field(default="", max_length=2_000)
    price: int = Field(ge=0, le=1_000_000)
    image: str = Field(default="", max_length=500)
    type: str = Field(min_length=1, max_length=50)
    uniId: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")  # noqa: N815
    vendorId: str = Field(min_length=1, max_length=64)  # noqa: N815
    quantity: int = Field(default=0, ge=0, le=1_000_000_000)


class NewItems(Body):
    """Many at once; each stands for itself."""

    items: list[NewItem] = Field(min_length=1, max_length=_BULK_MAX)


def tag_of(kind: Kind, uni_id: str) -> str:
    """Under what cached pages of these items are filed."""
    return f"items:{kind}:{uni_id}"


def router(services: Services) -> APIRouter:
    """The routes under /api/item, for both kinds."""
    routes = APIRouter(tags=["items"])
    for kind in Kind:
        _reading(routes, services, kind)
        _writing(routes, services, kind)
    return routes


def _reading(routes: APIRouter, services: Services, kind: Kind) -> None:
    base = f"/api/item/{kind.lower()}"
    store = services.store

    @routes.get(
        f"{base}/uni/{{uniId}}",
        name=f"{kind} items",
        response_model=ItemPage,
        responses=errors(404),
    )
    async def page_of(
        request: Request, uni_id: UniId, page: Page = 1, limit: Limit = _LIMIT, cursor: Place = None
    ) -> Any:
        """Items, newest first: by `page`, or by `cursor`, which costs the same on every page."""

        async def produce() -> dict[str, Any]:
            if cursor is not None:
                return await _after(services, kind, uni_id, cursor, limit)
            items, total = await store.items.page(
                kind, uni_id, skip=(page - 1) * limit, limit=limit
            )
            if not total:
                await require_uni(store, uni_id)
            return {
                "items": items,
                "pagination": {
                    "current": page,
                    "total": -(-total // limit),
                    "hasNext": page * limit < total,
                    "hasPrev": page > 1,
                },
            }

        return await cached(services.cache, request, tag_of(kind, uni_id), produce)

    @routes.get(
        f"{base}/search/uni/{{uniId}}",
        name=f"{kind} search",
        response_model=Found,
        responses=errors(404),
    )
    async def search(request: Request, uni_id: UniId, q: Words, limit: Limit = _LIMIT) -> Any:
        """Items whose name or description has all the words of `q`."""

        async def produce() -> dict[str, list[Item]]:
            items = await store.items.search(kind, uni_id, q, limit=limit)
            if not items:
                await require_uni(store, uni_id)
            return {"items": items}

        return await cached(services.cache, request, tag_of(kind, uni_id), produce)


def _writing(routes: APIRouter, services: Services, kind: Kind) -> None:
    base = f"/api/item/{kind.lower()}"

    @routes.patch(
        f"{base}/inventory",
        name=f"{kind} inventory",
        response_model=BulkDone,
        responses=errors(*BODY, 401, 403),
    )
    async def inventory(request: Request, body: StockUpdates) -> Any:
        """Change stocks, unordered: what cannot be done is reported and stops nothing else."""
        caller = services.tokens.require(request.scope["headers"], Role.VENDOR, Role.ADMIN)
        vendor_id = caller.id if caller.role is Role.VENDOR else None
        updates = [update.model_dump() for update in body.updates]
        # Lists do not show stock, so no cached page has to go.
        return JSON(_bulk(await services.store.items.add_stock(kind, updates, vendor_id)))

    @routes.post(
        f"{base}/bulk",
        name=f"{kind} insert",
        status_code=201,
        response_model=BulkDone,
        responses=errors(*BODY, 401, 403),
    )
    async def insert(request: Request, body: NewItems) -> Any:
        """Insert items, unordered; a vendor only their own."""
        caller = services.tokens.require(request.scope["headers"], Role.VENDOR, Role.ADMIN)
        if caller.role is Role.VENDOR and any(item.vendorId != caller.id for item in body.items):
            raise ShopError(403, "forbidden", "A vendor inserts only their own items.")
        now = datetime.now(UTC)
        items = [
            item.model_dump(exclude={"id"}) | {"_id": item.id or new_id(), "createdAt": now}
            for item in body.items
        ]
        tags = sorted({tag_of(kind, item.uniId) for item in body.items})
        async with services.cache.changing(tags):
            result = await services.store.items.insert(kind, items)
        return JSON(_bulk(result), 201)


async def require_uni(store: Store, uni_id: str) -> None:
    """Raises 404 for a university in which nobody sells anything; asked where a list is empty."""
    if await store.vendors.of_uni(uni_id):
        return
    for kind in Kind:
        _, total = await store.items.page(kind, uni_id, skip=0, limit=1)
        if total:
            return
    raise not_found("university")


async def _after(
    services: Services, kind: Kind, uni_id: str, cursor: str, limit: int
) -> dict[str, Any]:
    after = _read_cursor(cursor) if cursor else None
    # One more than asked for tells whether there is a next page.
    rows = await services.store.items.page_after(kind, uni_id, after=after, limit=limit + 1)
    if after is None and not rows:
        await require_uni(services.store, uni_id)
    more = len(rows) > limit
    return {
        "items": [item for item, _ in rows[:limit]],
        "pagination": {
            "hasNext": more,
            "next": _write_cursor(rows[limit - 1][1]) if more else None,
        },
    }


def _write_cursor(cursor: Cursor) -> str:
    return base64.urlsafe_b64encode(f"{to_ms(cursor[0])}:{cursor[1]}".encode()).decode()


def _read_cursor(text: str) -> Cursor:
    try:
        ms, _, item_id = (
            base64.b64decode(text, altchars=b"-_", validate=True).decode().partition(":")
        )
        return from_ms(int(ms)), item_id
    except (binascii.Error, ValueError, OverflowError) as error:
        raise ShopError(422, "invalid", "This cursor is none of ours.") from error


def _bulk(result: BulkResult) -> dict[str, Any]:
    return {
        "done": result.done,
        "errors": [
            {"index": rejection.index, "message": rejection.message}
            for rejection in result.rejected
        ],
    }
