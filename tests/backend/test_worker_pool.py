"""Workers that grow too large are replaced, and nobody notices."""

from __future__ import annotations

import threading
from http.client import HTTPException
from pathlib import Path

from kampyn_perf.backend.settings import BackendSettings, ProcessSettings
from kampyn_perf.process_limits import usable_cpus
from tests.backend.conftest import SETTINGS, Client, start
from tests.backend.test_launcher import until


def test_one_worker_per_cpu_and_a_gigabyte_each() -> None:
    settings = BackendSettings()
    assert settings.worker_count() == usable_cpus()
    assert settings.process.max_memory == 1024**3


def test_a_worker_over_its_limit_is_replaced_without_a_failed_request(state: Path) -> None:
    """A limit that any worker exceeds: each is replaced as often as memory is looked at."""
    small = ProcessSettings.model_validate({"max_memory": "10MB"})
    settings = SETTINGS.model_copy(update={"workers": 1, "process": small})
    statuses: list[int | str] = []
    enough = threading.Event()

    def ask() -> None:
        client = Client(running.url)  # one connection, as long as the server keeps it
        while not enough.wait(0.002):
            try:
                statuses.append(client.get("/api/vendor/list/uni/123").status)
            except (OSError, HTTPException) as error:
                statuses.append(repr(error))
                client.close()

    with start(settings, state_dir=state) as running:
        [first] = running.pids
        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        try:
            assert until(lambda: running.pids not in ([first], []), 30)
        finally:
            enough.set()
            for thread in threads:
                thread.join()
    assert set(statuses) == {200}
    log = (state / "logs" / "error.log").read_text()
    assert f"Worker {first} uses" in log
