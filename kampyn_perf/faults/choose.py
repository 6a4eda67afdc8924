"""Which action carries a fault out, on what is there at that moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kampyn_perf.errors import KampynError
from kampyn_perf.faults.actions.command import Command
from kampyn_perf.faults.actions.database import Lock, MovedAway, SlowWrites, Stall
from kampyn_perf.faults.actions.disk import DiskFull
from kampyn_perf.faults.actions.network import Network, Proxy
from kampyn_perf.faults.actions.port import Action
from kampyn_perf.faults.actions.processes import Kill, Pause, Slow
from kampyn_perf.faults.actions.victim import Victim
from kampyn_perf.faults.plan import Fault


@dataclass(frozen=True, kw_only=True)
class Subjects:
    """What faults may be done to. Processes are asked for anew each time."""

    redis: Callable[[], int | None] = lambda: None
    workers: Callable[[], Sequence[int]] = tuple
    supervisor: int | None = None
    """Who starts the workers."""
    database: Path | None = None
    """An SQLite file."""
    store: Proxy | None = None
    """In front of a MongoDB."""
    proxies: Mapping[int | None, Proxy] = field(default_factory=dict)
    """By the port that faults name; None for the one in front of the target."""


def action_of(fault: Fault, subjects: Subjects) -> Action:
    """Ready to begin. Raises KampynError or psutil.Error where there is nothing to do it to."""
    match fault.subject:
        case "redis":
            return _of_process(fault, subjects.redis(), "the backend has no Redis of its own")
        case "worker":
            pid = next(iter(subjects.workers()), None)
            return _of_process(fault, pid, "the backend has no worker")
        case "database":
            return _of_database(fault, subjects)
        case "disk":
            return DiskFull([Victim.of(pid) for pid in _all_processes(subjects)])
        case "network":
            return Network(subjects.proxies[fault.listen], fault.action, by_us=fault.by_us)
        case _:
            return Command(fault.start, fault.stop)


_OF_CONNECTIONS = {"slow": "delay", "stall": "stall", "disconnect": "loss"}
"""What a proxy does for a fault of the database behind it."""


def _of_database(fault: Fault, subjects: Subjects) -> Action:
    if subjects.store is not None:
        return Network(subjects.store, _OF_CONNECTIONS[fault.action], by_us=fault.by_us)
    path = subjects.database
    if path is None:
        raise KampynError("the backend has no SQLite file")
    match fault.action:
        case "slow":
            return SlowWrites(path, by_us=fault.by_us)
        case "stall":
            return Stall(path)
        case "disconnect":
            return MovedAway(path)
        case _:
            return Lock(path)


def _all_processes(subjects: Subjects) -> list[int]:
    """Of the backend; who starts others comes first."""
    first = [] if subjects.supervisor is None else [subjects.supervisor]
    pids = [*first, *subjects.workers()]
    if not pids:
        raise KampynError("the backend has no process")
    return pids


def _of_process(fault: Fault, pid: int | None, missing: str) -> Action:
    if pid is None:
        raise KampynError(missing)
    victim = Victim.of(pid)
    match fault.action:
        case "kill":
            return Kill(victim)
        case "slow":
            return Slow(victim, by_us=fault.by_us)
        case _:
            return Pause(victim)
