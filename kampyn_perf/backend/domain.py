"""The words of the shop: what users, vendors, items, carts and orders are, and what can go wrong.

Documents are plain dictionaries in the shape both stores keep them in (the document's `lean()`):
nothing is built that is only going to be written out again. Money is in whole rupees.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from typing_extensions import TypedDict  # pydantic reads it on Python 3.11 too

# The document's load names these four; the seeded data always has them.
DOCUMENT_UNI = "123"
DOCUMENT_USER = "user123"
DOCUMENT_ITEM = "item123"
DOCUMENT_VENDOR = "vendor123"
DOCUMENT_EMAIL = "test@example.com"
DOCUMENT_PASSWORD = "password"  # noqa: S105 - the document's own

SEEDED_UNTIL = datetime(2025, 10, 1, tzinfo=UTC)
"""The day the seeded data ends: the document's last update."""

MAX_QUANTITY = 1_000
"""Units of one item in one request."""
MAX_IN_CART = 1_000_000
"""Units of one item in one cart."""


class Role(StrEnum):
    """Who calls."""

    USER = "user"
    VENDOR = "vendor"
    ADMIN = "admin"


class Kind(StrEnum):
    """The two catalogues of the document."""

    RETAIL = "Retail"
    PRODUCE = "Produce"


class OrderStatus(StrEnum):
    """An order's way: placed, taken on by the vendor, ready to collect, and its two ends."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    READY = "ready"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


ACTIVE = (OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.READY)
"""What a vendor still has to do something about."""


class User(TypedDict):
    """A user as routes see one; the password's hash comes with `Account` only."""

    _id: str
    name: str
    email: str
    phone: str
    role: str


class Account(TypedDict):
    """What a login checks."""

    _id: str
    name: str
    email: str
    role: str
    passwordHash: str


class Vendor(TypedDict):
    """A vendor of one university."""

    _id: str
    name: str
    location: str
    uniId: str


class Item(TypedDict):
    """An item as the lists show it (the document's `select`); stock is not among it."""

    _id: str
    name: str
    description: str
    price: int
    image: str
    type: str
    vendorId: str


class CartLine(TypedDict):
    """So many of one item in somebody's cart."""

    itemId: str
    kind: str
    vendorId: str
    quantity: int


class OrderLine(TypedDict):
    """An item as it was when it was ordered."""

    itemId: str
    kind: str
    name: str
    price: int
    quantity: int


class Order(TypedDict):
    """An order; `items` are `OrderLine`s, possibly already written as JSON."""

    _id: str
    userId: str
    vendorId: str
    status: str
    total: int
    items: Any
    createdAt: datetime


class DayFigures(TypedDict):
    """One day of a vendor's analytics."""

    _id: str
    totalOrders: int
    totalRevenue: int
    avgOrderValue: float


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An order as it is asked for. No lines: what the cart holds of this vendor."""

    order_id: str
    user_id: str
    vendor_id: str
    lines: Mapping[str, int]
    created_at: datetime
    key: str | None = None
    """The caller's idempotency key."""
    fingerprint: str = ""
    """What was asked for under that key; another thing under the same key is refused."""


@dataclass(frozen=True)
class Placed:
    """An order, and whether this call made it or an earlier one with the same key."""

    order: Order
    replayed: bool = False


@dataclass(frozen=True)
class Rejected:
    """One entry of an unordered bulk write that could not be done, and why."""

    index: int
    message: str


@dataclass(frozen=True)
class BulkResult:
    """What an unordered bulk write came to."""

    done: int
    rejected: tuple[Rejected, ...] = ()


@dataclass
class ShopError(Exception):
    """Something the caller asked for that cannot be: a status, a code for programs, and words."""

    status: int
    code: str
    message: str
    details: Any = field(default=None)
    headers: Mapping[str, str] = field(default_factory=dict)


class EmptyCartError(ShopError):
    """Nothing to order: the cart holds nothing of this vendor."""

    def __init__(self) -> None:
        super().__init__(409, "cart_empty", "The cart holds nothing of this vendor.")


class OutOfStockError(ShopError):
    """Less is there than was asked for; nothing was taken."""

    def __init__(self, items: list[dict[str, Any]]) -> None:
        super().__init__(409, "out_of_stock", "There is not enough in stock.", items)


class KeyReusedError(ShopError):
    """One idempotency key for two different orders."""

    def __init__(self) -> None:
        super().__init__(
            422, "idempotency_key_reused", "This idempotency key belongs to another order."
        )


class UnavailableError(ShopError):
    """The store does not answer; trying again later makes sense."""

    def __init__(self, message: str = "The store does not answer.") -> None:
        super().__init__(503, "unavailable", message, headers={"Retry-After": "1"})


def not_found(what: str) -> ShopError:
    """The one shape of every 404."""
    return ShopError(404, "not_found", f"There is no such {what}.")


def search_words(text: str) -> list[str]:
    """The words to search for, without quotes: in both stores' text searches a quote ends a phrase,
    and what has neither letter nor digit is no word."""
    words = [word.replace('"', " ").strip() for word in text.lower().split()]
    return [word for word in words if any(letter.isalnum() for letter in word)]
