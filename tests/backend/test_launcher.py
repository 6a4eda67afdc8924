"""Starting and stopping: what is wrong is said, and no process stays, whoever is killed.

Tests `__main__.py` and `starting.py` of `kampyn_perf/backend` too.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import orjson
import psutil
import pytest

from kampyn_perf.backend import launcher
from kampyn_perf.backend.state import StateFolder
from kampyn_perf.errors import ExitCode, KampynError
from tests.backend.conftest import SETTINGS, Client, start

ONE = SETTINGS.model_copy(update={"workers": 1})


def until(condition: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def gone(pids: Iterable[int | None]) -> bool:
    return not any(pid is not None and _runs(pid) for pid in pids)


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def all_pids(running: launcher.RunningBackend) -> list[int | None]:
    return [running.supervisor_pid, *running.pids, running.redis_pid]


def test_a_killed_supervisor_takes_its_children_with_it(state: Path) -> None:
    with start(ONE, state_dir=state) as running:
        pids = all_pids(running)
        os.kill(running.supervisor_pid, signal.SIGKILL)
        assert until(lambda: gone(pids))


def test_a_killed_caller_leaves_no_backend(state: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path\n"
        "from kampyn_perf.backend import launcher, settings\n"
        "s = settings.restore(sys.argv[2].encode())\n"
        "r = launcher.start(s, state_dir=Path(sys.argv[1]))\n"
        "print(r.supervisor_pid, *r.pids, r.redis_pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    command = [sys.executable, "-c", code, str(state), ONE.dump().decode()]
    caller = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert caller.stdout is not None
    pids = [int(word) for word in caller.stdout.readline().split()]
    assert len(pids) == 3
    caller.kill()
    caller.wait()
    caller.stdout.close()
    assert until(lambda: gone(pids))


def test_a_taken_port_is_named_with_the_way_out(state: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(KampynError) as caught:
            start(ONE, state_dir=state, port=port)
    assert f"port {port}" in caught.value.message
    assert "--port" in caught.value.hint
    assert caught.value.code is ExitCode.USAGE


def test_a_state_folder_serves_one_backend(backend: launcher.RunningBackend) -> None:
    with pytest.raises(KampynError, match=f"pid {backend.supervisor_pid}"):
        start(ONE, state_dir=backend.data_file.parent)
    assert Client(backend.url).get("/health").status == 200


def answered_by_the_other(url: str, one: psutil.Process) -> int:
    """Ask until an answer came while `one` was suspended, and so from the other worker; how many
    requests that took. It may be suspended while it has the store locked: then it goes on, and
    another request is made."""
    for number in range(1, 11):
        asking = threading.Thread(target=Client(url).get, args=("/api/vendor/list/uni/123",))
        one.suspend()
        asking.start()
        asking.join(5)
        alone = not asking.is_alive()
        one.resume()
        asking.join()
        if alone:
            return number
    raise AssertionError("no request is answered while a worker is suspended")


def test_a_dead_worker_is_replaced_and_a_stop_leaves_nobody(state: Path) -> None:
    """No count is lost. For whoever watches the processes each worker has a record that counts its
    restarts: in the handle, and in the state file."""
    from tests.backend.test_document import requests_counted

    with launcher.start(SETTINGS, state_dir=state) as running:
        first, second = running.workers
        assert (first.slot, second.slot, first.restarts, second.restarts) == (1, 2, 0, 0)
        assert running.redis_pid is not None
        born = psutil.Process(first.pid).create_time()
        assert abs(first.started - born) < 5
        asked = answered_by_the_other(running.url, psutil.Process(second.pid))
        os.kill(first.pid, signal.SIGKILL)
        assert until(lambda: [worker.restarts for worker in running.workers] == [1, 0])
        successor, same = running.workers
        assert same == second
        assert (successor.slot, successor.pid != first.pid) == (1, True)
        recorded = StateFolder(state).running()
        assert recorded is not None
        assert recorded.workers == [successor, second]
        client = Client(running.url)
        assert client.get("/health").status == 200
        assert requests_counted(client, "/api/vendor/list/uni/{uniId}") == asked
        pids = [first.pid, *all_pids(running)]
    assert until(lambda: gone(pids), 5)
    assert StateFolder(state).running() is None
    assert not (state / "redis.sock").exists()


def test_requests_in_flight_finish_when_the_backend_stops(state: Path) -> None:
    slow = SETTINGS.model_copy(
        update={
            "workers": 1,
            "passwords": SETTINGS.passwords.model_copy(update={"iterations": 20_000}),
        }
    )
    with start(slow, state_dir=state) as running:
        address = ("127.0.0.1", int(running.url.rsplit(":", 1)[1]))
        body = orjson.dumps({"email": "test@example.com", "password": "password"})
        head = (
            "POST /api/user/auth/login HTTP/1.1\r\nHost: x\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection(address, timeout=30) as connection:
            connection.sendall(head.encode() + body)
            worker = psutil.Process(running.pids[0])
            before = worker.cpu_times().user
            assert until(lambda: worker.cpu_times().user > before + 0.05)  # it hashes
            os.kill(running.supervisor_pid, signal.SIGTERM)
            assert connection.recv(64).startswith(b"HTTP/1.1 200")
