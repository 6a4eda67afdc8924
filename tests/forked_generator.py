"""Generators forked from a process that has imported Locust, for programs that tests fork.

The same modules on the same pipes, in a process of their own that is killed with who asked for it.
What is saved is the import of Locust and gevent three hundred times a run of the suite. Whoever
starts a program from nothing (`start_cold`), or tests what becomes of its children, has generators
that start from nothing as well.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from typing import IO
from unittest import mock

import psutil

from kampyn_perf.load.coordinator import child
from kampyn_perf.load.distributed import join
from tests import inherited

ROOT = Path(__file__).parent.parent
ADDRESS = "KAMPYN_TESTS_GENERATORS"
SCRIPT = "tests.script"
STARTING = frozenset({"bench", "capacity", "compare", "load"})
"""Commands that start some."""


def with_address(arguments: list[str], environment: Mapping[str, str]) -> dict[str, str]:
    """An environment that tells a forked program where its generators come from."""
    if not STARTING & set(arguments[:1]) or ADDRESS in environment:
        return dict(environment)
    return {**environment, ADDRESS: address()}


def take_address() -> None:
    """In a forked program, before it begins: use what `with_address` said, and hide it."""
    path = os.environ.pop(ADDRESS, "")
    if path:
        child.spawn = partial(spawn, path)  # type: ignore[assignment] # of the same manners
        join.spawn = partial(spawn_worker, path)  # type: ignore[assignment]


@contextmanager
def warm() -> Iterator[None]:
    """Within the block this process's own generators are forked as well."""
    with mock.patch.object(child, "spawn", partial(spawn, address())):
        yield


@cache
def address() -> str:
    """Of the one that forks, started when the first asks for it; it ends with this process and with
    those that were forked from it since, who share it."""
    path = str(
        Path(tempfile.mkdtemp(prefix="kampyn-perf-generators-"), "socket")
    )  # it removes both
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(path)
        listener.listen(64)
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.warm_generators", path, str(listener.fileno())],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            pass_fds=[listener.fileno()],
            start_new_session=True,
        )
    _STARTED.append(process)
    return path


_STARTED: list[subprocess.Popen[bytes]] = []
"""Its stdin stays open as long as one of these processes lives."""


def script(
    text: str, *arguments: str, given: str = "", timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """A Python script of a generator's own objects, in a process that has their modules and is none
    of ours: Locust patches what it is imported into. `given` is its stdin."""
    with ExitStack() as stack:
        asked, out, err = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(3))
        asked.write(given.encode())
        asked.seek(0)
        handles = [each.fileno() for each in (asked, out, err)]
        process = Generator(_ask(address(), SCRIPT, (text, *arguments), handles))
        try:
            process.wait(timeout)
        finally:
            process.kill()
        said = []
        for each in (out, err):
            each.seek(0)
            said.append(each.read().decode())
    return subprocess.CompletedProcess([SCRIPT, *arguments], process.wait(), *said)


def run_script(text: str, given: str = "") -> str:
    """What such a script prints."""
    done = script(text, given=given)
    assert done.returncode == 0, done.stderr
    return done.stdout


def running(folder: Path) -> list[psutil.Process]:
    """Those of programs that run in a folder, in the order of their start."""
    found = []
    for process in _STARTED:
        with suppress(psutil.NoSuchProcess):
            found += psutil.Process(process.pid).children()
    return sorted(filter(partial(_runs_in, folder), found), key=lambda each: each.create_time())


def _runs_in(folder: Path, process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        return bool(process.cwd() == str(folder))
    return False


class Generator:
    """With the manners of a `subprocess.Popen`, as far as they are used."""

    def __init__(
        self,
        connection: socket.socket,
        stdin: IO[bytes] | None = None,
        stdout: IO[bytes] | None = None,
    ) -> None:
        self._connection = connection
        self.stdin, self.stdout = stdin, stdout
        self.returncode: int | None = None
        self._said = b""
        self._hear(1, None)
        self.pid = int(self._said.split(b"\n")[0])

    def poll(self) -> int | None:
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("generator", timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None and self._hear(2, timeout):
            self.returncode = int(self._said.split(b"\n")[1])
            self._connection.close()
        return self.returncode

    def _hear(self, lines: int, timeout: float | None) -> bool:
        """Whether so many lines have come."""
        while self._said.count(b"\n") < lines:
            if not select.select([self._connection], [], [], timeout)[0]:
                return False
            part = self._connection.recv(100)
            if not part:
                raise OSError("the process that forks generators has ended")
            self._said += part
        return True


def spawn(path: str, module: str, *arguments: str, log: IO[bytes]) -> Generator:
    """As `child.spawn`."""
    read, written = os.pipe()
    told, said = os.pipe()
    name = f"{module}.__main__" if module == child.GENERATOR else module
    connection = _ask(path, name, arguments, [read, said, log.fileno()])
    for handle in (read, said):
        os.close(handle)
    return Generator(connection, os.fdopen(written, "wb"), os.fdopen(told, "rb"))


def spawn_worker(path: str, host: str, port: int) -> Generator:
    """As `join.spawn`."""
    with Path(os.devnull).open() as nothing:
        return Generator(_ask(path, join.WORKER, (host, str(port)), [nothing.fileno(), 1, 2]))


def _ask(path: str, module: str, arguments: tuple[str, ...], handles: list[int]) -> socket.socket:
    asked = {
        "module": module,
        "arguments": arguments,
        "folder": str(Path.cwd()),
        "environment": dict(os.environ),
        "inherited": inherited.of_this_process(),
    }
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.connect(path)
    socket.send_fds(connection, [json.dumps(asked).encode() + b"\n"], handles)
    return connection
