"""The last minutes of one metric of one subject: samples in, a statistic out. Pure.

A window [at - length, at] holds the samples that lie in it entirely, both ends included, as a range
of Prometheus does. Memory is bounded by the samples of one window: of each the counts of its filled
buckets are kept, not its values.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Collection

from kampyn_perf.alerts.sample import Buckets, Sample, quantile_us
from kampyn_perf.histogram import Histogram, Packed, SlidingHistogram

_DIGITS = 12
"""Of a sum of binary fractions, those that mean something: 0.8 three hundred times is 0.8."""


class Window:
    """Samples of one metric and subject, oldest first."""

    def __init__(self, length_us: int) -> None:
        self._length_us = length_us
        self._samples: deque[Sample] = deque()
        self._times = SlidingHistogram()
        self._since_us: int | None = None
        self._until_us = 0

    def add(self, sample: Sample) -> None:
        """One more. Raises ValueError for one that begins before the last one ended."""
        if self._since_us is not None and sample.from_us < self._until_us:
            raise ValueError(
                f"a sample from {sample.from_us} us on, after one until {self._until_us} us"
            )
        self._since_us = sample.from_us if self._since_us is None else self._since_us
        self._until_us = sample.to_us
        self._samples.append(sample)
        if isinstance(sample.times, Packed):
            self._times.add(sample.times)

    def slide(self, at_us: int) -> None:
        """Let go of what is too old for a window that ends at `at_us`."""
        while self._samples and self._samples[0].from_us < at_us - self._length_us:
            if isinstance(self._samples.popleft().times, Packed):
                self._times.drop_oldest()

    @property
    def empty(self) -> bool:
        """Whether nothing is in it."""
        return not self._samples

    def known_us(self, at_us: int) -> int:
        """How far back from `at_us` something is known; more than the window, once it is full."""
        return 0 if self._since_us is None else at_us - self._since_us

    @property
    def weight(self) -> float:
        """Events in it (requests, samples; seconds of a rate)."""
        return math.fsum(sample.weight for sample in self._samples)

    def ratio(self) -> float | None:
        """The mean, share or rate: all totals over all weights; None without any weight."""
        weight = self.weight
        if not weight:
            return None
        return _rounded(math.fsum(sample.total for sample in self._samples) / weight)

    def most(self) -> float | None:
        """The greatest single value."""
        values = (sample.greatest for sample in self._samples)
        return max((value for value in values if value is not None), default=None)

    def quantile(self, quantile: float, limits: Collection[float] = ()) -> float | None:
        """The quantile of all events in it, never of the samples' own quantiles.

        A value that cannot be told from one of `limits` is that limit.
        """
        if len(self._times):
            return _quantile_near(self._times.sum(), quantile, limits)
        parts = [sample.times for sample in self._samples if isinstance(sample.times, Buckets)]
        newest = parts[-1].edges_us if parts else ()
        # A backend that was replaced by one with other edges: what is comparable counts.
        return quantile_us([part for part in parts if part.edges_us == newest], quantile)


def _quantile_near(
    histogram: Histogram, quantile: float, limits: Collection[float]
) -> float | None:
    value = histogram.percentiles([quantile])[quantile]
    if value is None:
        return None
    low, high = histogram.bucket_of(value)
    return next((limit for limit in limits if low <= limit <= high), float(value))


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
