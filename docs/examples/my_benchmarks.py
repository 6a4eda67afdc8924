"""Benchmarks of one's own: what an order's JSON costs, and what company does to a lookup.

kampyn-perf bench docs/examples/my_benchmarks.py
kampyn-perf bench docs/examples/my_benchmarks.py -k encode --param lines=10,100
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from kampyn_perf import bench

Order = dict[str, Any]


def make_order(lines: int) -> Order:
    """An order of so many lines. What a set-up returns is the case's first argument."""
    line = {"itemId": "item123", "name": "Paneer Wrap", "price": 120, "quantity": 2}
    return {"_id": "order123", "vendorId": "vendor123", "items": [line] * lines}


@bench.case(params={"lines": (1, 20)}, setup=make_order)
def encode(order: Order) -> None:
    """One call is one sample; the set-up is made once for the run and is not measured."""
    json.dumps(order)


@bench.case("orders.total", params={"lines": (20,)}, setup=make_order)
def total(order: Order) -> None:
    """A name of its own, that stays when the function or the file is renamed."""
    sum(line["price"] * line["quantity"] for line in order["items"])


def fill_cart() -> list[str]:
    """Each iteration gets a cart of its own: the case empties it."""
    return ["item123"] * 100


@bench.case(setup_each=fill_cart, teardown_each=list.clear)
def empty_cart(cart: list[str]) -> None:
    """`setup_each` and `teardown_each` are called around every call, and are not measured."""
    while cart:
        cart.pop()


class Lookup:
    """Stands for a client with a pool of connections: four may ask at a time."""

    def __init__(self) -> None:
        self.pool = asyncio.Semaphore(4)

    async def vendor(self, vendor_id: str) -> Mapping[str, str]:
        """One vendor, after a millisecond."""
        async with self.pool:
            await asyncio.sleep(0.001)
        return {"_id": vendor_id}


async def open_lookup() -> Lookup:
    """Set-ups may be async; all of a run's cases share one event loop."""
    return Lookup()


@bench.case(params={"clients": (1, 4, 8)}, setup=open_lookup)
async def look_up(lookup: Lookup) -> None:
    """The parameter `clients`: so many callers at the same time, each waiting for its answer."""
    await lookup.vendor("vendor123")
