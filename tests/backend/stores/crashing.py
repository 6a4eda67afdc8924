"""Place an order in a process of its own that dies by SIGKILL at a step of it, once for each step.

`run` is called by `test_crashes` in a process without threads: it forks one for each order. Prints
a JSON list of [user, the steps that were reached, the signal that ended it or 0] for each: first
one that lives.
"""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import orjson

from kampyn_perf.backend.domain import Draft, ShopError
from kampyn_perf.backend.store_settings import StoreSettings
from kampyn_perf.backend.stores.factory import import_store, open_store

FIRST_USER = 1000


class Nobody:
    def query(self, collection: str, operation: str, seconds: float, detail: object = None) -> None:
        pass

    def connection_wait(self, pool: str, seconds: float) -> None:
        pass


async def place(
    url: str, settings: StoreSettings, user: str, cart: dict[str, int], step: Callable[[str], None]
) -> None:
    store = open_store(url, settings, Nobody(), step=step)
    await store.open()
    for item, quantity in cart.items():
        await store.carts.add(user, item, None, quantity)
    draft = Draft(
        order_id=f"of-{user}",
        user_id=user,
        vendor_id="vendor123",
        lines={},
        created_at=datetime.now(UTC),
        key="key",
        fingerprint="f",
    )
    with suppress(ShopError):
        await store.orders.place(draft)
    await store.close()


class Attempt:
    """One order of a user; started at once."""

    def __init__(
        self, url: str, settings: StoreSettings, user: str, cart: dict[str, int], die_at: int
    ) -> None:
        self.user = user
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 (closed by `ended`)
        self._pid = os.fork()
        if self._pid:
            return
        steps = iter(range(1000))

        def step(name: str) -> None:
            os.write(self._said.fileno(), name.encode() + b"\n")
            if next(steps) == die_at:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            asyncio.run(place(url, settings, user, cart, step))
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)

    def ended(self) -> tuple[str, list[str], int]:
        _pid, status = os.waitpid(self._pid, 0)
        with self._said:
            self._said.seek(0)
            steps = self._said.read().decode().splitlines()
        return self.user, steps, -os.waitstatus_to_exitcode(status)


def run(url: str, settings_json: str, cart: dict[str, int]) -> None:
    """One user for each step, all at once."""
    settings = StoreSettings.model_validate_json(settings_json)
    import_store(url)  # once, for all of them

    def attempt(number: int, die_at: int) -> Attempt:
        return Attempt(url, settings, f"user{FIRST_USER + number}", cart, die_at)

    whole = attempt(0, -1).ended()
    attempts = [attempt(1 + step, step) for step in range(len(whole[1]))]
    print(orjson.dumps([whole, *(each.ended() for each in attempts)]).decode())
