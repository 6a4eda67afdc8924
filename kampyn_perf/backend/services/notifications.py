"""Telling the customer and the vendor about an order."""

from __future__ import annotations

import asyncio
import http.client
import logging
from typing import Protocol
from urllib.parse import urlsplit

import orjson

from kampyn_perf.backend.domain import Order
from kampyn_perf.backend.outward_settings import NotificationMode, NotificationSettings

_log = logging.getLogger("kampyn.notify")


class Notifier(Protocol):
    """Where notifications go."""

    async def order_confirmation(self, order: Order) -> None: ...

    async def vendor_notification(self, order: Order) -> None: ...


class NoNotifier:
    """Tells nobody."""

    async def order_confirmation(self, order: Order) -> None: ...

    async def vendor_notification(self, order: Order) -> None: ...


class LogNotifier:
    """Writes them to the log: no traffic leaves the machine."""

    async def order_confirmation(self, order: Order) -> None:
        _log.info("to user %s: order %s is %s", order["userId"], order["_id"], order["status"])

    async def vendor_notification(self, order: Order) -> None:
        _log.info("to vendor %s: order %s has come in", order["vendorId"], order["_id"])


class WebhookNotifier:
    """One POST of JSON for each. Raises OSError where it is not answered with 2xx in time."""

    def __init__(self, settings: NotificationSettings) -> None:
        self._url = urlsplit(settings.url)
        self._timeout = settings.timeout / 1e6

    async def order_confirmation(self, order: Order) -> None:
        await self._post("order_confirmation", order["userId"], order)

    async def vendor_notification(self, order: Order) -> None:
        await self._post("vendor_notification", order["vendorId"], order)

    async def _post(self, kind: str, to: str, order: Order) -> None:
        body = {"kind": kind, "to": to, "orderId": order["_id"], "status": order["status"]}
        await asyncio.to_thread(self._send, orjson.dumps(body | {"total": order["total"]}))

    def _send(self, body: bytes) -> None:
        https = self._url.scheme == "https"
        kind = http.client.HTTPSConnection if https else http.client.HTTPConnection
        connection = kind(self._url.netloc, timeout=self._timeout)
        try:
            query = f"?{self._url.query}" if self._url.query else ""
            headers = {"Content-Type": "application/json"}
            connection.request("POST", (self._url.path or "/") + query, body, headers)
            status = connection.getresponse().status
        except http.client.HTTPException as error:
            raise OSError(f"no HTTP answer: {error}") from error
        finally:
            connection.close()
        if status // 100 != 2:
            raise OSError(f"the webhook answered {status}")


def notifier_of(settings: NotificationSettings) -> Notifier:
    """The one that is configured."""
    if settings.mode is NotificationMode.WEBHOOK:
        return WebhookNotifier(settings)
    return LogNotifier() if settings.mode is NotificationMode.LOG else NoNotifier()


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
