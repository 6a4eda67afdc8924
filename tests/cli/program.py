"""The command line as the real program: started, signalled, and looked at from outside."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import orjson
import psutil

from kampyn_perf.cli import console, main
from tests import forked, forked_generator

ROOT = Path(__file__).parent.parent.parent
CHEAP = ("--set", "backend.passwords.memory=8KB", "--set", "backend.passwords.iterations=1")
SMALL = (
    *("--set", "backend.seed={users: 20, vendors: 4, items: 50, orders: 50}"),
    *("--set", "backend.workers=1"),
)
TWO_WORKERS = ("--set", "backend.workers=2")
"""After `SMALL`."""


@dataclass
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return orjson.loads(self.out)


def environment(extra: dict[str, str] | None = None) -> dict[str, str]:
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    # pytest-xdist sets COLUMNS, which would go before the width of a terminal.
    ours = ("KAMPYN_", "COLUMNS", "LINES")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, paths))} | (extra or {})


Process = subprocess.Popen[str] | forked.Started
"""A program that runs."""


def start(
    folder: Path, *arguments: str, env: dict[str, str] | None = None, childless: bool = False
) -> forked.Started:
    """The program, to be looked at and signalled while it runs; `childless` as of `Started`."""
    return forked.Started(list(arguments), folder, environment(env), childless=childless)


def start_cold(folder: Path, *arguments: str, **options: Any) -> subprocess.Popen[str]:
    """From nothing, as a shell starts it; with `subprocess`' options."""
    return subprocess.Popen(
        [sys.executable, "-m", "kampyn_perf", *arguments],
        cwd=folder,
        env=environment(options.pop("env", None)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def run(
    folder: Path, *arguments: str, timeout: float = 90, env: dict[str, str] | None = None
) -> Done:
    """The program run to its end; with a PYTHONPATH of the test's own, started from nothing."""
    if "PYTHONPATH" in (env or {}):
        process = start_cold(folder, *arguments, env=env)
        out, err = process.communicate(timeout=timeout)
        return Done(process.returncode, out, err)
    done = forked.run(list(arguments), folder, environment(env), timeout=timeout)
    return Done(done.returncode, done.stdout, done.stderr)


def here(folder: Path, *arguments: str, env: dict[str, str] | None = None) -> Done:
    """The program called in this process, for what it answers where neither a process nor its
    streams and signals are what is tested: a mistake, help."""
    starts = forked_generator.STARTING & set(arguments[:1])
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with (
        contextlib.chdir(folder),
        mock.patch.dict(os.environ, environment(env), clear=True),
        mock.patch.object(sys, "argv", ["kampyn-perf", *arguments]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        forked_generator.warm() if starts else contextlib.nullcontext(),
        own_streams(),
    ):
        code = main.run()
    return Done(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))


@contextlib.contextmanager
def own_streams() -> Iterator[None]:
    """Within the block a command that is called in this process writes to the streams of now."""
    for one in (console.stdout, console.stderr):
        one.cache_clear()
    try:
        yield
    finally:
        for one in (console.stdout, console.stderr):
            one.cache_clear()


def run_script(script: str) -> str:
    """What a Python script prints, in a process of its own: Locust's patching stays out of ours."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


PATIENT = (
    "--set",
    "config.validity={latenessP99: 20s, latenessMax: 60s, loopLagMax: 60s, gcPauseMax: 60s, "
    "cpuWait: 1, cpuShare: 1, cpuSteal: 1, rateShortfall: 0.99}",
)
"""What a busy machine does to the generator is not what most tests are about."""

ONE_GOAL = (
    "--set",
    "slo.objectives={p50: {metric: response_time, statistic: p50, target: '< 60 s'}}",
)
"""Kept on any machine: where the verdict about fourteen goals is not what a test is about."""


def profile(*phases: str, limits: tuple[str, ...] = PATIENT) -> tuple[str, ...]:
    """Flags for a schedule of the test's own."""
    return ("--profile", "t", "--set", f"profiles.t={{phases: [{', '.join(phases)}]}}", *limits)


def wait_for(condition: Callable[[], Any], *, seconds: float = 120, what: str = "it") -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what} did not happen within {seconds} s")


def descendants(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def all_gone(processes: Sequence[psutil.Process]) -> bool:
    return all(not each.is_running() or each.status() == psutil.STATUS_ZOMBIE for each in processes)


def interrupt(process: Process, number: signal.Signals) -> Done:
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    return Done(process.wait(), out, err)
