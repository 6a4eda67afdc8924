"""Pages, cursors, search, and bulk writes, as a client sees them.

Tests `kampyn_perf/backend/routes/items.py`.
"""

from __future__ import annotations

from typing import Any

import pytest

from kampyn_perf.backend.launcher import RunningBackend
from tests.backend.conftest import Client

PRODUCE = "/api/item/produce"
RETAIL = "/api/item/retail"


def new_item(identifier: str, **changes: Any) -> dict[str, Any]:
    return {
        "_id": identifier,
        "name": f"Jackfruit {identifier}",
        "price": 40,
        "type": "snack",
        "uniId": "bulk",
        "vendorId": "vendor123",
        "quantity": 5,
    } | changes


@pytest.fixture
def vendor(backend: RunningBackend) -> Client:
    return Client(backend.url).log_in("vendor123@example.com", who="vendor")


def test_pages_by_number(client: Client) -> None:
    everything = client.get(f"{RETAIL}/uni/123?limit=100").json
    total = len(everything["items"])
    assert everything["pagination"] == {
        "current": 1, "total": 1, "hasNext": False, "hasPrev": False,
    }  # fmt: skip
    assert total > 8
    pages = [
        client.get(f"{RETAIL}/uni/123?limit=4&page={n}").json for n in range(1, total // 4 + 2)
    ]
    assert [item for page in pages for item in page["items"]] == everything["items"]
    assert pages[0]["pagination"] == {
        "current": 1, "total": -(-total // 4), "hasNext": True, "hasPrev": False,
    }  # fmt: skip
    assert pages[1]["pagination"]["hasPrev"]
    beyond = client.get(f"{RETAIL}/uni/123?limit=4&page=900").json
    assert (beyond["items"], beyond["pagination"]["hasNext"]) == ([], False)


def test_pages_by_cursor_are_the_same_items(client: Client) -> None:
    everything = client.get(f"{RETAIL}/uni/123?limit=100").json["items"]
    found: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        page = client.get(f"{RETAIL}/uni/123?limit=4&cursor={cursor}").json
        found += page["items"]
        assert page["pagination"]["hasNext"] == (page["pagination"]["next"] is not None)
        cursor = page["pagination"]["next"]
    assert found == everything


def test_a_cursor_does_not_slip_when_something_is_new(client: Client, vendor: Client) -> None:
    """By page, one new item moves all others: somebody would see one twice."""
    items = [new_item(f"slip{n}", uniId="slip") for n in range(4)]
    vendor.post(f"{PRODUCE}/bulk", {"items": items})
    first = client.get(f"{PRODUCE}/uni/slip?limit=2&cursor=").json
    vendor.post(f"{PRODUCE}/bulk", {"items": [new_item("slip9", uniId="slip")]})
    after = first["pagination"]["next"]
    second = client.get(f"{PRODUCE}/uni/slip?limit=2&cursor={after}").json
    seen = [item["_id"] for page in (first, second) for item in page["items"]]
    assert sorted(seen) == ["slip0", "slip1", "slip2", "slip3"]


def test_search_wants_every_word_in_either_field(client: Client, vendor: Client) -> None:
    items = [
        new_item("s1", name="Tender Coconut", description="cold", uniId="find"),
        new_item("s2", name="Coconut Barfi", description="sweet", uniId="find"),
        new_item("s3", name="Tender Coconut", uniId="elsewhere"),
    ]
    assert vendor.post(f"{RETAIL}/bulk", {"items": items}).json["done"] == 3

    def found(words: str) -> list[str]:
        answer = client.get(f"{RETAIL}/search/uni/find?q={words}").json
        return sorted(item["_id"] for item in answer["items"])

    assert found("coconut") == ["s1", "s2"]
    assert found("COLD+tender") == ["s1"]
    assert found("tender+sweet") == []


def test_a_bulk_insert_does_what_it_can_and_names_the_rest(vendor: Client, client: Client) -> None:
    items = [new_item("b1"), new_item("b1"), new_item("item123"), new_item("b2")]
    answer = vendor.post(f"{RETAIL}/bulk", {"items": items})
    assert answer.status == 201
    assert answer.json == {
        "done": 2,
        "errors": [
            {"index": 1, "message": "This _id is taken."},
            {"index": 2, "message": "This _id is taken."},
        ],
    }
    listed = client.get(f"{RETAIL}/uni/bulk").json["items"]
    assert {item["_id"] for item in listed} == {"b1", "b2"}


def test_a_bulk_update_does_what_it_can_and_names_the_rest(vendor: Client, client: Client) -> None:
    vendor.post(f"{PRODUCE}/bulk", {"items": [new_item("u1"), new_item("u2", quantity=0)]})
    updates = [
        {"itemId": "u1", "quantity": -9},
        {"itemId": "nothing", "quantity": 1},
        {"itemId": "u2", "quantity": 3},
        {"itemId": "u1", "quantity": -5},
    ]
    answer = vendor.request("PATCH", f"{PRODUCE}/inventory", {"updates": updates})
    assert answer.json == {
        "done": 2,
        "errors": [
            {"index": 0, "message": "There is less in stock than that."},
            {"index": 1, "message": "There is no such item."},
        ],
    }
    # What orders take says what is there: u2 has three, u1 none.
    for item, quantity, status in (("u1", 1, 409), ("u2", 4, 409), ("u2", 3, 201)):
        body = {"vendorId": "vendor123", "items": [{"itemId": item, "quantity": quantity}]}
        assert client.post("/order/user123", body).status == status


def test_bulk_writes_are_for_vendors_and_only_their_own(client: Client, vendor: Client) -> None:
    stranger = {"items": [new_item("x1", vendorId="vendor1000")]}
    assert client.post(f"{RETAIL}/bulk", stranger).status == 401
    assert vendor.post(f"{RETAIL}/bulk", stranger).status == 403
    client.log_in("test@example.com")
    assert client.post(f"{RETAIL}/bulk", {"items": [new_item("x2")]}).status == 403
    assert client.request("PATCH", f"{RETAIL}/inventory", {"updates": []}).status in (403, 422)
