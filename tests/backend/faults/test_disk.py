"""A disk that is full or read-only: reads go on, writes say why not, no process ends, and all of it
works again by itself.

Tests `kampyn_perf/backend/stores`, `kampyn_perf/backend/metric_files.py`,
`kampyn_perf/backend/logs.py` and `kampyn_perf/backend/state.py`.
"""

from __future__ import annotations

import os
import signal
import threading
from http.client import HTTPException
from pathlib import Path
from typing import Any

import psutil

from kampyn_perf import backend
from kampyn_perf.backend.settings import RateLimitSettings
from tests.backend.conftest import SETTINGS, Client, start
from tests.backend.faults.conftest import SmallDisk
from tests.backend.test_launcher import until

LIST = "/api/vendor/list/uni/123"
ORDERS = "/order/vendor/vendor123/active?limit=100"
ROUTE = "/order/{userId}"
ORDER = {"vendorId": "vendor123", "items": [{"itemId": "item123", "quantity": 1}]}
FULL = "The store cannot write: its disk is full."
LIMITED = SETTINGS.model_copy(
    update={"rate_limit": RateLimitSettings(enabled=True, others=1_000_000, vendor=1_000_000)}
)


class Buyers:
    """Order again and again; remember what each was told."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._buy) for _ in range(3)]
        self.answers: list[tuple[int, Any]] = []
        self.cut = 0

    def __enter__(self) -> Buyers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def statuses(self) -> list[int]:
        return [status for status, _ in self.answers]

    def see(self, status: int, more: int = 5) -> bool:
        """Whether so many more answers of that status come."""
        before = self.statuses().count(status)
        return until(lambda: self.statuses().count(status) >= before + more)

    def _buy(self) -> None:
        client = Client(self._url)
        while not self._over.wait(0.005):
            try:
                answer = client.post("/order/user123", ORDER)
            except (OSError, HTTPException):
                self.cut += 1
                client.close()
            else:
                self.answers.append((answer.status, answer.json))


def test_a_full_disk_and_back(disk: SmallDisk, tmp_path: Path) -> None:
    state = disk.root / "state"
    with start(LIMITED, state_dir=state, log_path=tmp_path / "log") as running:
        pids = [running.supervisor_pid, running.redis_pid, *running.pids]
        client = Client(running.url)
        with Buyers(running.url) as buyers:
            assert buyers.see(201)
            disk.fill()
            assert buyers.see(503, 20)
            for _ in range(3):
                for path in (LIST, ORDERS, "/cart/user123", "/metrics"):
                    assert client.get(path).status == 200, path
            assert until(lambda: client.get("/health").status == 503)
            health = client.get("/health").json
            assert health["checks"]["database"] is True
            assert health["writes"] == {"possible": False, "reason": FULL}
            disk.free()
            assert buyers.see(201, 20)
        assert until(lambda: client.get("/health").status == 200)
        assert [running.supervisor_pid, running.redis_pid, *running.pids] == pids
    assert set(buyers.statuses()) == {201, 503}
    assert buyers.cut == 0
    assert {body["message"] for status, body in buyers.answers if status == 503} == {FULL}
    report = backend.audit_store(LIMITED, state_dir=state)
    assert report.ok, report.findings
    assert report.orders == buyers.statuses().count(201)


def test_a_worker_that_dies_while_the_disk_is_full_is_replaced(
    disk: SmallDisk, tmp_path: Path
) -> None:
    """And the state file, which cannot be written meanwhile, says so when it can."""
    state = disk.root / "state"
    one = LIMITED.model_copy(update={"workers": 1})
    with start(one, state_dir=state, log_path=tmp_path / "log") as running:
        [first] = running.workers
        assert Client(running.url).post("/order/user123", ORDER).status == 201
        disk.fill()
        os.kill(first.pid, signal.SIGKILL)
        assert until(lambda: not psutil.pid_exists(first.pid))
        client = Client(running.url)  # waits in the listening socket's queue
        assert client.get(LIST).status == 200
        assert client.get(ORDERS).json["orders"]
        assert running.alive()
        disk.free()
        assert until(lambda: [worker.restarts for worker in running.workers] == [1])
        assert until(lambda: client.post("/order/user123", ORDER).status == 201)
        text = client.get("/metrics").body.decode()
        assert f'route="{ROUTE}",status="201"' in text  # its predecessor's count is not lost
    report = backend.audit_store(one, state_dir=state)
    assert report.ok, report.findings
