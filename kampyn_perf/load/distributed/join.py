"""`load.join`: be one of the generators of a master on another machine."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from kampyn_perf.errors import ExitCode

WORKER = "kampyn_perf.load.distributed.worker"


def join(host: str, port: int) -> ExitCode:
    """Join the master there, and make load until its run is over; how that ended.

    The generator is a process of its own, as everywhere; it says what it does on stderr, answers
    signals itself, and this process waits for it.
    """
    process = spawn(host, port)
    with _signals_passed_on(process):
        code = process.wait()
    known = {int(code) for code in ExitCode}
    return ExitCode(code) if code in known else ExitCode.NO_VERDICT


def spawn(host: str, port: int) -> subprocess.Popen[bytes]:
    """The process that joins; it says what it does on our stderr."""
    return subprocess.Popen(
        [sys.executable, "-m", WORKER, host, str(port)], stdin=subprocess.DEVNULL
    )


@contextmanager
def _signals_passed_on(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Signals go to the worker, which ends in order; then so do we."""

    def pass_on(number: int, _frame: Any) -> None:
        with suppress(ProcessLookupError):
            process.send_signal(number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
