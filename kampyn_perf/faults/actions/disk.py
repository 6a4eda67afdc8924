"""A disk without room, for some processes: no file of theirs takes another byte.

Filling a real disk would need one of its own, or do harm to others. The kernel's limit of the size
of files (RLIMIT_FSIZE, Linux) lets every write fail instead, for these processes alone, without any
right; those that they start inherit it. The error is EFBIG in place of ENOSPC. What is in memory
already, mapped files among it, can still be changed, as on a full disk.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from kampyn_perf.errors import KampynError
from kampyn_perf.faults.actions.traces import Limited, Traces, set_limits
from kampyn_perf.faults.actions.victim import Victim


class DiskFull:
    """Each of the victims; parents before their children, so that none is born in between."""

    def __init__(self, victims: Sequence[Victim]) -> None:
        """Raises KampynError where the system cannot do that."""
        if sys.platform != "linux":
            raise KampynError("a full disk can only be had on Linux")
        import resource

        self._limited = tuple(
            Limited(victim, *resource.prlimit(victim.pid, resource.RLIMIT_FSIZE))
            for victim in victims
        )
        self.traces = Traces(limited=self._limited)

    def begin(self) -> None:
        set_limits(self._limited, soft=0)

    def end(self) -> None:
        set_limits(self._limited)
