"""Which processes are the backend's: by number, by name; by port, `listeners`."""

from __future__ import annotations

import ipaddress
import os
import socket
import time
from collections.abc import Callable, Collection
from fnmatch import fnmatchcase
from typing import TypeVar

import psutil

from kampyn_perf.measure.listeners import PortSearch
from kampyn_perf.measure.readings import NotSeen

LOOK_AGAIN_SECONDS = 5.0
"""Between two searches through all processes, which cost milliseconds."""
_SEARCH_SHARE = 0.0025

TUNNELS = frozenset(
    ["ssh", "autossh", "sshd", "kubectl", "oc", "cloudflared", "ngrok", "socat", "tsh", "chisel"]
)
"""Programs that listen here for a server on another machine."""
PROXIES = frozenset(
    [
        "docker-proxy",
        "rootlessport",
        "rootlesskit",
        "slirp4netns",
        "conmon",
        "gvproxy",
        "nginx",
        "haproxy",
        "envoy",
        "traefik",
        "caddy",
        "apache2",
        "httpd",
    ]
)
"""Programs that listen here for a server of this machine: not the backend whose memory counts."""

Pids = Callable[[], list[int]]
Found = TypeVar("Found")


def by_pid(pid: int) -> list[int]:
    """The process and all its descendants: a master that forks workers is one backend. Raises
    NotSeen."""
    try:
        process = psutil.Process(pid)
        return [pid, *(child.pid for child in process.children(recursive=True))]
    except psutil.Error as error:
        raise NotSeen(
            f"there is no process {pid}",
            remedy="name one that runs with --watch-pid, or use --watch-port",
        ) from error


def is_this_machine(host: str) -> bool:
    """Whether `host` is a name or address of this machine: never asks a resolver."""
    name = host.lower().partition("%")[0]
    if name in ("localhost", socket.gethostname().lower()) or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    own = (entry.address for entries in psutil.net_if_addrs().values() for entry in entries)
    return address.is_loopback or str(address) in {text.partition("%")[0] for text in own}


def forwarder_at(port: int) -> str:
    """The name of the program that listens on `port` and only passes on; empty for none such."""
    try:
        holders = PortSearch(port)()
    except NotSeen:
        return ""
    for pid in holders:
        try:
            name = psutil.Process(pid).name()
        except psutil.Error:
            continue
        if name in TUNNELS or name in PROXIES:
            return name
    return ""


def by_name(pattern: str) -> list[int]:
    """Processes whose name, program or script is `pattern` (with * and ? as in file names); not
    this one, and not its own. Raises NotSeen."""
    own = psutil.Process()
    ours = {own.pid, *(child.pid for child in own.children(recursive=True))}
    ours |= {parent.pid for parent in own.parents()}
    matching = [
        process.pid
        for process in psutil.process_iter(["name", "cmdline"])
        if process.pid not in ours and _is_called(pattern, process.info)
    ]
    if not matching:
        raise NotSeen(
            f"no process is called {pattern}",
            remedy="--watch-name takes the name of a program or script, with * for any letters",
        )
    return matching


def every(
    seconds: float,
    search: Callable[[], Found],
    *,
    pids: Callable[[Found], Collection[int]],
    clock: Callable[[], float] = time.monotonic,
    cpu: Callable[[], float] = time.thread_time,
) -> Callable[[], Found]:
    """`search`, asked again only after a while, or when one of its processes (`pids`) has ended, or
    there was none.

    Where thousands of processes have to be looked through, the while is longer: a search may take
    a quarter of a per cent of the time until the next. Seconds.
    """
    known: Found | None = None
    again_at = clock()

    def latest() -> Found:
        nonlocal known, again_at
        now = clock()
        if known is None or now >= again_at or not _all_there(pids(known)):
            spent = cpu()
            known = None
            known = search()
            again_at = now + max(seconds, (cpu() - spent) / _SEARCH_SHARE)
        return known

    return latest


def _all_there(pids: Collection[int]) -> bool:
    return bool(pids) and all(map(psutil.pid_exists, pids))


def _is_called(pattern: str, info: dict[str, object]) -> bool:
    line = info["cmdline"]
    words = line[:2] if isinstance(line, list) else []
    candidates = {str(info["name"]), *(os.path.basename(str(word)) for word in words)}  # noqa: PTH119
    return any(fnmatchcase(candidate, pattern) for candidate in candidates)
