"""What the operating system lets this process have: CPUs, open file descriptors, memory that it
gives back."""

from __future__ import annotations

import math
import os
import resource
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_PIECE = 128 * 1024
"""Bytes; both thresholds are so to begin with."""
_V2_QUOTA = "cpu.max"
_V1_QUOTA, _V1_PERIOD = "cpu.cfs_quota_us", "cpu.cfs_period_us"


def usable_cpus() -> int:
    """CPUs that this process may use at once: its affinity, cut by a container's quota.

    A quota is a share of time, so that 1.5 CPUs are two that are not always there.
    """
    affinity = getattr(os, "sched_getaffinity", None)
    cpus = len(affinity(0)) if affinity else os.cpu_count() or 1
    quota = cpu_quota()
    return cpus if quota is None else max(1, min(cpus, math.ceil(quota)))


def give_memory_back() -> None:
    """Large pieces of memory that are freed go back to the system, from now on.

    glibc raises both thresholds as such pieces come and go (mallopt(3), "dynamic"); a process that
    saves a result once a second then keeps some 0.3 MB more with each. Elsewhere nothing is done.
    """
    import ctypes

    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # another C library
        return
    for parameter in (_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD):
        mallopt(parameter, _PIECE)


def cpu_quota(root: Path = Path("/")) -> float | None:
    """CPUs' worth of time that control groups allow this process; None without a limit."""
    tightest = tightest_cpu_group(root)
    return tightest[1] if tightest else None


def tightest_cpu_group(root: Path = Path("/")) -> tuple[Path, float] | None:
    """The control group that limits this process's CPU time most, and its quota in CPUs.

    The tightest of the group and those above it counts, since each holds for all that is below
    (docs.kernel.org/admin-guide/cgroup-v2.html, "CPU Interface Files").
    """
    quotas = [
        (folder, quota)
        for folder in control_groups("cpu", root)
        if (quota := _quota_of(folder)) is not None
    ]
    return min(quotas, key=lambda pair: pair[1], default=None)


def open_files_limit() -> int:
    """File descriptors that this process may have."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def raise_open_files_limit() -> None:
    """As many as this process may give itself: one connection is one descriptor."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (OSError, ValueError):  # macOS says "unlimited" and means less
            return


def control_groups(controller: str, root: Path = Path("/")) -> Iterator[Path]:
    """The folders of this process's control groups, of both versions, up to the top."""
    mount = root / "sys/fs/cgroup"
    for line in _read(root / "proc/self/cgroup").splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number == "0":
            top = mount
        elif controller in controllers.split(","):
            top = mount / controllers if (mount / controllers).is_dir() else mount / controller
        else:
            continue
        inside = PurePosixPath(path.lstrip("/"))
        # Inside a container the path may be the host's: then only the top is there to be read.
        yield from (top / group for group in (inside, *inside.parents))


def _quota_of(folder: Path) -> float | None:
    words = _read(folder / _V2_QUOTA).split()
    if not words:
        words = (_read(folder / _V1_QUOTA) + " " + _read(folder / _V1_PERIOD)).split()
    try:
        quota, period = (int(word) for word in words)
    except ValueError:  # "max": no limit; or no such file
        return None
    return quota / period if quota > 0 and period > 0 else None  # version 1 writes -1 for none


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, ValueError):
        return ""
