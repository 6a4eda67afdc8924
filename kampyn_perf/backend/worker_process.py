"""How a worker comes to be: forked from the supervisor, or as a Python of its own.

A supervisor that has a process for itself imports what workers need once and forks them from there,
the successors of the dead as well: a second of CPU each is saved, and memory that none of them
changes is there once. Where a fork is not safe (beside threads, on macOS, in a program that is not
ours) a worker starts from nothing, in the same way as ever; `can_fork` is the one switch.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, Protocol

import orjson

from kampyn_perf.backend.settings import BackendSettings

_WORKER = "kampyn_perf.backend.worker"
_THREADS = Path("/proc/self/task")
_DESCRIPTORS = "/proc/self/fd"
_WAIT_STEP = 0.005


class WorkerProcess(Protocol):
    """What the pool needs of a child; `subprocess.Popen` has it."""

    pid: int

    def poll(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """The same, once it has ended. Raises subprocess.TimeoutExpired."""

    def terminate(self) -> None: ...

    def kill(self) -> None: ...


def can_fork() -> bool:
    """Whether a fork of this process would be whole: Linux, and no thread but this one.

    Of a process with threads only the one that forks goes on, and what the others had locked stays
    so. macOS has threads in its own libraries.
    """
    try:
        return sys.platform.startswith("linux") and len(list(_THREADS.iterdir())) == 1
    except OSError:
        return False


def prepare_to_fork(settings: BackendSettings, *, cached: bool) -> None:
    """Import what workers of these settings will need, with a cache or without."""
    from kampyn_perf.backend import worker

    worker.preload(settings, cached=cached)
    gc.freeze()  # a collection writes to what it looks at, and what is written to is not shared


def fork_worker(command: dict[str, Any], keep: Sequence[int]) -> WorkerProcess:
    """A worker that begins as a copy of this process; of its open files it has those of `keep`."""
    for stream in (sys.stdout, sys.stderr):  # what is in their buffers is said once
        if stream is not None:
            with suppress(OSError, ValueError):
                stream.flush()
    # A signal to the child must not be answered by a handler of the supervisor's.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        pid = os.fork()
        if pid == 0:
            _be_worker(command, keep, mask)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    return ForkedProcess(pid)


def spawn_worker(command: dict[str, Any], keep: Sequence[int]) -> WorkerProcess:
    """A worker that starts from nothing."""
    process = subprocess.Popen(
        [sys.executable, "-m", _WORKER],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        pass_fds=keep,
    )
    if process.stdin:
        with suppress(BrokenPipeError):
            process.stdin.write(orjson.dumps(command) + b"\n")
            process.stdin.close()
    return process


class ForkedProcess:
    """A child that this process has forked; see `WorkerProcess`."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._code: int | None = None

    def poll(self) -> int | None:
        if self._code is None:
            try:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:  # SIGCHLD is ignored: the kernel has buried it
                pid, status = self.pid, 0
            if pid:
                self._code = os.waitstatus_to_exitcode(status)
        return self._code

    def wait(self, timeout: float | None = None) -> int:
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if timeout is not None and deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(f"worker {self.pid}", timeout)
            time.sleep(_WAIT_STEP)
        return code

    def terminate(self) -> None:
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        self._send(signal.SIGKILL)

    def _send(self, number: int) -> None:
        if self.poll() is None:  # else the number may be somebody else's by now
            os.kill(self.pid, number)


def _be_worker(
    command: dict[str, Any], keep: Sequence[int], mask: set[int | signal.Signals]
) -> NoReturn:
    """In the fork: be as one that was started from nothing, serve, and end here.

    What the supervisor was doing is below this call and never gone on with: its locks, its cache
    and its other workers are not ours to close.
    """
    code = 1
    try:
        let_go_of_signals()
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        _let_go_of_files(keep)
        from kampyn_perf.backend import worker

        worker.serve(command)
        code = 0
    except BaseException:  # noqa: BLE001 - nothing of it may reach the supervisor's frames
        traceback.print_exc()
    finally:
        with suppress(OSError, ValueError):
            sys.stderr.flush()
        os._exit(code)


def let_go_of_signals() -> None:
    """As an exec does it: what had a handler has none, and what was ignored still is."""
    for number in signal.valid_signals():
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_DFL)


def _let_go_of_files(keep: Sequence[int]) -> None:
    """Only stderr and those of `keep` stay; stdin and stdout are nothing."""
    root = logging.getLogger()
    for handler in list(root.handlers):  # before their files are closed underneath them
        root.removeHandler(handler)
        with suppress(OSError):  # a full disk
            handler.close()
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(nothing, number)
    kept = {0, 1, 2, *keep}
    for name in os.listdir(_DESCRIPTORS):  # noqa: PTH208 (numbers are wanted)
        if int(name) not in kept:
            with suppress(OSError):  # the one of the listing itself
                os.close(int(name))
