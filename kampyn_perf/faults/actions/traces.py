"""What an action does that outlives the process that did it, and how it is undone by another."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from kampyn_perf.faults.actions.victim import Victim, go_on


@dataclass(frozen=True)
class Moved:
    """A file that lies elsewhere meanwhile."""

    home: str
    away: str


@dataclass(frozen=True)
class Limited:
    """A process that may write no further than to `soft` bytes of a file, usually."""

    victim: Victim
    soft: int
    hard: int


@dataclass(frozen=True, kw_only=True)
class Traces:
    """Of one action. What a process gives back as it ends (locks, connections) is none."""

    paused: tuple[Victim, ...] = ()
    moved: tuple[Moved, ...] = ()
    limited: tuple[Limited, ...] = ()

    def undo(self) -> None:
        """Raises OSError or psutil.Error. Doing so twice does no harm."""
        go_on(self.paused)
        set_limits(self.limited)
        for file in self.moved:
            bring_home(file)


def bring_home(moved: Moved) -> None:
    """Put the file back, if it is away. Raises FileExistsError where another has taken its name:
    neither is lost."""
    if Path(moved.away).exists():
        os.link(moved.away, moved.home)  # unlike a rename it never replaces
        Path(moved.away).unlink()


def set_limits(limits: Sequence[Limited], *, soft: int | None = None) -> None:
    """The size that files may have, of each process that still is; None: what it was, of those too
    that were started meanwhile, and have inherited the fault."""
    import resource  # of Unix alone

    for process in limits:
        if not process.victim.alive():
            continue
        value = (process.soft if soft is None else soft, process.hard)
        resource.prlimit(process.victim.pid, resource.RLIMIT_FSIZE, value)
        for child in _children(process.victim) if soft is None else ():
            with suppress(ProcessLookupError):
                if resource.prlimit(child, resource.RLIMIT_FSIZE)[0] == 0:
                    resource.prlimit(child, resource.RLIMIT_FSIZE, value)


def _children(victim: Victim) -> list[int]:
    return [child.pid for child in psutil.Process(victim.pid).children(recursive=True)]
