"""The document's own load configuration, unchanged, gets no error.

Tests `kampyn_perf/backend/routes`, `kampyn_perf/backend/seeding` and `kampyn_perf/datafile.py`.
"""

from __future__ import annotations

import orjson

from kampyn_perf import datafile
from kampyn_perf.backend.launcher import RunningBackend
from tests.backend.conftest import Client


def test_authentication_flow(client: Client) -> None:
    credentials = {"email": "test@example.com", "password": "password"}
    answer = client.post("/api/user/auth/login", credentials)
    assert answer.status == 200
    assert answer.json["user"]["_id"] == "user123"
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert answer.json["token"] in answer.headers["set-cookie"]
    check = client.get("/api/user/auth/check")
    assert (check.status, check.json["user"]["email"]) == (200, "test@example.com")


def test_order_flow(client: Client) -> None:
    listed = client.get("/api/item/retail/uni/123")
    assert listed.status == 200
    assert {"name", "price", "description", "image", "type"} <= set(listed.json["items"][0])
    assert client.post("/cart/add/user123", {"itemId": "item123", "quantity": 2}).status == 200
    ordered = client.post("/order/user123", {"vendorId": "vendor123", "items": []})
    assert ordered.status == 201
    [line] = ordered.json["order"]["items"]
    assert (line["itemId"], line["quantity"]) == ("item123", 2)
    assert ordered.json["order"]["total"] == 2 * line["price"]
    assert client.get("/cart/user123").json["items"] == []


def test_vendor_flow(client: Client) -> None:
    names = [vendor["name"] for vendor in client.get("/api/vendor/list/uni/123").json["vendors"]]
    assert names == sorted(names)
    orders = client.get("/order/vendor/vendor123/active").json["orders"]
    assert 0 < len(orders) <= 20
    assert {order["vendorId"] for order in orders} == {"vendor123"}
    times = [order["createdAt"] for order in orders]
    assert times == sorted(times, reverse=True)


def test_a_session_that_finds_the_shared_cart_empty_gets_no_error(client: Client) -> None:
    client.post("/cart/add/user1001", {"itemId": "item123", "quantity": 1})
    first = client.post("/order/user1001", {"vendorId": "vendor123", "items": []})
    second = client.post("/order/user1001", {"vendorId": "vendor123", "items": []})
    assert (first.status, second.status) == (201, 200)
    assert second.json["order"] is None


def test_with_a_token_an_empty_cart_is_a_conflict(client: Client) -> None:
    client.log_in("user3@example.com")
    answer = client.post("/order/user1002", {"vendorId": "vendor123", "items": []})
    assert (answer.status, answer.json["error"]) == (409, "cart_empty")


def test_metrics_agree_with_the_client_exactly(backend: RunningBackend) -> None:
    route = "/api/vendor/list/uni/{uniId}"
    before = requests_counted(Client(backend.url), route)
    for _ in range(10):
        client = Client(backend.url)  # a connection each, so that every worker gets some
        for _ in range(7):
            assert client.get("/api/vendor/list/uni/123").status == 200
        client.close()
    assert requests_counted(Client(backend.url), route) == before + 70


def test_the_data_file_is_what_the_load_reads(backend: RunningBackend) -> None:
    data = datafile.read(backend.data_file)
    users, vendors, items = (data.lists[name] for name in ("user", "vendor", "item"))
    assert backend.data_file.stat().st_mode & 0o777 == 0o600
    assert (data.constants["uniId"], users[0]["id"], users[0]["email"]) == (
        "123",
        "user123",
        "test@example.com",
    )
    assert (vendors[0]["id"], items[0]["id"]) == ("vendor123", "item123")
    client = Client(backend.url)
    user, item = users[-1], items[-1]
    check = client.log_in(user["email"]).get("/api/user/auth/check")
    assert check.json["user"]["_id"] == user["id"]
    added = client.post(f"/cart/add/{user['id']}", {"itemId": item["id"], "quantity": 1})
    assert added.status == 200
    placed = client.post(f"/order/{user['id']}", {"vendorId": item["vendorId"], "items": []})
    assert placed.status == 201
    assert orjson.loads(backend.data_file.read_bytes())["schema"] == "kampyn-perf/data"


def requests_counted(client: Client, route: str) -> int:
    lines = client.get("/metrics").body.decode().splitlines()
    wanted = "http_request_duration_seconds_count{"
    return sum(
        round(float(line.rsplit(" ", 1)[1]))
        for line in lines
        if line.startswith(wanted) and f'route="{route}"' in line
    )
