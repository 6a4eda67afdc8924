"""Which processes are the backend's."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from kampyn_perf.measure import finding
from kampyn_perf.measure.readings import NotSeen
from tests.measure.test_listeners import listening
from tests.measure.watchers.test_processes import SLEEP, python, until

FORK = f"import os; os.fork(); {SLEEP}"


def test_a_process_and_all_that_it_started() -> None:
    with python(FORK) as (parent,):
        until(lambda: len(finding.by_pid(parent.pid)) == 2)
        pids = finding.by_pid(parent.pid)
        os.kill(pids[1], 9)
    assert pids[0] == parent.pid


def test_by_the_name_of_its_script(tmp_path: Path) -> None:
    script = tmp_path / "shop-server.py"
    script.write_text(SLEEP)
    # Started by a shell that has ended, so that it is no process of ours.
    command = f"{sys.executable} {script} >/dev/null 2>&1 & echo $!"
    pid = int(subprocess.run(["sh", "-c", command], capture_output=True, check=True).stdout)
    try:
        until(lambda: pid in _by_name("shop-server*"))
        assert finding.by_name("shop-server.py") == [pid]
        with pytest.raises(NotSeen, match="no process is called shop"):
            finding.by_name("shop")
    finally:
        os.kill(pid, signal.SIGKILL)


def _by_name(pattern: str) -> list[int]:
    try:
        return finding.by_name(pattern)
    except NotSeen:
        return []


def test_this_process_and_its_own_are_never_the_backend() -> None:
    with python(SLEEP) as (child,):
        ours = {os.getpid(), child.pid}
        assert not ours & set(_by_name("*"))


def test_a_port_held_by_a_program_that_only_passes_on(tmp_path: Path) -> None:
    tunnel = tmp_path / "kubectl"
    shutil.copy(os.path.realpath(sys.executable), tunnel)
    with listening([str(tunnel)]) as (_, port):
        assert finding.forwarder_at(port) == "kubectl"
    with listening() as (_, port):
        assert finding.forwarder_at(port) == ""
    assert finding.forwarder_at(1) == ""


def test_a_search_is_made_again_after_a_while_or_when_a_process_has_ended() -> None:
    now = [100.0]
    searches, spent, cost = [0], [0.0], [0.001]
    with python(SLEEP) as (process,):

        def search() -> list[int]:
            searches[0] += 1
            spent[0] += cost[0]
            return [process.pid]

        pids = finding.every(
            5, search, pids=lambda found: found, clock=lambda: now[0], cpu=lambda: spent[0]
        )
        assert [pids(), pids()] == [[process.pid]] * 2
        assert searches == [1]
        now[0] += 5
        cost[0] = 0.05  # a machine with thousands of processes: twenty seconds' worth
        pids()
        assert searches == [2]
        now[0] += 19
        pids()
        assert searches == [2]
        now[0] += 1
        pids()
        assert searches == [3]
        process.kill()
        process.wait()
        pids()
        assert searches == [4]


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("shop.localhost", True),
        ("127.0.0.2", True),
        ("::1", True),
        (socket.gethostname(), True),
        ("192.0.2.7", False),
        ("shop.example.edu", False),
    ],
)
def test_which_hosts_are_this_machine(host: str, here: bool) -> None:
    assert finding.is_this_machine(host) is here
