"""The highest rate that a program carries, by a short search: pure. Requests per second.

Each attempt says what a request cost, and so about how many a core would carry; the next is made
there. Once one was not valid, rates between it and the highest valid one are tried, until the two
are near each other. `capacity` searches for what a *target* can do, by objectives, confirmed again
and again; it stands above this, and a generator needs no more than a bracket.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kampyn_perf.load.benchmark.attempt import Attempt

_AIM = 0.93
"""Of a core: where a run is about to be no longer valid."""
_MOST_UP, _LEAST_UP = 5.0, 0.06
"""Times the last rate at most; at least so much more, twice as much after each valid attempt: what
a request costs at a low rate says too little of a high one."""
_DOWN = 0.5
_FAILS = 4
"""So many attempts of which none is valid say that this is no machine to measure on."""


@dataclass(frozen=True, kw_only=True)
class Search:
    """How it is done."""

    first: float = 2_400.0
    """What is tried first, where nothing is known."""
    steps: int = 6
    near: float = 1.05
    """Highest valid and lowest invalid rate so far apart are near enough."""


def next_rate(search: Search, attempts: Sequence[Attempt]) -> float | None:
    """What is tried after `attempts`; None: that is enough."""
    if not attempts:
        return search.first
    low, high = bracket(attempts)
    if len(attempts) >= (_FAILS if low is None else search.steps):
        return None
    if low is None:
        return _to_three_figures(min(attempt.asked for attempt in attempts) * _DOWN)
    if high is not None:
        near = high.asked / low.asked <= search.near
        return None if near else _to_three_figures(math.sqrt(low.asked * high.asked))
    affordable = _AIM / low.cpu_us * 1e6 if low.cpu_us else math.inf
    least = low.asked * (1 + _LEAST_UP * 2 ** (sum(attempt.valid for attempt in attempts) - 1))
    return _to_three_figures(min(max(affordable, least), low.asked * _MOST_UP))


def bracket(attempts: Sequence[Attempt]) -> tuple[Attempt | None, Attempt | None]:
    """The valid one of the highest rate, and the invalid one of the lowest rate above that."""
    valid = (attempt for attempt in attempts if attempt.valid)
    low = max(valid, key=lambda attempt: attempt.asked, default=None)
    above = [
        attempt
        for attempt in attempts
        if not attempt.valid and (low is None or attempt.asked > low.asked)
    ]
    return low, min(above, key=lambda attempt: attempt.asked, default=None)


def _to_three_figures(rate: float) -> float:
    """To three figures, as somebody would ask for it."""
    return float(f"{rate:.3g}")
