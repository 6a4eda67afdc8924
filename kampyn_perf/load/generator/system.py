"""What the operating system tells of this process and this machine. Each None where it does not.

Linux's /proc for the most part; durations in whole microseconds.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from kampyn_perf.proc_files import read_start, waited_ns

_TICK_US = 1_000_000 // os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 10_000
_STEAL = 7
_COUNTED = 8
"""Columns of /proc/stat: user nice system idle iowait irq softirq steal; guest is in user."""
_CLOCK_READINGS = 10
_OPEN_FILES = Path("/proc/self/fd")
_CLOSE_NS = 20_000
"""Two readings this near to each other had nobody in between."""


def cpu_us() -> int:
    """CPU time of this process."""
    return time.process_time_ns() // 1000


def cpu_wait_us() -> int | None:
    """For how long this process (its main thread) was ready to run while others had the CPU."""
    waited = waited_ns("self")
    return None if waited is None else waited // 1000


def machine_time() -> tuple[int, int] | None:
    """(stolen by the hypervisor, all of it): time of all CPUs since the machine started."""
    first = read_start("/proc/stat").partition("\n")[0].split()
    if len(first) <= _COUNTED:
        return None
    ticks = [int(word) for word in first[1 : 1 + _COUNTED]]
    return ticks[_STEAL] * _TICK_US, sum(ticks) * _TICK_US


def open_files() -> int | None:
    """File descriptors that this process has open."""
    try:
        # Linux tells the number since 6.2; before, it takes as long as there are many.
        count = _OPEN_FILES.stat().st_size
        return count or len(os.listdir(_OPEN_FILES)) - 1  # noqa: PTH208 (the listing's own is gone)
    except OSError:
        return None


def resident_bytes() -> int:
    """Memory of this process that is in use; the most that ever was where only that is told."""
    if words := read_start("/proc/self/statm").split():
        return int(words[1]) * os.sysconf("SC_PAGE_SIZE")
    try:
        import resource
    except ImportError:  # Windows
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def no_file_left() -> bool:
    """Whether one more file descriptor cannot be had, found out by trying."""
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        return True
    return False


def ports_in_use() -> int | None:
    """TCP sockets of this machine that hold a port, those that are still closing included."""
    for line in read_start("/proc/net/sockstat").splitlines():
        if line.startswith("TCP:"):
            words = line.split()
            figures = dict(zip(words[1::2], words[2::2], strict=False))
            return int(figures.get("inuse", 0)) + int(figures.get("tw", 0))
    return None


@cache
def port_limit() -> int | None:
    """Ephemeral ports that there are towards one address; asked once."""
    words = read_start("/proc/sys/net/ipv4/ip_local_port_range").split()
    return int(words[1]) - int(words[0]) + 1 if len(words) == 2 else None


def suspended_us(read_ns: Callable[[int], int] = time.clock_gettime_ns) -> int:
    """For how long this machine slept since it started; 0 where that is not told.

    It is by how much one clock is ahead of another, and whoever loses the CPU between the two
    readings would see a sleep: the second clock is read before and after the first, and of several
    tries the one with the least time in between counts.
    """
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    if clock is None:
        return 0
    width_ns, slept_ns = sys.maxsize, 0
    for _ in range(_CLOCK_READINGS):
        before, boot = read_ns(time.CLOCK_MONOTONIC), read_ns(clock)
        after = read_ns(time.CLOCK_MONOTONIC)
        if after - before < width_ns:
            width_ns, slept_ns = after - before, boot - (before + after) // 2
        if width_ns < _CLOSE_NS:
            break
    return slept_ns // 1000
