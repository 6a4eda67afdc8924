"""`load --role master` and `--role worker`: a run on several machines."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from kampyn_perf.cli import console
from kampyn_perf.cli.load.drive import MakeCrew
from kampyn_perf.cli.load.flags import LoadFlags
from kampyn_perf.errors import ExitCode
from kampyn_perf.load.coordinator.crew import Crew
from kampyn_perf.load.coordinator.machines import MachineCrew, own_host
from kampyn_perf.load.distributed.remote import SECRET_VARIABLE
from kampyn_perf.load.hosts import is_loopback
from kampyn_perf.load.spec import RunSpec

WORKER = "kampyn_perf.load.distributed.worker"


def machine_crew(flags: LoadFlags) -> MakeCrew:
    """How the master of `flags` gets its generators: it waits for them to join."""

    def make(spec: RunSpec, log: IO[bytes], log_path: Path) -> Crew:
        if not is_loopback(flags.master_host) and not os.environ.get(SECRET_VARIABLE):
            console.say(
                f"warning: whoever reaches {flags.master_host}:{flags.master_port} can join and "
                f"read along; set {SECRET_VARIABLE} to the same value on all machines",
                style="yellow",
            )
        return MachineCrew(
            flags.expect_workers,
            host=flags.master_host,
            port=flags.master_port,
            log=log,
            log_path=log_path,
            on_news=_quiet if flags.as_json else console.say,
            objection=lambda machine: _own_loopback(spec, machine),
        )

    return make


def work(flags: LoadFlags) -> ExitCode:
    """Join a master, and be one of its generators until the run is over.

    The generator is a process of its own, as everywhere; it answers signals itself, and this one
    waits for it.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", WORKER, flags.master_host, str(flags.master_port)],
        stdin=subprocess.DEVNULL,
    )
    with _passed_on(process):
        code = process.wait()
    known = {int(each) for each in ExitCode}
    return ExitCode(code) if code in known else ExitCode.NO_VERDICT


@contextmanager
def _passed_on(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Signals go to the worker, which ends in order; then so do we."""

    def pass_on(number: int, _frame: Any) -> None:
        with suppress(ProcessLookupError):
            process.send_signal(number)

    before = {each: signal.signal(each, pass_on) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _own_loopback(spec: RunSpec, machine: str) -> str:
    """Loopback means another machine to each worker, and none of them is the target."""
    host = urlsplit(spec.url).hostname or ""
    if is_loopback(host) and machine != own_host():
        return f"{host} is not the same machine for {machine}"
    return ""


def _quiet(_text: str) -> None:
    return None
