"""A load's seconds as arrays: how its requests lie in time, and so what they are worth. Pure.

Only the run as a whole is recorded second by second. An endpoint's or a flow's requests are taken
to hang together in time as all requests do at the same threshold: what pauses the backend pauses
them all. Unit: microseconds.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from kampyn_perf import stats
from kampyn_perf.results.load import PhaseResult, Second
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
    sums_us: Floats
    seconds: Floats
    """How long each stretch is; the last one is cut at the end of the run."""
    phases: Ints
    """Index of the phase of each stretch."""
    _bucket_item: Ints
    _bucket_first_us: Ints
    _bucket_last_us: Ints
    _bucket_count: Ints

    @classmethod
    def of(
        cls, seconds: Sequence[Second], phases: Sequence[PhaseResult], *, elapsed_us: int
    ) -> Timeline:
        """The timeline of a result's seconds, in the order of time."""
        starts = [phase.start_us for phase in phases]
        filled = [
            (index, first, last, count)
            for index, second in enumerate(seconds)
            if second.response is not None
            for first, last, count in second.response.decode().buckets()
        ]
        buckets = np.array(filled, dtype=np.int64).reshape(-1, 4)
        return cls(
            totals=np.array([each.requests for each in seconds], dtype=np.float64),
            failed=np.array([each.failed for each in seconds], dtype=np.float64),
            sums_us=np.array(
                [each.response.sum_us if each.response else 0 for each in seconds],
                dtype=np.float64,
            ),
            seconds=np.array([_lasted(each, elapsed_us) for each in seconds], dtype=np.float64),
            phases=np.array(
                [max(bisect_right(starts, each.at_us) - 1, 0) for each in seconds], dtype=np.int64
            ),
            _bucket_item=buckets[:, 0],
            _bucket_first_us=buckets[:, 1],
            _bucket_last_us=buckets[:, 2],
            _bucket_count=buckets[:, 3],
        )

    def of_phase(self, index: int) -> Timeline:
        """Only the stretches of one phase."""
        kept = np.flatnonzero(self.phases == index)
        place = np.full(self.totals.size, -1, dtype=np.int64)
        place[kept] = np.arange(kept.size)
        inside = place[self._bucket_item] >= 0
        return Timeline(
            totals=self.totals[kept],
            failed=self.failed[kept],
            sums_us=self.sums_us[kept],
            seconds=self.seconds[kept],
            phases=self.phases[kept],
            _bucket_item=place[self._bucket_item[inside]],
            _bucket_first_us=self._bucket_first_us[inside],
            _bucket_last_us=self._bucket_last_us[inside],
            _bucket_count=self._bucket_count[inside],
        )

    def factor_at(self, value_us: float) -> float:
        """How many requests one independent one is, for the share of requests up to `value_us`.

        Where many requests share that value, the share up to it and the share below it hang
        together differently in time: the worse of the two counts.
        """
        return max(
            self._factor(self._outside(self._bucket_first_us > value_us)),
            self._factor(self._outside(self._bucket_last_us >= value_us)),
        )

    def factor_failed(self) -> float:
        """How many requests one independent one is, for the share of failed ones."""
        return self._factor(self.failed)

    def mean_interval(self) -> stats.Interval:
        """The interval of the mean response time."""
        return stats.mean_interval(self.sums_us, self.totals, strata=self.phases.tolist())

    def group_mean_interval(self, mean: float, stddev: float, count: int) -> stats.Interval:
        """The interval of the mean of `count` values that are spread as `stddev` says.

        For groups that are not recorded by the second: the variance of their mean is taken to be
        inflated as that of all response times is.
        """
        whole = self.mean_interval()
        if whole.low is None or whole.high is None or not count:
            return stats.Interval(None, None)
        total = float(self.totals.sum())
        half_of_all = (whole.high - whole.low) / 2
        independent = stats.normal_half_width(self._stddev_us(), total)
        factor = max(1.0, half_of_all / independent) if independent else 1.0
        half = stats.normal_half_width(stddev, count) * factor
        return stats.Interval(mean - half, mean + half)

    def rate_interval(self) -> stats.Interval:
        """The interval of successful requests per second; never below none at all."""
        found = stats.mean_interval(self.totals - self.failed, self.seconds)
        return found if found.low is None else replace(found, low=max(found.low, 0.0))

    def _stddev_us(self) -> float:
        """Of all response times, from the lower ends of their buckets."""
        if not self._bucket_count.sum():
            return 0.0
        middle = np.average(self._bucket_first_us, weights=self._bucket_count)
        squares = (self._bucket_first_us - middle) ** 2
        return math.sqrt(float(np.average(squares, weights=self._bucket_count)))

    def _outside(self, chosen: NDArray[np.bool_]) -> Floats:
        """Requests of each stretch that are not in the chosen buckets."""
        inside = np.bincount(
            self._bucket_item[chosen],
            weights=self._bucket_count[chosen],
            minlength=self.totals.size,
        )
        return np.maximum(self.totals - inside, 0)

    def _factor(self, hits: Floats) -> float:
        if not self.totals.sum():
            return math.inf
        return stats.deflation(self.totals, hits, strata=self.phases.tolist()).factor


def _lasted(second: Second, elapsed_us: int) -> float:
    return max(min(second.width_us, elapsed_us - second.at_us), 0) / MICROSECONDS
