"""What a program and all its processes use: CPU seconds and memory, seen from outside."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import psutil

_CPU_CLOCK = 2
"""CPUCLOCK_SCHED: the scheduler's own count, to the nanosecond, where a tick is 10 ms."""


@dataclass(frozen=True, kw_only=True)
class Usage:
    """At one moment."""

    cpu_s: float = 0.0
    """Since the start of each of its processes that still runs."""
    rss: int = 0
    """Bytes, of all of them; memory that two of them share counts twice."""


def usage(pid: int) -> Usage:
    """Of the process and its descendants; nothing where it has ended."""
    cpu_s, rss = 0.0, 0
    for process in tree(pid):
        with suppress(psutil.Error, OSError):
            cpu_s += cpu_seconds(process)
            rss += process.memory_info().rss
    return Usage(cpu_s=cpu_s, rss=rss)


def tree(pid: int) -> Iterator[psutil.Process]:
    """The process and its descendants."""
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        yield process
        yield from process.children(recursive=True)


def cpu_seconds(process: psutil.Process) -> float:
    """User and system time of all its threads, those that have ended too. Raises OSError or
    psutil.Error for a process that is gone."""
    if platform.system() == "Linux":
        # The clock of another process by its id, as clock_getcpuclockid(3) makes it.
        return time.clock_gettime_ns((~process.pid << 3) | _CPU_CLOCK) / 1e9
    times = process.cpu_times()
    return float(times.user + times.system)
