"""Workers are forks of one process that has imported everything, and share nothing else with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from kampyn_perf.backend.ids import new_id
from kampyn_perf.backend.worker_process import can_fork
from tests.backend.conftest import SETTINGS, Client, start
from tests.backend.test_launcher import until

only_where_workers_are_forked = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="workers are forked on Linux alone"
)


@only_where_workers_are_forked
def test_workers_and_their_successors_are_forks_with_files_of_their_own(state: Path) -> None:
    with start(SETTINGS, state_dir=state) as running:
        client = Client(running.url)
        supervisor = psutil.Process(running.supervisor_pid)
        first, second = running.pids
        os.kill(first, signal.SIGKILL)
        assert until(lambda: len(running.pids) == 2 and first not in running.pids)
        assert second in running.pids
        for pid in running.pids:
            assert psutil.Process(pid).ppid() == supervisor.pid
            assert psutil.Process(pid).cmdline() == supervisor.cmdline()
        order = {"vendorId": "vendor123", "items": [{"itemId": "item123", "quantity": 1}]}
        assert client.post("/order/user123", order).status == 201
        assert client.get("/health").json["checks"]["redis"] is True
        for pid in running.pids:
            assert {os.readlink(f"/proc/{pid}/fd/{number}") for number in (0, 1)} == {os.devnull}
            # The listening socket; and until it is ready, the pipe on which a worker says so.
            assert until(lambda pid=pid: len(_shared(pid, supervisor.pid, *running.pids)) == 1)
            assert not any(name.endswith("/lock") for name in _open_files(pid))
        assert not any("backend.db" in name for name in _open_files(supervisor.pid))


def _shared(pid: int, *others: int) -> set[str]:
    """What a process can hear or say something through and another of them can, too."""
    theirs = {name for other in others if other != pid for name in _open_files(other)}
    return {name for name in _open_files(pid) & theirs if name.startswith(("socket:", "pipe:"))}


def _open_files(pid: int) -> set[str]:
    """Without stderr, which all have from whoever started the backend."""
    folder = Path(f"/proc/{pid}/fd")
    return {os.readlink(path) for path in folder.iterdir() if path.name != "2"}


def test_a_program_of_somebodys_own_that_serves_is_not_copied(state: Path) -> None:
    """It may have threads, connections and patched modules: workers start from nothing."""
    code = (
        "import sys; from pathlib import Path; from kampyn_perf import backend\n"
        "import psutil\n"
        "s = backend.BackendSettings.model_validate_json(sys.argv[2])\n"
        "def announce(running):\n"
        "    print(*psutil.Process(running.workers[0].pid).cmdline(), flush=True)\n"
        "    import os, signal; os.kill(os.getpid(), signal.SIGTERM)\n"
        "backend.serve(s, state_dir=Path(sys.argv[1]), announce=announce)\n"
    )
    settings = SETTINGS.model_copy(update={"workers": 1, "port": 0}).dump().decode()
    done = subprocess.run(
        [sys.executable, "-c", code, str(state), settings],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=120,
    )
    assert done.stdout.split()[1:] == ["-m", "kampyn_perf.backend.worker"]


def test_what_a_worker_is_made_of_is_imported_before_the_fork(state: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from kampyn_perf.backend import app, settings, state, worker, worker_process\n"
        "s = settings.restore(sys.argv[2].encode())\n"
        "worker_process.prepare_to_fork(s, cached=True)\n"
        "before = set(sys.modules)\n"
        "folder = state.StateFolder(Path(sys.argv[1])); folder.make()\n"
        "config = app.WorkerConfig(settings=s, state=folder, cache_url='redis://127.0.0.1:1',\n"
        "                          secret='s' * 32, metrics_id=1)\n"
        "app.build(config)\n"
        "print(*(set(sys.modules) - before))\n"
    )
    limited = SETTINGS.rate_limit.model_copy(update={"enabled": True})
    settings = SETTINGS.model_copy(update={"rate_limit": limited})
    done = subprocess.run(
        [sys.executable, "-c", code, str(state), settings.dump().decode()],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=120,
    )
    late = done.stdout.split()
    assert len(late) < 8, late  # small parts of what is there


def test_nothing_is_forked_beside_a_thread() -> None:
    enough = threading.Event()
    thread = threading.Thread(target=enough.wait)
    thread.start()
    try:
        assert not can_fork()
    finally:
        enough.set()
        thread.join()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.program
def test_a_fork_makes_ids_of_its_own() -> None:
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(write, new_id().encode())
        os._exit(0)
    os.waitpid(pid, 0)
    os.close(write)
    with os.fdopen(read) as said:
        theirs = said.read()
    ours = new_id()
    assert len(theirs) == len(ours) == 24
    assert theirs[8:18] != ours[8:18]
