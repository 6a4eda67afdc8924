"""What a child has of its parent beside its folder and environment, for processes that are forked
by another one than the one that wants them."""

from __future__ import annotations

import ctypes
import os
import resource
from pathlib import Path
from typing import Any

_CLONE_NEWNET = 0x40000000
_LIMITS = (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE)
_NETWORK = "/proc/{}/ns/net"


def of_this_process() -> dict[str, Any]:
    """As `take` takes it, through JSON."""
    return {
        "cores": sorted(os.sched_getaffinity(0)),
        "limits": [resource.getrlimit(which) for which in _LIMITS],
        "network": _NETWORK.format(os.getpid()),
    }


def take(given: dict[str, Any]) -> None:
    """Have it, as long as the process that said it lives."""
    os.sched_setaffinity(0, given["cores"])
    for which, limit in zip(_LIMITS, given["limits"], strict=True):
        resource.setrlimit(which, tuple(limit))
    if not Path(given["network"]).samefile(_NETWORK.format("self")):
        enter(Path(given["network"]))


def enter(network: Path) -> None:
    """What `ip netns exec` does for what a program sends."""
    with network.open() as handle:
        if ctypes.CDLL(None, use_errno=True).setns(handle.fileno(), _CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"cannot enter the network namespace {network}")
