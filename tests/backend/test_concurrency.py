"""Several workers at once: never oversold, nothing lost, whoever is killed.

Tests `kampyn_perf/backend/worker_pool.py`, `kampyn_perf/backend/supervisor.py` and
`kampyn_perf/backend/stores/sqlite`.
"""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path

from kampyn_perf.backend.audit import audit
from kampyn_perf.backend.state import StateFolder
from tests.backend.conftest import SETTINGS, SMALL, Client, start
from tests.backend.test_launcher import until

TIGHT = SETTINGS.model_copy(update={"seed": SMALL.model_copy(update={"stock": 50})})


def place(url: str, number: int, key: str = "") -> int:
    client = Client(url)
    headers = {"Idempotency-Key": key} if key else {}
    body = {"vendorId": "vendor123", "items": [{"itemId": "item123", "quantity": 1}]}
    user = "user123" if number % 2 else "user1001"
    try:
        return client.post(f"/order/{user}", body, headers=headers).status
    finally:
        client.close()


def test_200_orders_for_a_stock_of_50_give_50_and_a_key_gives_one(state: Path) -> None:
    with start(TIGHT, state_dir=state) as running, ThreadPoolExecutor(40) as threads:
        keyed = list(threads.map(lambda _: place(running.url, 1, "same"), range(20)))
        assert (keyed.count(201), keyed.count(200)) == (1, 19)
        statuses = list(threads.map(lambda number: place(running.url, number), range(200)))
        assert (statuses.count(201), statuses.count(409)) == (49, 151)
        assert place(running.url, 1, "same") == 200
        assert place(running.url, 1, "other") == 409
    report = audit(StateFolder(state).store_url(""), TIGHT.store)
    assert (report.ok, report.orders, report.units_sold) == (True, 50, 50), report.findings


def test_workers_killed_under_load_lose_no_answered_order(state: Path) -> None:
    """What was answered is in the store; what was not may or may not be, but never by half."""
    answered: list[int] = []
    over, killed = threading.Event(), threading.Event()

    def orders(number: int) -> None:
        while not over.wait(0.1 if killed.is_set() else 0.005):  # slower while a place is empty
            try:
                answered.append(place(running.url, number))
            except (OSError, HTTPException):
                continue

    with start(SETTINGS, state_dir=state) as running, ThreadPoolExecutor(4) as threads:
        tasks = [threads.submit(orders, number) for number in range(4)]
        try:
            for _ in range(3):
                enough = len(answered) + 30
                assert until(lambda enough=enough: len(answered) >= enough)
                victims = running.pids
                os.kill(victims[0], signal.SIGKILL)
                killed.set()
                assert until(lambda v=victims: len(running.pids) == 2 and running.pids != v)
                killed.clear()
        finally:
            over.set()
        for task in tasks:
            task.result()
        assert Client(running.url).get("/health").status == 200
    assert set(answered) == {201}
    report = audit(StateFolder(state).store_url(""), SETTINGS.store)
    assert report.ok, report.findings
    assert report.orders >= len(answered)
