"""Which action carries a fault out, on what is there at that moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kampyn_perf.errors import KampynError
from kampyn_perf.faults.actions.command import Command
from kampyn_perf.faults.actions.database import Lock, SlowWrites
from kampyn_perf.faults.actions.network import Network, Proxy
from kampyn_perf.faults.actions.port import Action
from kampyn_perf.faults.actions.processes import Kill, Pause, Slow, Victim
from kampyn_perf.faults.plan import Fault


@dataclass(frozen=True, kw_only=True)
class Subjects:
    """What faults may be done to. Processes are asked for anew each time."""

    redis: Callable[[], int | None] = lambda: None
    workers: Callable[[], Sequence[int]] = tuple
    database: Path | None = None
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
            if subjects.database is None:
                raise KampynError("the backend has no SQLite file")
            if fault.action == "slow":
                return SlowWrites(subjects.database, by_us=fault.by_us)
            return Lock(subjects.database)
        case "network":
            return Network(subjects.proxies[fault.listen], fault.action, by_us=fault.by_us)
        case _:
            return Command(fault.start, fault.stop)


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
