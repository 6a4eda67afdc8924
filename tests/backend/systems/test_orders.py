"""Details, figures, export, and processing of what is pending.

Tests `kampyn_perf/backend/routes/orders.py`, `kampyn_perf/backend/routes/vendors.py`,
`kampyn_perf/backend/services/ordering.py` and `kampyn_perf/backend/services/processing.py`.
"""

from __future__ import annotations

import asyncio
import tracemalloc
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from kampyn_perf.backend.domain import Order, OrderStatus
from kampyn_perf.backend.launcher import RunningBackend
from kampyn_perf.backend.services.notifications import notify
from kampyn_perf.backend.services.ordering import Ordering
from kampyn_perf.backend.services.processing import BATCH, Processing
from tests.backend.conftest import Client

TODAY = datetime.now(UTC).date().isoformat()


@pytest.fixture
def admin(backend: RunningBackend) -> Client:
    return Client(backend.url).log_in("admin@example.com")


@pytest.fixture
def vendor(backend: RunningBackend) -> Client:
    return Client(backend.url).log_in("vendor123@example.com", who="vendor")


def place(client: Client, user: str = "user123", quantity: int = 1) -> dict[str, Any]:
    items = [{"itemId": "item123", "quantity": quantity}]
    answer = client.post(f"/order/{user}", {"vendorId": "vendor123", "items": items})
    assert answer.status == 201
    return dict(answer.json["order"])


def test_details_have_the_names_behind_the_ids(client: Client, vendor: Client) -> None:
    order = place(client)
    client.log_in("test@example.com")
    found = client.get(f"/order/{order['_id']}").json
    assert found["order"] == order
    assert set(found["vendor"]) == {"name", "location"}
    assert set(found["user"]) == {"name", "phone"}
    assert vendor.get(f"/order/{order['_id']}").json == found
    assert client.get("/order/0123456789abcdef").status == 404


def test_independent_reads_go_at_the_same_time() -> None:
    """Vendor and user each wait for the other to be asked: one after the other never ends."""
    both = asyncio.Barrier(2)

    class Asked:
        def __init__(self, answer: Any, *, alone: bool) -> None:
            self.answer, self.alone = answer, alone

        async def get(self, _: str) -> Any:
            if not self.alone:
                await both.wait()
            return self.answer

    class Shop:
        orders = Asked({"_id": "o", "vendorId": "v", "userId": "u"}, alone=True)
        vendors = Asked({"name": "V", "location": "L"}, alone=False)
        users = Asked({"name": "U", "phone": "P"}, alone=False)

    async def check() -> Any:
        ordering = Ordering(store=Shop(), notifier=Recorder())  # type: ignore[arg-type]
        async with asyncio.timeout(5):
            return await ordering.details("o")

    assert asyncio.run(check())["user"] == {"name": "U", "phone": "P"}


