"""Ends a run of `load` once an objective with `abort: true` has failed for sure."""

from __future__ import annotations

from kampyn_perf import load
from kampyn_perf.load.clock import now_us
from kampyn_perf.slo.aborting import can_abort, reason_to_abort
from kampyn_perf.slo.objectives import Slo
from kampyn_perf.units import MICROSECONDS

EVERY_US = 5 * MICROSECONDS
_TIMES_ITS_COST = 20
"""Of a long run a look takes longer: it is to stay below 5 % of this process's time."""


class Aborting(load.Unobserved):
    """Looks at the result so far, every few seconds."""

    def __init__(self, slo: Slo) -> None:
        self._slo = slo
        self._next_us = 0 if can_abort(slo) else None
        """When to look again, by the run's time; None: never."""

    def interval(self, progress: load.Progress) -> None:
        """Look, where it is time to."""
        if self._next_us is None or progress.elapsed_us < self._next_us:
            return
        began_us = now_us()
        reason = reason_to_abort(progress.result(), self._slo)
        pause_us = max(EVERY_US, _TIMES_ITS_COST * (now_us() - began_us))
        self._next_us = None if reason else progress.elapsed_us + pause_us
        if reason:
            progress.stop(reason)
