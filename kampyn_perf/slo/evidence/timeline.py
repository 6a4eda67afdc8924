"""A load by the clock: what ended in each second of each phase, for rates. Pure.

Unit of time: seconds. A request counts in the second, and so in the phase, in which it ended,
whenever it was due.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from kampyn_perf import stats
from kampyn_perf.results.load import LoadResult, Second
from kampyn_perf.units import MICROSECONDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """Requests by the second in which they ended."""

    totals: Floats
    failed: Floats
    unavailable: Floats
    """Without a usable answer: no response, or a status from 500 on."""
    seconds: Floats
    """How long each stretch is; the last one is cut at the end of the run."""
    phases: Ints
    """Index of the phase of each stretch."""
    starts_us: Ints
    started: Floats
    """Sessions that began in each."""

    @classmethod
    def of(cls, result: LoadResult) -> Timeline:
        """The timeline of a result's seconds, in the order of time."""
        starts = [phase.start_us for phase in result.phases]
        seconds = result.seconds
        failed = np.array([second.failed for second in seconds], dtype=np.float64)
        return cls(
            totals=np.array([second.requests for second in seconds], dtype=np.float64),
            failed=failed,
            unavailable=_unavailable(result, failed),
            seconds=np.array(
                [_lasted(second, result.elapsed_us) for second in seconds], dtype=np.float64
            ),
            phases=np.array(
                [max(bisect_right(starts, second.at_us) - 1, 0) for second in seconds],
                dtype=np.int64,
            ),
            starts_us=np.array([second.at_us for second in seconds], dtype=np.int64),
            started=np.array([second.started for second in seconds], dtype=np.float64),
        )

    def of_phase(self, index: int) -> Timeline:
        """Only the stretches of one phase."""
        return self.part(self.phases == index)

    def part(self, kept: NDArray[np.bool_]) -> Timeline:
        """Only some stretches."""
        return Timeline(**{name: column[kept] for name, column in vars(self).items()})

    def success_rate(self) -> stats.Interval:
        """The interval of successful requests per second."""
        return self._rate(self.totals - self.failed)

    def answer_rate(self) -> stats.Interval:
        """The interval of answers per second, whatever they said."""
        return self._rate(self.totals - self.unavailable)

    def _rate(self, requests: Floats) -> stats.Interval:
        """Never below none at all."""
        interval = stats.mean_interval(requests, self.seconds, careful=True)
        return interval if interval.low is None else replace(interval, low=max(interval.low, 0.0))


def _unavailable(result: LoadResult, failed: Floats) -> Floats:
    """By stretch. A result of an earlier version does not tell them from other failures."""
    if result.breakdown is None:
        return failed
    width_us = result.breakdown.width_us
    starts = [second.at_us for second in result.seconds]
    counts = np.zeros_like(failed)
    for group in result.breakdown.requests:
        for row in group.rows():
            counts[max(bisect_right(starts, row.at * width_us) - 1, 0)] += row.unavailable
    return counts


def _lasted(second: Second, elapsed_us: int) -> float:
    return max(min(second.width_us, elapsed_us - second.at_us), 0) / MICROSECONDS
