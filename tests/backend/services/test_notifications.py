"""Where word of an order goes: nowhere, into the log, or to a webhook.

Tests `kampyn_perf/backend/outward_settings.py` too.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from kampyn_perf.backend.domain import Order
from kampyn_perf.backend.outward_settings import NotificationSettings
from kampyn_perf.backend.services.notifications import NoNotifier, notifier_of, notify

ORDER: Order = {
    "_id": "o1",
    "userId": "user123",
    "vendorId": "vendor123",
    "status": "pending",
    "total": 250,
    "items": [],
    "createdAt": datetime(2026, 1, 1, tzinfo=UTC),
}


class Hook(BaseHTTPRequestHandler):
    status = 204
    got: list[dict[str, Any]] = []  # noqa: RUF012

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append(orjson.loads(body) | {"path": self.path})
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def hook() -> Iterator[str]:
    Hook.got.clear()
    Hook.status = 204
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/orders?key=1"
    server.shutdown()
    server.server_close()


def send(**settings: Any) -> None:
    asyncio.run(notify(notifier_of(NotificationSettings.model_validate(settings)), ORDER))


def test_nobody_is_told_unless_configured() -> None:
    assert isinstance(notifier_of(NotificationSettings()), NoNotifier)


def test_the_log_shows_both(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="kampyn.notify"):
        send(mode="log")
    assert sorted(caplog.messages) == [
        "to user user123: order o1 is pending",
        "to vendor vendor123: order o1 has come in",
    ]


def test_a_webhook_gets_both(hook: str) -> None:
    send(mode="webhook", url=hook)
    shared = {"orderId": "o1", "status": "pending", "total": 250, "path": "/orders?key=1"}
    assert sorted(Hook.got, key=lambda body: body["kind"]) == [
        {"kind": "order_confirmation", "to": "user123"} | shared,
        {"kind": "vendor_notification", "to": "vendor123"} | shared,
    ]


@pytest.mark.parametrize("status", [500, 302])
def test_a_webhook_that_fails_costs_a_line_in_the_log(
    hook: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    Hook.status = status
    send(mode="webhook", url=hook)
    assert (
        caplog.messages == [f"Order o1: a notification failed: the webhook answered {status}"] * 2
    )


def test_a_webhook_needs_an_address() -> None:
    with pytest.raises(ValidationError, match="mode webhook needs a url"):
        NotificationSettings.model_validate({"mode": "webhook", "url": "ftp://x"})
