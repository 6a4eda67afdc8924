"""How a budget of time is spent: pure. Whole microseconds, sessions per second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kampyn_perf.errors import KampynError
from kampyn_perf.units import MICROSECONDS, format_duration

_S = MICROSECONDS
RUNGS = (1, 2, 4, 8, 16, 32, 64)
"""Users at once, from one rung to the next."""
LIGHT_WARM_UP_US, LIGHT_US = 2 * _S, 4 * _S
OVERHEAD_US = 3 * _S
"""Of starting a step's generators and letting its last sessions finish, until it was measured."""
SHORTEST_US, LONGEST_US = 10 * _S, 60 * _S
"""Of a measured stretch. In less than ten seconds no trend can be told from chance."""
_FEWEST = 4
"""Steps after the ladder: to bracket the limit and try it once takes so many at least."""
_WISHED = 16
_FOR_SECOND = 0.45
"""Of the time after the ladder, for the limit by requests alone: it lies beyond all that was tried,
where the first one was known to be near."""
_WARM_SHARE = 0.2
_SHORTEST_WARM_US = 2 * _S
_SHORTEST_STEP_US = _SHORTEST_WARM_US + SHORTEST_US + OVERHEAD_US


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a search does with its time."""

    budget_us: int
    warm_up_us: int
    """Of an open step, at its own rate: what is measured follows without a gap."""
    measured_us: int
    rung_us: int
    light_rate: float = 5.0
    light_warm_up_us: int = LIGHT_WARM_UP_US
    light_us: int = LIGHT_US
    rungs: tuple[int, ...] = RUNGS
    most_rate: float = 20_000.0
    """Sessions per second beyond which nothing is asked for."""
    apart: float = 0.04
    """How far below and above the estimate it is confirmed, as a share."""
    precise: float = 0.02
    """Half the width of the answer's interval, as a share, that is good enough to stop early."""
    seed: int = 1
    aside: tuple[str, ...] = ()
    """Objectives about what is used up. Where one of them breaks first, the limit by the others,
    what callers meet, is searched for as well."""

    @property
    def first_us(self) -> int:
        """Until when the limit by all objectives is searched for, where another one comes after."""
        left = self.budget_us - _before(self.rung_us)
        return self.budget_us - max(min(int(left * _FOR_SECOND), left - _FEWEST * self.step_us), 0)

    @property
    def step_us(self) -> int:
        """An open step, as long as nothing better is known."""
        return self.warm_up_us + self.measured_us + OVERHEAD_US


def shape(
    budget_us: int, *, light_rate: float = 5.0, seed: int = 1, aside: Sequence[str] = ()
) -> Plan:
    """The plan for a budget. Raises KampynError for one that is too small."""
    rung_us = min(max(budget_us // 150, 2 * _S), 4 * _S)
    left = budget_us - _before(rung_us)
    if left < _FEWEST * _SHORTEST_STEP_US:
        raise KampynError(
            f"a budget of {format_duration(budget_us)} is too small to find a capacity in",
            hint=f"It takes {format_duration(least_us())} at least: a little load, a ladder of "
            f"users, and {_FEWEST} steps of {format_duration(_SHORTEST_STEP_US)}. Ten minutes are "
            "a good start.",
        )
    steps = min(_WISHED, left // _SHORTEST_STEP_US)
    step_us = left // steps - OVERHEAD_US
    warm = max(int(step_us * _WARM_SHARE), _SHORTEST_WARM_US) // _S * _S
    return Plan(
        budget_us=budget_us,
        warm_up_us=warm,
        measured_us=min((step_us - warm) // _S * _S, LONGEST_US),
        rung_us=rung_us,
        light_rate=light_rate,
        seed=seed,
        aside=tuple(aside),
    )


def least_us() -> int:
    """Of a budget."""
    return _before(2 * _S) + _FEWEST * _SHORTEST_STEP_US


def _before(rung_us: int) -> int:
    """What comes before the first open step."""
    return LIGHT_WARM_UP_US + LIGHT_US + len(RUNGS) * rung_us + 2 * OVERHEAD_US
