"""Telling the customer and the vendor about an order."""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

from kampyn_perf.backend.domain import Order

_log = logging.getLogger("kampyn.notify")


class Notifier(Protocol):
    """Where notifications go."""

    async def order_confirmation(self, order: Order) -> None: ...

    async def vendor_notification(self, order: Order) -> None: ...


class LogNotifier:
    """Writes them to the log, at debug level: no traffic leaves the machine."""

    async def order_confirmation(self, order: Order) -> None:
        _log.debug("to user %s: order %s is placed", order["userId"], order["_id"])

    async def vendor_notification(self, order: Order) -> None:
        _log.debug("to vendor %s: order %s has come in", order["vendorId"], order["_id"])


async def notify(notifier: Notifier, order: Order) -> None:
    """Both, at the same time. One that fails is logged: the order stands, whoever heard of it."""
    outcomes = await asyncio.gather(
        notifier.order_confirmation(order),
        notifier.vendor_notification(order),
        return_exceptions=True,
    )
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            _log.error("Order %s: a notification failed: %s", order["_id"], outcome)
