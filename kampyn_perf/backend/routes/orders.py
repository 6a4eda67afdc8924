"""Carts and orders."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from pydantic import Field, field_validator

from kampyn_perf.backend.domain import (
    DOCUMENT_ITEM,
    DOCUMENT_VENDOR,
    MAX_QUANTITY,
    EmptyCartError,
    Kind,
    Role,
    not_found,
)
from kampyn_perf.backend.responses import BODY, JSON, Body, OrderId, UserId, errors
from kampyn_perf.backend.routes.schemas import Cart, CartChanged, OrderDetails, OrderPlaced
from kampyn_perf.backend.tokens import forbidden
from kampyn_perf.backend.wiring import Services

_ItemId = Annotated[str, Field(min_length=1, max_length=64, examples=[DOCUMENT_ITEM])]
_VendorId = Annotated[str, Field(min_length=1, max_length=64, examples=[DOCUMENT_VENDOR])]
_Quantity = Annotated[int, Field(ge=1, le=MAX_QUANTITY)]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=128,
        description="The same key again gives the same order, not a second one.",
    ),
]


class CartAdd(Body):
    """An item for the cart. Without a `kind`, whichever has it."""

    itemId: _ItemId  # noqa: N815
    quantity: _Quantity = 1
    kind: str | None = None

    @field_validator("kind")
    @classmethod
    def _known(cls, kind: str | None) -> str | None:
        if kind is not None and kind not in set(Kind):
            raise ValueError("kind is Retail or Produce")
        return kind


class OrderedItem(Body):
    """So many of one item."""

    itemId: _ItemId  # noqa: N815
    quantity: _Quantity = 1


class NewOrder(Body):
    """What to order of one vendor; no items: what the cart holds of them."""

    vendorId: _VendorId  # noqa: N815
    items: list[OrderedItem] = Field(default=[], max_length=100)

    def lines(self) -> dict[str, int]:
        """Units by item; an item that stands twice counts twice."""
        lines: dict[str, int] = {}
        for item in self.items:
            lines[item.itemId] = lines.get(item.itemId, 0) + item.quantity
        return lines


def router(services: Services) -> APIRouter:
    """The routes under /cart and /order."""
    routes = APIRouter(tags=["orders"])
    tokens, store = services.tokens, services.store

    @routes.post(
        "/cart/add/{userId}",
        response_model=CartChanged,
        responses=errors(*BODY, 401, 403, 404, 409),
    )
    async def add(request: Request, user_id: UserId, body: CartAdd) -> Any:
        """Put an item into the cart, or more of it."""
        tokens.allow(request.scope["headers"], user_id, Role.USER)
        kind = Kind(body.kind) if body.kind else None
        line = await store.carts.add(user_id, body.itemId, kind, body.quantity)
        return JSON({"message": "Added to the cart.", "userId": user_id, "item": line})

    @routes.get("/cart/{userId}", response_model=Cart, responses=errors(401, 403, 404))
    async def cart(request: Request, user_id: UserId) -> Any:
        """What the cart holds."""
        tokens.allow(request.scope["headers"], user_id, Role.USER)
        items = await store.carts.get(user_id)
        if not items and await store.users.get(user_id) is None:
            raise not_found("user")
        return JSON({"userId": user_id, "items": items})

    @routes.post(
        "/order/{userId}",
        status_code=201,
        response_model=OrderPlaced,
        responses=errors(*BODY, 401, 403, 404, 409) | {200: {"model": OrderPlaced}},
    )
    async def order(request: Request, user_id: UserId, body: NewOrder, key: Key = None) -> Any:
        """Place an order: 201 with the order, or 200 where no new one was made.

        200 is the answer to an idempotency key that was used before (with its order), and to an
        anonymous caller whose cart is empty (`order` is null): anonymous sessions share a cart,
        and the order of another one has taken what was in it. With a token that is a 409.
        """
        caller = tokens.allow(request.scope["headers"], user_id, Role.USER)
        try:
            placed = await services.ordering.place(
                user_id=user_id, vendor_id=body.vendorId, lines=body.lines(), key=key
            )
        except EmptyCartError as error:
            if caller is not None:
                raise
            return JSON({"message": error.message, "order": None})
        if placed.replayed:
            answer = {"message": "This order was placed before.", "order": placed.order}
            return JSON(answer, 200, {"Idempotent-Replayed": "true"})
        return JSON({"message": "The order is placed.", "order": placed.order}, 201)

    @routes.get("/order/{orderId}", response_model=OrderDetails, responses=errors(401, 403, 404))
    async def details(request: Request, order_id: OrderId) -> Any:
        """An order with its vendor and user; for those two, and for admins."""
        caller = tokens.require(request.scope["headers"])
        details = await services.ordering.details(order_id)
        mine = details["order"]["vendorId" if caller.role is Role.VENDOR else "userId"] == caller.id
        if not mine and caller.role is not Role.ADMIN:
            raise forbidden()
        return JSON(details)

    return routes
