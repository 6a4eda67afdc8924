"""What a ladder of users says: pure. A closed model, in which throughput can only stop growing.

Open rates alone find the limit from the side where nothing comes to rest; so many users at once
always do. That a rung was what it says is checked by Little's law: sessions at work are their rate
times their time.
"""

from __future__ import annotations

from collections.abc import Sequence

from kampyn_perf.results.capacity import CapacityStep

LITTLE = 0.25
"""By how much sessions at work may differ from rate times time."""
_FAILING = 0.02
"""Of a rung's requests: users whose requests fail come again at once, and seem to be many."""
_GROWS = 1.1
"""Twice the users bring at least so much more, while throughput grows."""


def sound(rungs: Sequence[CapacityStep]) -> list[CapacityStep]:
    """Rungs that were what they say, and were served."""
    return [
        rung
        for rung in rungs
        if rung.failed_share <= _FAILING and (rung.little is None or abs(rung.little - 1) <= LITTLE)
    ]


def most(rungs: Sequence[CapacityStep]) -> float:
    """Sessions per second at most; 0 where no rung says."""
    return max((rung.completed_rate for rung in sound(rungs) or rungs), default=0.0)


def grows_still(rungs: Sequence[CapacityStep]) -> bool:
    """Whether the last rung brought more than the one before."""
    if len(rungs) < 2 or rungs[-1].failed_share > _FAILING:
        return False
    return rungs[-1].completed_rate > _GROWS * rungs[-2].completed_rate > 0