class Recorder:
    """Remembers whom it told; the vendor's message fails."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    async def order_confirmation(self, order: Order) -> None:
        self.told.append(("user", order["_id"]))

    async def vendor_notification(self, order: Order) -> None:
        self.told.append(("vendor", order["_id"]))
        raise ConnectionError("the vendor's device is off")


def test_a_notification_that_fails_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    recorder = Recorder()
    asyncio.run(notify(recorder, {"_id": "o1"}))  # type: ignore[typeddict-item]
    assert recorder.told == [("user", "o1"), ("vendor", "o1")]
    assert "Order o1: a notification failed: the vendor's device is off" in caplog.text


def test_analytics_of_today(client: Client, vendor: Client) -> None:
    def today() -> dict[str, Any]:
        answer = vendor.get(f"/api/vendor/vendor123/analytics?start={TODAY}&end={TODAY}").json
        return dict(answer["days"][0]) if answer["days"] else {"totalOrders": 0, "totalRevenue": 0}

    before = today()
    totals = [place(client, quantity=quantity)["total"] for quantity in (1, 3)]
    after = today()
    assert after["totalOrders"] == before["totalOrders"] + 2
    assert after["totalRevenue"] == before["totalRevenue"] + sum(totals)
    assert after["avgOrderValue"] == pytest.approx(after["totalRevenue"] / after["totalOrders"])
    assert after["_id"] == TODAY


def test_analytics_are_nobody_elses_and_take_dates(client: Client, vendor: Client) -> None:
    path = "/api/vendor/vendor123/analytics"
    assert client.get(path).status == 401
    assert client.log_in("test@example.com").get(path).status == 403
    assert vendor.get("/api/vendor/vendor1000/analytics").status == 403
    for query in ("start=tomorrow", "start=2025-02-30", "start=2025-10-02&end=2025-10-01"):
        assert vendor.get(f"{path}?{query}").status == 422


def test_an_export_is_lines_of_figures_of_that_vendor(client: Client, vendor: Client) -> None:
    order = place(client)
    answer = vendor.get("/api/vendor/vendor123/export")
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    lines = [orjson.loads(line) for line in answer.body.splitlines()]
    figures = {name: order[name] for name in ("_id", "total", "status", "createdAt")}
    assert figures in lines
    assert len({line["_id"] for line in lines}) == len(lines)
    three = vendor.get("/api/vendor/vendor123/export?limit=3").body.splitlines()
    assert [orjson.loads(line) for line in three] == lines[:3]
    assert vendor.get("/api/vendor/vendor1000/export").status == 403
    assert client.get("/api/vendor/vendor123/export").status == 401


def test_processing_confirms_what_is_pending(client: Client, admin: Client) -> None:
    orders = [place(client) for _ in range(3)]
    answer = admin.post("/api/admin/orders/process")
    *lines, last = [orjson.loads(line) for line in answer.body.splitlines()]
    assert last["done"]
    assert last["processed"] >= 3
    assert not any(line["done"] for line in lines)
    statuses = {admin.get(f"/order/{o['_id']}").json["order"]["status"] for o in orders}
    assert statuses == {"confirmed"}
    again = orjson.loads(admin.post("/api/admin/orders/process").body)
    assert again == {"processed": 0, "skipped": 0, "done": True}
    assert client.post("/api/admin/orders/process").status == 401
    assert client.log_in("test@example.com").post("/api/admin/orders/process").status == 403


class Endless:
    """A store with more pending orders than anybody would keep in memory."""

    TOTAL = 6 * BATCH

    def __init__(self) -> None:
        self.orders = self
        self.batches: list[int] = []
        self.events: list[str] = []

    async def stream(self, *, status: OrderStatus, limit: int, batch: int) -> Any:
        assert status is OrderStatus.PENDING
        for start in range(0, limit or self.TOTAL, batch):
            self.events.append(f"batch {start}")
            yield [
                {"_id": f"o{n}", "userId": "u", "vendorId": "v", "items": "x" * 200}
                for n in range(start, start + batch)
            ]

    async def advance(self, ids: list[str], old: OrderStatus, new: OrderStatus) -> list[str]:
        assert (old, new) == (OrderStatus.PENDING, OrderStatus.CONFIRMED)
        self.batches.append(len(ids))
        self.events.append(f"confirm {ids[0][1:]}")
        return ids[1:]  # somebody else was faster with the first


class Silent:
    async def order_confirmation(self, order: Order) -> None: ...

    async def vendor_notification(self, order: Order) -> None: ...


def test_six_thousand_pending_orders_take_the_memory_of_one_batch(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def peak(limit: int) -> tuple[int, Endless]:
        store: Any = Endless()
        processing = Processing(store=store, ordering=Ordering(store=store, notifier=Silent()))

        async def run() -> None:
            async for progress in processing.process_pending(limit=limit):
                assert progress.processed == 999 * len(store.batches)
                assert progress.skipped == len(store.batches)

        tracemalloc.start()
        asyncio.run(run())
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most, store

    two, _ = peak(2 * BATCH)
    six, store = peak(0)
    assert store.batches == [BATCH] * 6
    assert store.events[:4] == ["batch 0", "confirm 0", "batch 1000", "confirm 1000"]
    assert six < 1.5 * two
    with caplog.at_level("INFO"):
        peak(BATCH)
    assert "Processed 999 orders" in caplog.text
