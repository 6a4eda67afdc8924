"""Large amounts of orders in constant memory: processing what is pending, exporting a vendor's."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

from kampyn_perf.backend.domain import Order, OrderStatus
from kampyn_perf.backend.ports import Store
from kampyn_perf.backend.services.ordering import Ordering

BATCH = 1_000
"""Orders that are in memory at once while pending ones are processed."""
CHUNK = 100
"""Orders of one chunk of an export."""
_log = logging.getLogger("kampyn.processing")


@dataclass(frozen=True)
class ProcessingProgress:
    """How far the processing has come."""

    processed: int
    skipped: int
    """Somebody else was faster, or the order was cancelled meanwhile."""


class Processing:
    """Streams orders from the store; nothing here grows with their number."""

    def __init__(self, *, store: Store, ordering: Ordering) -> None:
        self._store = store
        self._ordering = ordering

    async def process_pending(self, *, limit: int = 0) -> AsyncIterator[ProcessingProgress]:
        """Confirm every pending order, batch by batch, in sequence; `limit` 0: all there are.

        Each order is confirmed once, however many do this at the same time, and a stop between two
        batches leaves nothing half done: what is still pending is there for the next run.
        """
        processed = skipped = 0
        stream = self._store.orders.stream(status=OrderStatus.PENDING, limit=limit, batch=BATCH)
        async for orders in stream:
            confirmed = await self._ordering.confirm(orders)
            processed += confirmed
            skipped += len(orders) - confirmed
            _log.info("Processed %d orders", processed)
            yield ProcessingProgress(processed, skipped)

    async def export(self, vendor_id: str, *, limit: int) -> AsyncIterator[list[dict[str, Any]]]:
        """Total, time and status of a vendor's orders, oldest first, in chunks."""
        async for orders in self._store.orders.stream(
            vendor_id=vendor_id, limit=limit, batch=CHUNK
        ):
            yield list(_figures(orders))


def _figures(orders: list[Order]) -> Iterator[dict[str, Any]]:
    for order in orders:
        yield {
            "_id": order["_id"],
            "total": order["total"],
            "status": order["status"],
            "createdAt": order["createdAt"],
        }
