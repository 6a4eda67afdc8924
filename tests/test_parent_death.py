"""Children that end with the process that started them. Real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

PARENT = """
import subprocess, sys, time
from kampyn_perf import parent_death
{start}
print(child.pid, flush=True)
time.sleep(60)
"""
OF_OURS = """
child = subprocess.Popen(
    [sys.executable, "-c",
     "import os, sys, time; from kampyn_perf import parent_death;"
     "parent_death.end_with(int(sys.argv[1])); print('on', flush=True); time.sleep(60)",
     str(__import__("os").getpid())],
    stdout=subprocess.PIPE,
)
child.stdout.readline()
"""
FOREIGN = """
child = subprocess.Popen(
    parent_death.wrap(["sleep", "60"]),
    stdin=subprocess.PIPE,
    preexec_fn=parent_death.die_with_parent,
)
"""


def _gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _until_gone(pid: int) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and not _gone(pid):
        time.sleep(0.02)
    return _gone(pid)


@pytest.mark.parametrize("start", [OF_OURS, FOREIGN], ids=["ours", "foreign"])
def test_a_child_ends_when_its_parent_is_killed(start: str) -> None:
    program = PARENT.format(start=start)
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert not _gone(child)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        assert _until_gone(child)


def test_a_child_whose_parent_is_gone_already_ends_at_once() -> None:
    """As if it had died before the child could ask: it has another parent than it was told."""
    program = (
        "import sys; from kampyn_perf import parent_death;"
        "parent_death.end_with(int(sys.argv[1])); print('still here')"
    )
    stranger = str(os.getppid())
    ended = subprocess.run(
        [sys.executable, "-c", program, stranger],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
