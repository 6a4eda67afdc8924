"""Place one order and die by SIGKILL at a step of it. Run as a program by `test_crashes`.

Arguments: store URL, settings (JSON), user, items in the cart (JSON), step to die at (or -1), key.
Prints the name of each step as it is reached.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime

import orjson

from kampyn_perf.backend.domain import Draft, ShopError
from kampyn_perf.backend.ids import new_id
from kampyn_perf.backend.store_settings import StoreSettings
from kampyn_perf.backend.stores.factory import open_store


class Nobody:
    def query(self, collection: str, operation: str, seconds: float, detail: object = None) -> None:
        pass

    def connection_wait(self, pool: str, seconds: float) -> None:
        pass


async def main() -> None:
    url, settings_json, user, cart, die_at, key = sys.argv[1:]
    settings = StoreSettings.model_validate_json(settings_json)
    steps = iter(range(1000))

    def step(name: str) -> None:
        os.write(1, name.encode() + b"\n")
        if next(steps) == int(die_at):
            os.kill(os.getpid(), signal.SIGKILL)

    store = open_store(url, settings, Nobody(), step=step)
    await store.open()
    for item, quantity in orjson.loads(cart).items():
        await store.carts.add(user, item, None, quantity)
    draft = Draft(
        order_id=new_id(),
        user_id=user,
        vendor_id="vendor123",
        lines={},
        created_at=datetime.now(UTC),
        key=key or None,
        fingerprint="f",
    )
    with suppress(ShopError):
        await store.orders.place(draft)
    await store.close()


asyncio.run(main())
