"""`kampyn-perf` in a process forked from one that has the modules already.

The real program: its own process, folder, environment, pipes, signals and exit code. What it saves
is the import of the same modules a thousand times a run of the suite. Whatever is about starting
(imports that are interrupted, a closed stream, another PYTHONPATH, limits of a process) starts a
Python of its own: `tests.cli.program.start_cold`.
"""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from multiprocessing import forkserver as servers
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import IO, Any

from tests.forked_generator import take_address, with_address

ROOT = Path(__file__).parent.parent
PROGRAM = ROOT / "kampyn_perf" / "cli"
Handles = Sequence[int | None]
"""Descriptors of stdin, stdout and stderr; None is one that is closed."""
Given = Sequence[Connection | None]
MADE = ("tests.warm_backend", "tests.forked_backend", "tests.forked_preload")
LIBRARIES = ("numpy", "scipy.special", "rich.console", "rich.table", "rich.live", "pymongo")


def run(
    arguments: list[str], folder: Path, environment: Mapping[str, str], *, timeout: float
) -> subprocess.CompletedProcess[str]:
    """As `subprocess.run` of `python -m kampyn_perf` with its output captured."""
    with tempfile.TemporaryDirectory(prefix="kampyn-perf-output-") as name:
        out, err = Path(name, "stdout"), Path(name, "stderr")
        process = forkserver().Process(
            target=main,
            args=(arguments, folder, with_address(arguments, environment), out, err),
        )
        process.start()
        process.join(timeout)
        ended = process.exitcode is not None
        if not ended:
            process.kill()
            process.join()
        code = process.exitcode
        process.close()
        said = [path.read_text() if path.exists() else "" for path in (out, err)]
    if not ended:
        raise subprocess.TimeoutExpired(arguments, timeout, *said)
    return subprocess.CompletedProcess(arguments, code or 0, *said)


class Forked:
    """A program that runs, with the manners of a `subprocess.Popen`."""

    def __init__(
        self,
        target: Callable[..., None],
        handles: Handles,
        arguments: list[str],
        folder: Path,
        environment: Mapping[str, str],
        *,
        childless: bool = False,
    ) -> None:
        """`handles`: what it inherits as its stdin, stdout and stderr; None is a stream that is
        closed. `childless`: its generators are forked elsewhere, and none is a child of it."""
        self.args = arguments
        if childless:
            environment = with_address(arguments, environment)
        given = tuple(None if each is None else Connection(os.dup(each)) for each in handles)
        self._process = forkserver().Process(
            target=target, args=(given, arguments, folder, dict(environment))
        )
        self._process.start()
        for connection in filter(None, given):
            connection.close()

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    @property
    def returncode(self) -> int | None:
        """Negative: the signal that ended it."""
        return self._process.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Nothing where it has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class OnHandles(Forked):
    """With the streams that a shell gave it; its generators are forked elsewhere."""

    def __init__(
        self, handles: Handles, arguments: list[str], folder: Path, environment: Mapping[str, str]
    ) -> None:
        super().__init__(_on_handles, handles, arguments, folder, environment, childless=True)


class OnTerminal(Forked):
    """Leads a session of its own on a terminal, of which `inner` is its end."""

    def __init__(
        self,
        inner: int,
        arguments: list[str],
        folder: Path,
        environment: Mapping[str, str],
        *,
        childless: bool = False,
    ) -> None:
        super().__init__(
            _on_terminal, (inner,) * 3, arguments, folder, environment, childless=childless
        )


