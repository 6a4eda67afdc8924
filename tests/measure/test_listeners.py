"""Which processes listen on a port."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kampyn_perf.backend import RunningBackend
from kampyn_perf.measure.listeners import PortSearch
from kampyn_perf.measure.readings import NotSeen
from tests.measure.watchers.test_processes import until

LISTEN = (
    "import os, socket, sys, time\n"
    "s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True)\n"
    "os.fork(); time.sleep(60)"
)


@contextmanager
def listening(program: list[str] | None = None) -> Iterator[tuple[int, int]]:
    """Process and port of one that listens, with a child that has the socket as well."""
    command = [*(program or [sys.executable]), "-c", LISTEN]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    try:
        yield process.pid, int(process.stdout.readline())
    finally:
        os.killpg(process.pid, 9)
        process.wait()
        process.stdout.close()


def test_everyone_who_holds_the_listening_socket() -> None:
    with listening() as (parent, port):
        until(lambda: len(PortSearch(port)()) == 2)
        pids = PortSearch(port)()
    assert parent in pids


def test_the_workers_of_the_bundled_backend_by_its_port(backend: RunningBackend) -> None:
    port = int(backend.url.rpartition(":")[2])
    assert set(backend.pids) <= set(PortSearch(port)())


def test_a_port_on_which_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NotSeen, match=f"nothing listens on port {port} of this machine"):
        PortSearch(port)()


def test_a_socket_whose_owner_may_not_be_looked_into(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    line = "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000 0 777"
    (tmp_path / "net" / "tcp").write_text(f"  sl  local_address\n{line}\n")
    with pytest.raises(NotSeen, match="another user's process") as caught:
        PortSearch(8080, tmp_path)()
    assert "--watch-pid" in caught.value.remedy


LISTENING = "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0 0 {} 1"
CLOSING = "   1: 0100007F:1F90 0100007F:{:04X} 06 00000000:00000000 03:00000EA0 00000000  0 0 0 3"


class Proc:
    """A /proc of made-up processes, each with the sockets that it holds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "net").mkdir()

    def listen(self, inode: int) -> None:
        table = ["  sl  local_address", LISTENING.format(inode), CLOSING.format(9)]
        (self.folder / "net" / "tcp").write_text("\n".join(table))

    def process(self, pid: int, *inodes: int) -> None:
        shutil.rmtree(self.folder / str(pid), ignore_errors=True)
        (self.folder / str(pid) / "fd").mkdir(parents=True)
        for number, inode in enumerate(inodes):
            (self.folder / str(pid) / "fd" / str(number)).symlink_to(f"socket:[{inode}]")


@pytest.fixture
def proc(tmp_path: Path) -> Proc:
    """Process 10 listens, and process 11 does not."""
    proc = Proc(tmp_path)
    proc.listen(777)
    proc.process(10, 777)
    proc.process(11, 5)
    return proc


def test_a_search_finds_new_processes_and_new_sockets_and_loses_those_that_let_go(
    proc: Proc,
) -> None:
    search = PortSearch(8080, proc.folder)
    assert search() == [10]
    proc.process(12, 777)  # a fork
    assert search() == [10, 12]
    proc.process(10, 6)
    assert search() == [12]
    proc.listen(778)  # another program took the port
    proc.process(11, 5, 778)
    assert search() == [11]


def test_who_was_handed_the_socket_later_is_found_within_a_minute(proc: Proc) -> None:
    search = PortSearch(8080, proc.folder)
    assert search() == [10]
    proc.process(11, 777)
    found = [search() for _ in range(12)]
    assert found[-1] == [10, 11]


def test_sockets_that_do_not_listen_are_not_read(proc: Proc) -> None:
    """A load leaves thousands of them behind."""
    with (proc.folder / "net" / "tcp").open("a") as table:
        table.write("\nwhat would be an error if it were read")
    assert PortSearch(8080, proc.folder)() == [10]
