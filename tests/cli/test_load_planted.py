"""Race and recovery bugs that every status code hides, each found by a load with an audit; the
right backend, under the same loads and with faults, is clean.

Tests `kampyn_perf/load/audit` and `kampyn_perf/backend/audit.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli import program
from tests.cli.program import CHEAP, ONE_GOAL, profile

FEW = ("--set", "backend.seed={users: 20, vendors: 2, items: 2, orders: 10}")
"""Items that are ordered in turn: of few, every order meets another on its way."""
BALANCE = "what was stocked is sold or still there"


SHOP = """
name: reference
sign_in: {vendor: {operation: vendor_login, ahead: false}}
operations:
  cart_add: {method: POST, path: "/cart/add/{user.id}", json: {itemId: "{item.id}", quantity: 2}}
  items: {path: "/api/item/retail/uni/{uniId}", expect: [items]}
  order: {method: POST, path: "/order/{user.id}", json: {vendorId: "{item.vendorId}", items: []}}
  vendor_login:
    {method: POST, path: /api/vendor/auth/login,
     json: {email: "{vendor.email}", password: "{vendor.password}"}}
  offer:
    method: POST
    path: /api/item/retail/bulk
    as: vendor
    json: {items: [{name: New, price: 5, type: Snack, uniId: "{uniId}", vendorId: "{vendor.id}"}]}
flows:
  - {name: Fill a cart, weight: 3, flow: [{call: items}, {call: cart_add}]}
  - {name: Offer, weight: 1, flow: [{call: offer}, {call: items}]}
audit: {operation: order, id: order._id}
"""
"""Carts that are filled by many at once, and items that come while others read the list."""
LOADS = {
    "oversell": "",
    "stock_without_order": "{at: 1s, worker: kill}",
    "double_order": "",
    "lost_order": "",
    "lost_cart_update": "",
    "stale_cache": "",
}


def load(folder: Path, bug: str, *, faults: str, shop: bool) -> program.Done:
    """The bug is in the backend's processes alone (`tests.forked_backend`)."""
    if shop:
        target = folder / "configs" / "targets" / "reference.yaml"
        target.parent.mkdir(parents=True)
        target.write_text(SHOP)
    flows = ("--set", "backend.seed.users=2") if shop else ("--flow", "order")
    command = [
        "load", "--audit", *CHEAP, *FEW, *profile("{duration: 2500ms, arrivalRate: 15}"),
        "--set", f"config.faults=[{faults}]", "--set", "backend.workers=1", *flows,
        "--no-watch", *ONE_GOAL,
    ]  # fmt: skip
    return program.run(folder, *command, env={"PLANTED": bug})


@pytest.mark.parametrize(
    ("bug", "found"),
    [
        ("oversell", BALANCE),
        ("stock_without_order", BALANCE),
        ("double_order", "an order is placed once"),
        ("lost_order", "a confirmed order is in the store"),
        ("lost_cart_update", "what is put into a cart stays there until it is ordered"),
        ("stale_cache", "a cached list is what the store has"),
    ],
)
def test_a_load_with_an_audit_finds_it(tmp_path, bug, found):
    done = load(tmp_path, bug, faults=LOADS[bug], shop=bug in ("lost_cart_update", "stale_cache"))
    assert done.code == 1, done.err  # for that alone: its goal is kept
    assert f"broken: {found}" in done.out


def test_the_right_backend_is_clean(tmp_path):
    """While Redis stands still, and is killed. Orders under faults are in `test_load_faults`."""
    faults = "{at: 500ms, for: 1s, redis: pause}, {at: 2s, redis: kill}"
    done = load(tmp_path, "", faults=faults, shop=True)
    assert done.code in (0, 1, 4), done.err  # how fast it was is another matter
    assert "Audit: all invariants hold" in done.out
