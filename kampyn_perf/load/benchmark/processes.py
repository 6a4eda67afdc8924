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
_ENVIRONMENT = os.environ | {"ARTILLERY_DISABLE_TELEMETRY": "true"}
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


@contextmanager
def running_server(cores: Cores) -> Iterator[str]:
    """The lean server; gives its URL. It ends with the block, whatever happens in it."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"{_PACKAGE}.server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        _pin(process, cores.server)
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        port = process.stdout.readline().strip()
        if not port:
            raise KampynError("the server of the comparison did not start", code=ExitCode.FAILED)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.communicate()


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
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=_ENVIRONMENT
    ) as process:
        _pin(process, cores.generator)
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


def _pin(process: subprocess.Popen[str], core: int | None) -> None:
    if core is not None:
        with suppress(psutil.Error, AttributeError, OSError):
            psutil.Process(process.pid).cpu_affinity([core])
