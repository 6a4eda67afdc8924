"""The MongoDB store as a whole."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from pymongo import ReadPreference

from kampyn_perf.backend.domain import UnavailableError
from kampyn_perf.backend.ports import QueryMetrics, Step
from kampyn_perf.backend.store_settings import MongoSettings
from kampyn_perf.backend.stores.mongo.accounts import MongoUsers, MongoVendors
from kampyn_perf.backend.stores.mongo.carts import MongoCarts
from kampyn_perf.backend.stores.mongo.connection import MongoConnection
from kampyn_perf.backend.stores.mongo.items import MongoItems
from kampyn_perf.backend.stores.mongo.orders import MongoOrders
from kampyn_perf.backend.stores.mongo.place_order import OrderPlacement
from kampyn_perf.backend.stores.mongo.recovery import LEASE, Recovery

_CLOSE_TIMEOUT = 5.0
_log = logging.getLogger("kampyn.mongodb")


class MongoStore:
    """See `ports.Store`. Sweeps up after crashed workers as long as it is open."""

    def __init__(
        self,
        *,
        url: str,
        settings: MongoSettings,
        metrics: QueryMetrics,
        step: Step = lambda _name: None,
    ) -> None:
        self._connection = MongoConnection(url=url, settings=settings, metrics=metrics)
        self.recovery = Recovery(connection=self._connection, step=step)
        self._placement = OrderPlacement(
            connection=self._connection,
            recovery=self.recovery,
            step=step,
            transactions=settings.transactions,
        )
        self.users = MongoUsers(connection=self._connection)
        self.items = MongoItems(connection=self._connection)
        self.vendors = MongoVendors(connection=self._connection)
        self.carts = MongoCarts(connection=self._connection)
        self.orders = MongoOrders(connection=self._connection, placement=self._placement)
        self._sweeper: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    async def open(self) -> None:
        await self._connection.open()
        """Does not wait for the database: a worker may start, and answer 503, while it is away."""
        self._sweeper = asyncio.create_task(self._sweep())

    async def close(self) -> None:
        """Ask the sweeper to end: cancelled in the middle of a command, the driver may go on."""
        self._closing.set()
        if self._sweeper is not None:
            await asyncio.wait([self._sweeper], timeout=_CLOSE_TIMEOUT)
            self._sweeper.cancel()
        await self._connection.close()

    async def ping(self) -> None:
        with self._connection.timed("admin", "ping"):
            await self._connection.client.admin.command("ping")

    async def check_write(self) -> None:
        """That there is a primary; writing to it each time would cost a journal's flush."""
        with self._connection.timed("admin", "ping"):
            await self._connection.client.admin.command(
                "ping", read_preference=ReadPreference.PRIMARY
            )

    async def _sweep(self) -> None:
        while not self._closing.is_set():
            try:
                recovered = await self.recovery.recover()
            except UnavailableError:
                _log.warning("Recovery has to wait: the database does not answer")
            else:
                if recovered:
                    _log.warning("Recovered after a crash: %s", recovered)
            with suppress(TimeoutError):
                async with asyncio.timeout(LEASE.total_seconds()):
                    await self._closing.wait()
