"""The bundled backend in a process forked from one that has its modules already.

The same supervisor with the same workers, streams and end; what is saved is the import of FastAPI
and all the rest, again for each backend of the suite. One that starts from nothing, as users have
it, is what `tests/backend/test_launcher.py` and every program that a test starts cold have.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, NoReturn
from unittest import mock

from kampyn_perf.backend import launcher
from kampyn_perf.backend.worker_process import ForkedProcess, can_fork, let_go_of_signals
from tests import forked

PLANTED = "PLANTED"
"""The variable that names a bug for a backend and its workers to have."""
_DESCRIPTORS = "/proc/self/fd"
_from_nothing = launcher.spawn_supervisor


@contextmanager
def warm() -> Iterator[None]:
    """Within the block `launcher.start` has its supervisor forked by `tests.forked`."""
    with mock.patch.object(launcher, "spawn_supervisor", Supervisor):
        yield


class Supervisor(forked.Forked):
    """With the manners of the `subprocess.Popen` that the launcher makes."""

    def __init__(self, log: IO[bytes]) -> None:
        read, written = os.pipe()
        told, said = os.pipe()
        handles = (read, said, log.fileno())
        super().__init__(_forked, handles, ["backend"], Path.cwd(), dict(os.environ))
        os.close(read)
        os.close(said)
        self.stdin, self.stdout = os.fdopen(written, "wb"), os.fdopen(told, "rb")


def _forked(
    given: forked.Given, _arguments: list[str], folder: Path, environment: dict[str, str]
) -> None:
    """In the process that `tests.forked` made."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    _be_supervisor(*(each.fileno() for each in given if each is not None))


def fork_here(log: IO[bytes]) -> subprocess.Popen[bytes] | Child:
    """A child of a program that was forked itself, for as long as it has streams and no thread."""
    streams = (sys.stdin, sys.stdout, sys.stderr)
    if None in streams or not can_fork():
        return _from_nothing(log)
    read, written = os.pipe()
    told, said = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        _be_supervisor(read, said, log.fileno())
    os.close(read)
    os.close(said)
    return Child(pid, os.fdopen(written, "wb"), os.fdopen(told, "rb"))


def _be_supervisor(*streams: int) -> NoReturn:
    """As one that was started from nothing: without handlers, files and loggers of before."""
    code = 1
    try:
        os.setsid()
        let_go_of_signals()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for handler in list(logging.getLogger().handlers):
            logging.getLogger().removeHandler(handler)
        for place, stream in enumerate(streams):
            os.dup2(stream, place)
        os.closerange(3, max(map(int, os.listdir(_DESCRIPTORS))) + 1)
        sys.stdin = open(0, closefd=False)  # noqa: SIM115 (numbers, and for good)
        sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", 1, closefd=False)  # noqa: SIM115
        if bug := os.environ.get(PLANTED):
            from tests.backend.planted import bugs

            bugs.plant(bug)
        from kampyn_perf.backend.__main__ import main

        code = main()
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(OSError, ValueError):
            sys.stderr.flush()
        os._exit(code)


class Child(ForkedProcess):
    """With the streams of the `subprocess.Popen` that the launcher makes."""

    def __init__(self, pid: int, stdin: IO[bytes], stdout: IO[bytes]) -> None:
        super().__init__(pid)
        self.stdin, self.stdout = stdin, stdout
