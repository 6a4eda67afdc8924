"""What the backend needs from a store and a cache. One contract test suite holds every store to it.

Every method of a store raises `UnavailableError` when the database cannot be reached.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Protocol

from kampyn_perf.backend.domain import (
    Account,
    BulkResult,
    CartLine,
    DayFigures,
    Draft,
    Item,
    Kind,
    Order,
    OrderStatus,
    Placed,
    User,
    Vendor,
)

Cursor = tuple[datetime, str]
"""The last row of a page: its createdAt and _id."""


Step = Callable[[str], None]
"""Called by a store with the name of each step of placing an order; tests end the process there."""


class UserStore(Protocol):
    """Who may come in."""

    async def account(self, identifier: str, *, vendor: bool = False) -> Account | None:
        """The user (or vendor) with this email or phone."""

    async def get(self, user_id: str) -> User | None:
        """Without the password's hash."""


class ItemStore(Protocol):
    """The catalogue."""

    async def page(
        self, kind: Kind, uni_id: str, *, skip: int, limit: int
    ) -> tuple[list[Item], int]:
        """One page, newest first, and how many there are in all."""

    async def page_after(
        self, kind: Kind, uni_id: str, *, after: Cursor | None, limit: int
    ) -> list[tuple[Item, Cursor]]:
        """The page that follows `after`, with a cursor for each item; costs the same everywhere."""

    async def search(self, kind: Kind, uni_id: str, words: str, *, limit: int) -> list[Item]:
        """Items whose name or description has all `words`, best first."""

    async def add_stock(
        self, kind: Kind, updates: Sequence[Mapping[str, Any]], vendor_id: str | None
    ) -> BulkResult:
        """Add each `quantity` (may be negative) to its `itemId`, unordered; never below zero.

        With a `vendor_id`, items of other vendors are rejected as if they did not exist.
        """

    async def insert(self, kind: Kind, items: Sequence[Mapping[str, Any]]) -> BulkResult:
        """Insert complete items, unordered."""


class VendorStore(Protocol):
    """Who sells."""

    async def of_uni(self, uni_id: str) -> list[Vendor]:
        """All of one university, by name."""

    async def get(self, vendor_id: str) -> Vendor | None: ...


class CartStore(Protocol):
    """What users have picked."""

    async def get(self, user_id: str) -> list[CartLine]: ...

    async def add(self, user_id: str, item_id: str, kind: Kind | None, quantity: int) -> CartLine:
        """Add to what is there. Raises 404 for an unknown user or item, 409 above the maximum."""


class OrderStore(Protocol):
    """What users have ordered."""

    async def place(self, draft: Draft) -> Placed:
        """Check stock, create the order, take the stock and empty the cart: all of it or nothing.

        Raises EmptyCartError, OutOfStockError, KeyReusedError, and 404s.
        """

    async def get(self, order_id: str) -> Order | None: ...

    async def active(self, vendor_id: str, *, limit: int) -> list[Order]:
        """What the vendor still has to do, newest first, by index."""

    async def analytics(self, vendor_id: str, start: datetime, end: datetime) -> list[DayFigures]:
        """Per day (UTC), oldest first."""

    def stream(
        self,
        *,
        status: OrderStatus | None = None,
        vendor_id: str | None = None,
        limit: int = 0,
        batch: int = 1000,
    ) -> AsyncIterator[list[Order]]:
        """Orders in batches, oldest first, in constant memory. `limit` 0: all of them."""

    async def advance(
        self, order_ids: Sequence[str], old: OrderStatus, new: OrderStatus
    ) -> list[str]:
        """Move those that still are `old`, each exactly once whoever asks; returns those moved."""


class Store(Protocol):
    """A whole store."""

    @property
    def users(self) -> UserStore: ...
    @property
    def items(self) -> ItemStore: ...
    @property
    def vendors(self) -> VendorStore: ...
    @property
    def carts(self) -> CartStore: ...
    @property
    def orders(self) -> OrderStore: ...

    async def open(self) -> None:
        """Connect; called once in each worker."""

    async def close(self) -> None:
        """Finish what was begun, and let go."""

    async def ping(self) -> None:
        """Raises UnavailableError when the database does not answer."""

    async def check_write(self) -> None:
        """Raises UnavailableError, with the reason, when nothing can be written."""


class Loader(Protocol):
    """A store as seeding sees it: raw, in bulk, by one process."""

    def note(self, name: str) -> str | None:
        """What was noted under `name`."""

    def set_note(self, name: str, value: str) -> None: ...

    def is_empty(self) -> bool:
        """Whether there are no users."""

    def clear(self) -> None:
        """Drop all data, and the secondary indexes: they are built when the data is in."""

    def insert(self, collection: str, documents: list[dict[str, Any]]) -> None: ...

    def replace_hash(self, old: str, new: str) -> None:
        """Change the password's hash of everybody who has `old`."""

    def finish(self) -> None:
        """The data is in: build the indexes."""

    def close(self) -> None: ...


class ResponseCache(Protocol):
    """Bodies of public answers by URL. It fails open: a dead cache is an empty one."""

    @property
    def enabled(self) -> bool:
        """False: there is none, and that is as it should be."""

    async def get(self, url: str, tag: str) -> tuple[bytes | None, Any]:
        """The stored body, and a token that `put` wants back."""

    async def put(self, url: str, tag: str, body: bytes, token: Any) -> None:
        """Keep `body`; it is served as long as `tag` does not change after `token` was given."""

    def changing(self, tags: Sequence[str]) -> AbstractAsyncContextManager[None]:
        """Around a write to the store: what is kept under these tags ends with it."""

    async def ping(self) -> bool: ...

    async def close(self) -> None: ...


class QueryMetrics(Protocol):
    """Where a store says how long its queries took."""

    def query(
        self,
        collection: str,
        operation: str,
        seconds: float,
        detail: Callable[[], Mapping[str, Any]] | None = None,
    ) -> None:
        """One query of one collection. `detail` is asked what it was, where it was slow."""

    def connection_wait(self, pool: str, seconds: float) -> None:
        """One query waited so long for its connection, or its turn."""