class Started(Forked):
    """With stdout and stderr as pipes of text, and nothing to read."""

    def __init__(
        self,
        arguments: list[str],
        folder: Path,
        environment: Mapping[str, str],
        *,
        childless: bool = False,
    ) -> None:
        out, out_written = os.pipe()
        err, err_written = os.pipe()
        with Path(os.devnull).open() as nothing:
            handles = (nothing.fileno(), out_written, err_written)
            super().__init__(
                _on_handles, handles, arguments, folder, environment, childless=childless
            )
        for handle in (out_written, err_written):
            os.close(handle)
        self.stdout, self.stderr = _text(out), _text(err)

    def communicate(self, timeout: float = 600) -> tuple[str, str]:
        """What is left of both pipes, until everybody who has their ends has closed them."""
        said: dict[IO[str], str] = {}
        deadline = time.monotonic() + timeout
        readers = [
            threading.Thread(target=lambda pipe=pipe: said.update({pipe: pipe.read()}), daemon=True)
            for pipe in (self.stdout, self.stderr)
            if not pipe.closed
        ]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join(max(0.0, deadline - time.monotonic()))
            if reader.is_alive():
                raise subprocess.TimeoutExpired(self.args, timeout)
        self.wait(max(0.0, deadline - time.monotonic()))
        for pipe in (self.stdout, self.stderr):
            pipe.close()
        return said.get(self.stdout, ""), said.get(self.stderr, "")


def _text(handle: int) -> IO[str]:
    return os.fdopen(handle, encoding="utf-8", errors="replace")


def forkserver() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*_modules(), *LIBRARIES, __name__, *MADE])
    return context


@cache
def share() -> None:
    """Start the process that is forked from, for this one and for all that will be forked from it:
    none of those is its parent, and could ask how it is."""
    forkserver()
    server: Any = servers._forkserver  # there is no other way to it
    server.ensure_running()
    server.ensure_running = _is_running
    os.register_at_fork(after_in_child=_leave_the_tracker)


def _is_running() -> None:
    """Who shares it does not look: a program that is asked for after its end says so."""


def _leave_the_tracker() -> None:
    """`multiprocessing` has a process that looks after names; its parent alone waits for it."""
    tracker: Any = resource_tracker._resource_tracker
    tracker._pid = None


def _modules() -> list[str]:
    """Every module of the command line, and so whatever of the features they import."""
    paths = (path.relative_to(ROOT).with_suffix("") for path in sorted(PROGRAM.rglob("*.py")))
    return [".".join(path.parts).removesuffix(".__init__") for path in paths]


def main(
    arguments: list[str], folder: Path, environment: dict[str, str], out: Path, err: Path
) -> None:
    """In the forked process, whose output goes to files."""
    with Path(os.devnull).open() as nothing, out.open("w") as stdout, err.open("w") as stderr:
        _redirect((nothing.fileno(), stdout.fileno(), stderr.fileno()))
    become(arguments, folder, environment)


def _on_handles(
    given: Given, arguments: list[str], folder: Path, environment: dict[str, str]
) -> None:
    """In the forked process."""
    _redirect(tuple(None if each is None else each.fileno() for each in given))
    for connection in filter(None, given):
        connection.close()
    become(arguments, folder, environment)


def _on_terminal(
    given: Given, arguments: list[str], folder: Path, environment: dict[str, str]
) -> None:
    """In the forked process."""
    os.setsid()
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # these tests may run under nohup themselves
    for terminal in filter(None, given[:1]):
        fcntl.ioctl(terminal.fileno(), termios.TIOCSCTTY, 0)
    _on_handles(given, arguments, folder, environment)


def _redirect(handles: Handles) -> None:
    """Streams as Python has them at its start: none where there is no such handle."""
    for number, handle in enumerate(handles):
        if handle is None:
            os.close(number)
        else:
            os.dup2(handle, number)
    closed = [handle is None for handle in handles]
    sys.stdin = None if closed[0] else os.fdopen(0)
    sys.stdout = None if closed[1] else os.fdopen(1, "w")
    sys.stderr = None if closed[2] else _stderr()
    # As Python has them at its start, where the program puts its own in their place.
    for name in ("stdin", "stdout", "stderr"):
        setattr(sys, f"__{name}__", getattr(sys, name))


def _stderr() -> IO[str]:
    return os.fdopen(2, "w", buffering=1, errors="backslashreplace")


def become(arguments: list[str], folder: Path, environment: dict[str, str]) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None  # of that environment, and not of the one before
    sys.argv = ["kampyn-perf", *arguments]
    sys.path[0] = str(folder)  # as `python -m` has it
    from kampyn_perf.__main__ import main as program
    from kampyn_perf.backend import launcher
    from tests.forked_backend import fork_here

    launcher.spawn_supervisor = fork_here  # type: ignore[assignment] # of the same manners
    take_address()
    program()
