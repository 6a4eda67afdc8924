"""`kampyn-perf` in a process forked from one that has the modules already.

The real program: its own process, folder, environment, pipes, signals and exit code. What it saves
is the import of the same modules a thousand times a run of the suite. Whatever is about starting
(imports that are interrupted, a closed stream, another PYTHONPATH, limits of a process) starts a
Python of its own: `tests.cli.program.start_cold`.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parent.parent
PROGRAM = ROOT / "kampyn_perf" / "cli"
LIBRARIES = ("numpy", "scipy.special", "rich.console", "rich.table", "rich.live", "pymongo")


def run(
    arguments: list[str], folder: Path, environment: Mapping[str, str], *, timeout: float
) -> subprocess.CompletedProcess[str]:
    """As `subprocess.run` of `python -m kampyn_perf` with its output captured."""
    with tempfile.TemporaryDirectory(prefix="kampyn-perf-output-") as name:
        out, err = Path(name, "stdout"), Path(name, "stderr")
        process = _context().Process(
            target=main, args=(arguments, folder, dict(environment), out, err)
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


class Started:
    """As a `subprocess.Popen` of it, with stdout and stderr as pipes of text."""

    def __init__(self, arguments: list[str], folder: Path, environment: Mapping[str, str]) -> None:
        context = _context()
        out, out_written = context.Pipe(duplex=False)
        err, err_written = context.Pipe(duplex=False)
        self._process = context.Process(
            target=_on_pipes,
            args=(arguments, folder, dict(environment), out_written, err_written),
        )
        self._process.start()
        for connection in (out_written, err_written):
            connection.close()
        self.args = arguments
        self.stdout, self.stderr = _text(out), _text(err)

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

    def send_signal(self, number: int) -> None:
        """Nothing where it has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _text(connection: Connection) -> IO[str]:
    handle = os.dup(connection.fileno())
    connection.close()
    return os.fdopen(handle, encoding="utf-8", errors="replace")


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*_modules(), *LIBRARIES, __name__])
    return context


def _modules() -> list[str]:
    """Every module of the command line, and so whatever of the features they import."""
    paths = (path.relative_to(ROOT).with_suffix("") for path in sorted(PROGRAM.rglob("*.py")))
    return [".".join(path.parts).removesuffix(".__init__") for path in paths]


def main(
    arguments: list[str], folder: Path, environment: dict[str, str], out: Path, err: Path
) -> None:
    """In the forked process, whose output goes to files."""
    with out.open("w") as stdout, err.open("w") as stderr:
        _redirect(stdout.fileno(), stderr.fileno())
    _become(arguments, folder, environment)


def _on_pipes(
    arguments: list[str],
    folder: Path,
    environment: dict[str, str],
    out: Connection,
    err: Connection,
) -> None:
    """In the forked process of `Started`."""
    _redirect(out.fileno(), err.fileno())
    for connection in (out, err):
        connection.close()
    _become(arguments, folder, environment)


def _redirect(out: int, err: int) -> None:
    with Path(os.devnull).open() as nothing:
        for number, handle in ((0, nothing.fileno()), (1, out), (2, err)):
            os.dup2(handle, number)
    sys.stdin, sys.stdout = os.fdopen(0), os.fdopen(1, "w")
    sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace")
    # As Python has them at its start, where the program puts its own in their place.
    for name in ("stdin", "stdout", "stderr"):
        setattr(sys, f"__{name}__", getattr(sys, name))


def _become(arguments: list[str], folder: Path, environment: dict[str, str]) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None  # of that environment, and not of the one before
    sys.argv = ["kampyn-perf", *arguments]
    sys.path[0] = str(folder)  # as `python -m` has it
    from kampyn_perf.__main__ import main as program

    program()
