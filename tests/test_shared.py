"""Workers have one process from which programs are forked, and one for generators.

Tests `tests/shared.py` and `tests/forked.py`.
"""

from __future__ import annotations

import time
from pathlib import Path

import psutil

from tests.running import small

CONFTEST = f"""{small.CONFTEST.rstrip()[:-1]}, "tests.shared"]
from tests import forked
forked.LIBRARIES = forked.MADE = ()
forked._modules = list  # a process that imports little
"""
FORKS = """
from multiprocessing import forkserver
from tests import forked, forked_generator

@pytest.mark.parametrize("number", range(4))
def test_it(number):
    for _ in range(2):
        process = forked.forkserver().Process(target=os.getpid)
        process.start()
        process.join()
        assert process.exitcode == 0
    note(f"{forkserver._forkserver._forkserver_pid}|{forked_generator.address()}")
    time.sleep(0.2)
"""


def test_they_are_started_once_and_end_with_the_run(tmp_path: Path) -> None:
    trace = small.run_suite(tmp_path, {"test_it.py": FORKS}, "-n", "2", conftest=CONFTEST)
    said, pids = (set(each) for each in zip(*trace, strict=True))
    assert len(pids) == 2
    (one,) = said
    server, _, address = one.partition("|")
    _wait(int(server), Path(address))
    assert not psutil.pid_exists(int(server))
    assert not Path(address).parent.exists()


def test_where_costs_are_measured_each_worker_has_its_own(tmp_path: Path) -> None:
    """What they start is counted with its tests."""
    costs = ("-p", "tests.running.costs", "--costs", str(tmp_path / "costs"))
    trace = small.run_suite(tmp_path, {"test_it.py": FORKS}, "-n", "2", *costs, conftest=CONFTEST)
    said, pids = (set(each) for each in zip(*trace, strict=True))
    assert len(said) == len(pids) == 2


def _wait(pid: int, address: Path) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and (psutil.pid_exists(pid) or address.parent.exists()):
        time.sleep(0.02)
