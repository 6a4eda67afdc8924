"""Whether a step came to rest, from its sessions in flight: pure.

Where more arrive than are served, sessions in flight grow by the difference, second by second. How
many arrive in a step is itself only known to about one part in the root of their number, so that a
growth below that share of the rate proves nothing (the noise floor). Above it the growth must also
be a trend by the test of Mann and Kendall, which knows that neighbours hang together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kampyn_perf.results.capacity import Steadiness
from kampyn_perf.stats.trend import mann_kendall

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SURE = 0.01
"""Chance of a trend in a step that has none."""
_FLOOR = 0.01
"""Of the rate: a growth below it takes minutes to be felt, whatever the number of arrivals."""
_FAR = 3.0
_SPREADS = 3.0
"""Root of the sessions in flight, by which a level may differ without being another."""


@dataclass(frozen=True)
class Rest:
    """The verdict, and what it rests on."""

    steadiness: Steadiness
    growth: float
    """Sessions in flight more per second."""


def rest_of(in_flight: Sequence[float], *, rate: float) -> Rest:
    """Of sessions in flight at the end of every second, at an arrival rate of `rate` per second."""
    series = np.asarray(in_flight, dtype=np.float64)
    if series.size < 4:
        return Rest(Steadiness.STABLE, 0.0)
    growth = float(np.polyfit(np.arange(series.size), series, 1)[0])
    floor = rate * max(1 / math.sqrt(max(rate * series.size, 1.0)), _FLOOR)
    trend = mann_kendall(series)
    seen = trend.p < _SURE
    if growth > floor and (seen or _piles_up(series, growth, floor)):
        return Rest(Steadiness.OVERLOADED, growth)
    noise = _SPREADS * math.sqrt(max(float(series.mean()), 1.0))
    if (seen or _drains(series)) and abs(growth) * series.size > noise:
        return Rest(Steadiness.BACKLOGGED, growth)
    return Rest(Steadiness.STABLE, growth)


def _piles_up(series: NDArray[np.float64], growth: float, floor: float) -> bool:
    """Whether it grows far too much to ask for a test: the last third is all above the first."""
    third = series.size // 3
    return growth > _FAR * floor and bool(series[-third:].min() > series[:third].max())


def _drains(series: NDArray[np.float64]) -> bool:
    """Whether it only falls: a decay is no straight line, and the test takes it for a wave."""
    third = series.size // 3
    return bool(series[-third:].max() < series[:third].min())


def hopeless(in_flight: Sequence[float], *, rate: float) -> bool:
    """Whether a step that still goes on need not be waited for: for its whole second half more has
    piled up than two seconds bring, and it grows by a tenth of what arrives."""
    series = np.asarray(in_flight, dtype=np.float64)
    if series.size < 6:
        return False
    late = series[series.size // 2 :]
    growth = float(late[-1] - late[0]) / (late.size - 1)
    return bool(late.min() > max(2 * rate, 20.0) and growth > 0.1 * rate)
