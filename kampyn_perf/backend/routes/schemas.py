"""What answers look like, for the OpenAPI description; routes write them straight from documents.

Nothing is validated against these on the way out, which would cost more than most queries; a test
holds what is served to them.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from kampyn_perf.backend.domain import (
    CartLine,
    DayFigures,
    Item,
    OrderLine,
    OrderStatus,
    Vendor,
)


class Answer(BaseModel):
    """Fields are all there, and there are no others."""

    model_config = ConfigDict(extra="forbid")


class LoggedIn(Answer):
    """Who logged in; the token also comes as an http-only cookie."""

    token: str
    user: dict[str, str] = Field(description="_id, name, email, role")


class CheckedIn(Answer):
    """Who the token belongs to."""

    user: dict[str, str] = Field(description="_id, name, role; of a user also email and phone")


class Message(Answer):
    """Words."""

    message: str


class Pages(Answer):
    """Where in the pages this one is; with a cursor only `hasNext` and `next`."""

    current: int | None = None
    total: int | None = Field(default=None, description="Pages in all.")
    hasNext: bool  # noqa: N815
    hasPrev: bool | None = None  # noqa: N815
    next: str | None = Field(default=None, description="The `cursor` of the next page.")


class ItemPage(Answer):
    """One page of items, newest first."""

    items: list[Item]
    pagination: Pages


class Found(Answer):
    """Items that have all the words."""

    items: list[Item]


class Refused(Answer):
    """One entry that could not be done."""

    index: int = Field(description="Where it stood in the request, from 0.")
    message: str


class BulkDone(Answer):
    """How many entries were done, and each of the others."""

    done: int
    errors: list[Refused]


class CartChanged(Answer):
    """The line as it is now."""

    message: str
    userId: str  # noqa: N815
    item: CartLine


class Cart(Answer):
    """All lines."""

    userId: str  # noqa: N815
    items: list[CartLine]


class OrderDocument(Answer):
    """An order."""

    id: str = Field(alias="_id")
    userId: str  # noqa: N815
    vendorId: str  # noqa: N815
    status: OrderStatus
    total: int
    items: list[OrderLine]
    createdAt: datetime  # noqa: N815


class OrderPlaced(Answer):
    """The order; none where an anonymous caller's cart was empty."""

    message: str
    order: OrderDocument | None


class OrderDetails(Answer):
    """An order with the names behind its ids; null where one is no more."""

    order: OrderDocument
    vendor: dict[str, str] | None = Field(description="name, location")
    user: dict[str, str] | None = Field(description="name, phone")


class VendorList(Answer):
    """By name."""

    vendors: list[Vendor]


class OrderList(Answer):
    """Newest first."""

    orders: list[OrderDocument]


class Analytics(Answer):
    """Figures per day (UTC) that has orders, oldest first."""

    vendorId: str  # noqa: N815
    start: date
    end: date
    days: list[DayFigures]


class ProcessingLine(Answer):
    """One line for each batch, and a last one."""

    processed: int
    skipped: int = Field(description="Somebody else was faster.")
    done: bool


class ExportLine(Answer):
    """The figures of one order."""

    id: str = Field(alias="_id")
    total: int
    status: OrderStatus
    createdAt: datetime  # noqa: N815


class Collector(Answer):
    """Python's garbage collector; lists are by generation, the youngest first."""

    tracked: list[int] = Field(description="Objects made since the last collection.")
    frozen: int = Field(description="Objects that live as long as the process.")
    collections: list[int]


class MemoryFigures(Answer):
    """Of one worker, in bytes."""

    pid: int
    rss: int
    vms: int
    allocatedBlocks: int = Field(description="Of Python's own allocator.")  # noqa: N815
    gc: Collector


class Collected(Answer):
    """What a collection brought."""

    before: int = Field(description="Resident bytes before.")
    after: MemoryFigures
    collected: int = Field(description="Objects that nothing could reach.")
    milliseconds: float


class Checks(Answer):
    """What was asked; null: not configured."""

    database: bool
    redis: bool | None
    external_apis: bool | None


class Writes(Answer):
    """Whether the database can be written to, as of at most a second ago."""

    possible: bool
    reason: str | None = Field(description="Why not.")


class HealthReport(Answer):
    """The document's health answer."""

    status: Literal["healthy", "unhealthy"]
    timestamp: datetime
    checks: Checks
    writes: Writes
    uptime: float = Field(description="Seconds since this worker started.")
    memory: dict[str, int] = Field(description="Bytes of this worker.")
