"""No room on a disk, for one process: no byte gets written, and then it does again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from kampyn_perf.faults.actions.disk import DiskFull
from kampyn_perf.faults.actions.victim import Victim
from kampyn_perf.faults.records import Leftover, Records

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of others: Linux alone")
WRITER = """
import subprocess, sys
for line in sys.stdin:
    if line.strip():
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        print(child.pid, flush=True)
        continue
    try:
        with open(sys.argv[1], "ab") as file:
            file.write(b"x")
        print("written", flush=True)
    except OSError as error:
        print(type(error).__name__, flush=True)
"""


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", WRITER, str(tmp_path / "file")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


def ask(writer: subprocess.Popen[str], line: str = "") -> str:
    assert writer.stdin
    assert writer.stdout
    writer.stdin.write(f"{line}\n")
    writer.stdin.flush()
    return writer.stdout.readline().strip()


def test_every_write_fails_until_the_end(writer, tmp_path):
    assert ask(writer) == "written"
    full = DiskFull([Victim.of(writer.pid)])
    full.begin()
    assert ask(writer) == "OSError"
    full.end()
    assert ask(writer) == "written"
    assert (tmp_path / "file").read_bytes() == b"xx"


def test_who_was_started_meanwhile_can_write_afterwards(writer):
    full = DiskFull([Victim.of(writer.pid)])
    full.begin()
    child = psutil.Process(int(ask(writer, "start another")))
    assert child.rlimit(psutil.RLIMIT_FSIZE)[0] == 0
    full.end()
    assert child.rlimit(psutil.RLIMIT_FSIZE)[0] != 0
    child.kill()


def test_a_record_undoes_it_when_the_run_is_gone(writer, tmp_path):
    full = DiskFull([Victim.of(writer.pid)])
    records = Records(tmp_path / "records")
    gone = Victim(pid=writer.pid, started=1.0)
    records.write(Leftover(name="f", kind="disk full", run=gone, traces=full.traces))
    full.begin()
    assert ask(writer) == "OSError"
    assert [(one.name, error) for one, error in records.undo_orphans()] == [("f", "")]
    assert ask(writer) == "written"
