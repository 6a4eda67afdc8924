"""Which processes listen on a port (Linux's /proc)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from kampyn_perf.measure.readings import NotSeen

_LISTEN = "0A"
"""The state LISTEN in /proc/net/tcp."""
_LOOKS_INTO_ALL = 12
"""One of so many searches looks into every process: one a minute."""


class PortSearch:
    """Every process that holds the listening socket of a port, looked for again and again.

    One that was looked into and does not hold it is not looked into again for a while: its files
    may be thousands, and who gets the socket later is nearly always a new process, forked by one
    that has it.
    """

    def __init__(self, port: int, proc: Path = Path("/proc")) -> None:
        self._port = port
        self._proc = proc
        self._inodes: set[str] = set()
        self._others: set[int] = set()
        self._searches = 0

    def __call__(self) -> list[int]:
        """Their numbers. Raises NotSeen."""
        inodes = set(_listening_inodes(self._port, self._proc))
        if inodes != self._inodes or self._searches % _LOOKS_INTO_ALL == 0:
            self._others = set()
        self._inodes = inodes
        self._searches += 1
        if not inodes:
            raise NotSeen(
                f"nothing listens on port {self._port} of this machine",
                remedy="name the backend's port with --watch-port, or a process with --watch-pid",
            )
        pids = _all_pids(self._proc)
        sockets = {f"socket:[{inode}]" for inode in inodes}
        holders = [
            pid
            for pid in pids
            if pid not in self._others and _holds(self._proc / str(pid) / "fd", sockets)
        ]
        self._others = set(pids).difference(holders)
        if not holders:
            raise NotSeen(
                f"what listens on port {self._port} is another user's process, "
                "which cannot be looked into",
                remedy="run kampyn-perf as that user or as root, or name the process with "
                "--watch-pid",
            )
        return holders


def _listening_inodes(port: int, proc: Path) -> Iterator[str]:
    """The inodes of sockets that listen on `port`, of IPv4 and IPv6.

    Those that listen come first (the kernel's proc_net_tcp.rst): the thousands that a load leaves
    behind are not read.
    """
    for table in ("tcp", "tcp6"):
        with suppress(OSError), (proc / "net" / table).open() as lines:
            next(lines, "")
            for line in lines:
                fields = line.split()
                if fields[3] != _LISTEN:
                    break
                if int(fields[1].rpartition(":")[2], 16) == port:
                    yield fields[9]


def _all_pids(proc: Path) -> list[int]:
    return sorted(int(entry.name) for entry in proc.iterdir() if entry.name.isdigit())


def _holds(folder: Path, sockets: set[str]) -> bool:
    try:
        return any(os.readlink(entry) in sockets for entry in os.scandir(folder))  # noqa: PTH115
    except OSError:  # it has ended, or it is another user's
        return False
