"""One program, run once, and what was seen of it from outside while its load went on.

The server counts the requests; CPU and memory are those of the program and all its processes, from
shortly after the first request (a second, mostly) until shortly before the end, so that neither its
start nor its report is in them.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.load.benchmark.processes import Cores, LeanServer, on_core
from kampyn_perf.load.benchmark.programs import Figures, Program, Task
from kampyn_perf.load.benchmark.usage import Usage, usage
from kampyn_perf.load.benchmark.work import Work, write_data
from kampyn_perf.units import format_percent

_AROUND_S = 1.5
"""Of a load's length, that is not measured: before and after it."""
_LOOK_S = 0.5
_START_S = 60.0
_GRACE_S = 60.0
_SHORTFALL = 0.05
"""Of the rate that was asked for: the limit that our own runs have, for those without one."""
_SHOWN = 500


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What came of it. Rates are requests per second."""

    program: str
    work: Work
    asked: float
    """0: as fast as it goes."""
    reached: float = 0.0
    """As the server counted them."""
    cpu_share: float = 0.0
    """CPU time of the whole program over time; 1 is one core."""
    rss: int = 0
    """Bytes of all its processes, at most."""
    server_share: float = 0.0
    """Of a core, that the server took."""
    failed: int = 0
    p50_us: int | None = None
    p99_us: int | None = None
    invalid: Sequence[str] = field(default_factory=tuple)
    """Why this was not the load that was asked for; empty for one that counts."""

    @property
    def valid(self) -> bool:
        """Whether it was."""
        return not self.invalid

    @property
    def cpu_us(self) -> float:
        """For one request."""
        return self.cpu_share * 1e6 / self.reached if self.reached else 0.0


@dataclass(frozen=True)
class Look:
    """At one moment of the load."""

    at_s: float
    requests: int
    server_s: float
    used: Usage


def measure(
    program: Program,
    task: Task,
    server: LeanServer,
    *,
    cores: Cores,
    looked: Callable[[int, Look], None] = lambda _pid, _look: None,
) -> Attempt:
    """Run `program` for `task`, whose folder is made here. `looked` is told what is seen, twice a
    second. Raises KampynError where it does not run, or says nothing."""
    with tempfile.TemporaryDirectory(prefix="kampyn-perf-generator-") as name:
        task = replace(task, folder=Path(name))
        write_data(task.folder)
        with _running(program, task, cores) as process:
            with on_core(cores.server):  # where looking takes nothing from the program
                looks = list(_looks(process, program, task, server, looked))
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=_GRACE_S)
        return _attempt(program, task, looks, _figures(program, task, process))


@contextmanager
def _running(program: Program, task: Task, cores: Cores) -> Iterator[subprocess.Popen[bytes]]:
    """Its process, with what it prints in files of the task's folder; ended with the block."""
    environment = {**_plain(os.environ), **task.environment, **program.environment}
    with (
        (task.folder / "out").open("wb") as output,
        (task.folder / "err").open("wb") as errors,
        on_core(cores.generator),
    ):
        process = subprocess.Popen(
            program.command(task),
            cwd=task.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            with suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _plain(environment: Mapping[str, str]) -> dict[str, str]:
    """Without what would lead a program elsewhere, or let it run as nobody else's."""
    kept = {key: value for key, value in environment.items() if not key.startswith("KAMPYN_")}
    return kept | {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


def _looks(
    process: subprocess.Popen[bytes],
    program: Program,
    task: Task,
    server: LeanServer,
    looked: Callable[[int, Look], None],
) -> Iterator[Look]:
    """What is seen from shortly after the first request until shortly before the end."""
    before = server.served().requests
    deadline = time.monotonic() + _START_S
    while server.served().requests == before:
        if process.poll() is not None or time.monotonic() > deadline:
            return
        time.sleep(0.02)
    time.sleep(program.settles_s)
    end = time.monotonic() + max(task.seconds - _AROUND_S, 0)
    while process.poll() is None:
        served = server.served()
        look = Look(time.monotonic(), served.requests, served.cpu_s, usage(process.pid))
        yield look
        looked(process.pid, look)
        left = end - time.monotonic()
        if left <= 0:
            return
        time.sleep(min(_LOOK_S, left))


def _figures(program: Program, task: Task, process: subprocess.Popen[bytes]) -> Figures:
    output = (task.folder / "out").read_text(encoding="utf-8", errors="replace")
    try:
        return program.figures(task, output)
    except (OSError, ValueError, LookupError, TypeError) as error:
        errors = (task.folder / "err").read_text(encoding="utf-8", errors="replace").strip()
        raise KampynError(
            f"{program.name} said nothing of its run (exit code {process.returncode}): "
            f"{errors[-_SHOWN:] or error}",
            code=ExitCode.FAILED,
        ) from error


def _attempt(program: Program, task: Task, looks: Sequence[Look], figures: Figures) -> Attempt:
    if len(looks) < 2:
        raise KampynError(
            f"{program.name} ended before anything of it could be measured",
            code=ExitCode.FAILED,
        )
    first, last = looks[0], looks[-1]
    seconds = last.at_s - first.at_s
    reached = (last.requests - first.requests) / seconds
    return Attempt(
        program=program.name,
        work=task.work,
        asked=task.rate,
        reached=reached,
        cpu_share=(last.used.cpu_s - first.used.cpu_s) / seconds,
        rss=max(look.used.rss for look in looks),
        server_share=(last.server_s - first.server_s) / seconds,
        failed=figures.failed,
        p50_us=figures.p50_us,
        p99_us=figures.p99_us,
        invalid=tuple(_invalid(task, figures, reached)),
    )


def _invalid(task: Task, figures: Figures, reached: float) -> Iterator[str]:
    yield from figures.invalid
    missing = 1 - reached / task.rate if task.rate else 0.0
    if missing > _SHORTFALL and not figures.invalid:
        yield f"{format_percent(missing)} of the rate were missing"
    if figures.failed:
        yield f"{figures.failed} requests failed"
