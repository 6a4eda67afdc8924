"""The processes of a comparison: one server, and generators one after the other, each on a core of
its own where the system permits."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass

import orjson
import psutil

from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.load.benchmark.jobs import Figures, Job
from kampyn_perf.load.benchmark.tools import Tool

_PACKAGE = "kampyn_perf.load.benchmark"
_GRACE_S = 60
ENVIRONMENT = os.environ | {"ARTILLERY_DISABLE_TELEMETRY": "true"}
"""Nothing leaves this machine unasked."""


@dataclass(frozen=True)
class Cores:
    """Where the server and the generator run; None: wherever the system puts them."""

    server: int | None = None
    generator: int | None = None


def choose_cores() -> Cores:
    """Two different cores, if this process may use two and may say so."""
    try:
        usable = sorted(psutil.Process().cpu_affinity())
    except (AttributeError, psutil.Error):  # macOS cannot pin
        return Cores()
    return Cores(server=usable[0], generator=usable[-1]) if len(usable) > 1 else Cores()


@dataclass(frozen=True)
class Served:
    """What the server has done so far, as it says itself."""

    requests: int
    cpu_s: float


class LeanServer:
    """The server of constants, a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.url = f"http://127.0.0.1:{self._line()}"

    def served(self) -> Served:
        """Until now. Raises KampynError where it has died."""
        with suppress(OSError):
            assert self._process.stdin is not None  # noqa: S101 - a pipe was asked for
            self._process.stdin.write("?\n")
            self._process.stdin.flush()
        requests, cpu_s = self._line().split()
        return Served(int(requests), float(cpu_s))

    def _line(self) -> str:
        assert self._process.stdout is not None  # noqa: S101 - likewise
        line = self._process.stdout.readline().strip()
        if not line:
            raise KampynError("the server of the comparison is not there", code=ExitCode.FAILED)
        return line


@contextmanager
def running_server(cores: Cores) -> Iterator[LeanServer]:
    """The lean server. It ends with the block, whatever happens in it."""
    with on_core(cores.server):
        process = subprocess.Popen(
            [sys.executable, "-m", f"{_PACKAGE}.server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
    try:
        yield LeanServer(process)
    finally:
        process.kill()
        process.communicate()


@contextmanager
def on_core(core: int | None) -> Iterator[None]:
    """What is started within runs on this core, with all its threads from the first; None: on any.

    For that this thread goes there for a moment.
    """
    if core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def run_generator(job: Job, cores: Cores) -> Figures:
    """One of our generators in a child process. Raises KampynError where it fails."""
    command = [sys.executable, "-m", f"{_PACKAGE}.generator", orjson.dumps(asdict(job)).decode()]
    output, _ = _run(command, cores, job.seconds + job.warmup_s)
    return Figures(**orjson.loads(output.splitlines()[-1]))


def start_cost(tool: Tool, url: str, cores: Cores) -> float:
    """CPU seconds that it takes another generator to start. Raises KampynError where it fails."""
    return _run([tool.name, *tool.start(url)], cores, 0)[1] if tool.start else 0.0


def run_tool(
    tool: Tool, arguments: Sequence[str], start_s: float, cores: Cores, seconds: float
) -> Figures:
    """Another generator, without what it costs to start it. Raises KampynError where it fails."""
    output, cpu_s = _run([tool.name, *arguments], cores, seconds)
    try:
        return tool.read(output, max(cpu_s - start_s, 0.0))
    except ValueError as error:
        raise KampynError(str(error), code=ExitCode.FAILED) from error


def _run(command: list[str], cores: Cores, seconds: float) -> tuple[str, float]:
    """The output of a finished child and the CPU seconds it used."""
    with on_core(cores.generator):
        started = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT
        )
    with started as process:
        before = os.times()
        try:
            output, errors = process.communicate(timeout=seconds + _GRACE_S)
        except BaseException:
            process.kill()
            raise
    after = os.times()
    if process.returncode or not output.strip():
        raise KampynError(
            f"the generator {command[0]} failed: {errors.strip()[-500:]}", code=ExitCode.FAILED
        )
    used = after.children_user + after.children_system
    return output, used - before.children_user - before.children_system
