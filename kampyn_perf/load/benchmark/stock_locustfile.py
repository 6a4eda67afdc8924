"""The work of the comparison as people write it for stock Locust. Run by `locust -f` alone.

KAMPYN_WORK says what is done, KAMPYN_DATA with which ids; KAMPYN_RATE sessions/s of all users
together, 0 for as fast as it goes.
"""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

from locust import FastHttpUser, constant, constant_throughput, task

_WORK = os.environ["KAMPYN_WORK"]
_USERS = int(os.environ["KAMPYN_USERS"])
_RATE = float(os.environ["KAMPYN_RATE"])
_DATA = json.loads(Path(os.environ["KAMPYN_DATA"]).read_text(encoding="utf-8"))
_WAIT = constant_throughput(_RATE / _USERS) if _RATE else constant(0)


class _Checked(FastHttpUser):  # type: ignore[misc, unused-ignore]
    """Looks at what was answered, as the mix of `kampyn-perf load` does."""

    abstract = True
    wait_time = _WAIT

    def ask(self, method: str, path: str, name: str, key: str, body: Any = None) -> None:
        """One request; a 200 without `key` is no success."""
        with self.rest(method, path, name=name, json=body) as response:
            if response.js is None or key not in response.js:
                response.failure(f"no {key}")

    def forget(self) -> None:
        """Each session is somebody who was never here before."""
        self.client.cookiejar.clear()


if _WORK == "mix":

    class Authentication(_Checked):
        weight = 30

        @task  # type: ignore[untyped-decorator, unused-ignore]
        def log_in(self) -> None:
            self.forget()
            user = random.choice(_DATA["users"])  # noqa: S311
            body = {"email": user["email"], "password": user["password"]}
            self.ask("POST", "/api/user/auth/login", "login", "token", body)
            self.ask("GET", "/api/user/auth/check", "check", "user")

    class OrderPlacement(_Checked):
        weight = 40

        @task  # type: ignore[untyped-decorator, unused-ignore]
        def place_an_order(self) -> None:
            self.forget()
            user, item = random.choice(_DATA["users"]), random.choice(_DATA["items"])  # noqa: S311
            self.ask("GET", f"/api/item/retail/uni/{_DATA['uniId']}", "items", "items")
            cart = {"itemId": item["id"], "quantity": 2}
            self.ask("POST", f"/cart/add/{user['id']}", "cart_add", "item", cart)
            order = {"vendorId": item["vendorId"], "items": []}
            self.ask("POST", f"/order/{user['id']}", "order", "order", order)

    class VendorOperations(_Checked):
        weight = 30

        @task  # type: ignore[untyped-decorator, unused-ignore]
        def look_at_orders(self) -> None:
            self.forget()
            vendor = random.choice(_DATA["vendors"])  # noqa: S311
            self.ask("GET", f"/api/vendor/list/uni/{_DATA['uniId']}", "vendors", "vendors")
            self.ask("GET", f"/order/vendor/{vendor['id']}/active", "active_orders", "orders")

else:

    class Single(FastHttpUser):  # type: ignore[misc, unused-ignore]
        wait_time = _WAIT

        @task  # type: ignore[untyped-decorator, unused-ignore]
        def items(self) -> None:
            self.client.get("/items", name="items")
