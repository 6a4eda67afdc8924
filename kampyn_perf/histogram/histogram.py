"""Counts of durations, with exact extremes. Unit: whole microseconds."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from kampyn_perf.histogram.buckets import (
    HIGHEST_US,
    Counts,
    Filled,
    bucket_ends,
    bucket_middles,
    bucket_starts,
    place,
    places,
)
from kampyn_perf.histogram.encoding import decode, encode
from kampyn_perf.histogram.layout import Packed


class Histogram:
    """Counts of durations in microseconds, with exact minimum, maximum and sum."""

    __slots__ = (
        "_beyond",
        "_counts",
        "_filled",
        "_first",
        "clamped",
        "count",
        "max_us",
        "min_us",
        "noted",
        "sum_us",
    )

    def __init__(self) -> None:
        self._counts: Counts = np.zeros(len(bucket_starts()), dtype=np.int64)
        # Outside of these two all buckets are empty: a run fills a fifth of them.
        self._first, self._beyond = len(self._counts), 0
        self._filled: Filled | None = None
        self.count = 0
        self.min_us: int | None = None
        self.max_us: int | None = None
        self.sum_us = 0
        self.clamped = 0
        """Values above one hour: counted in the last bucket; `max_us` still has the true one."""
        self.noted: Any = None
        """What somebody has worked out of it (`note`); forgotten when there is more in it."""

    def note(self, worked_out: Any) -> None:
        """Keep it until there is more. What it was worked out of is let go: as a list, the filled
        buckets take about as much memory as all of them."""
        self.noted, self._filled = worked_out, None

    def record(self, value_us: int, count: int = 1) -> None:
        """Count `value_us` `count` times. Raises ValueError for a negative value or count."""
        self.record_all([value_us], [count])

    def record_all(self, values_us: npt.ArrayLike, counts: npt.ArrayLike | None = None) -> None:
        """Count every value (microseconds), each once or as often as `counts` says."""
        if counts is None:
            self.add_packed(Packed.of(values_us))
            return
        values, times = np.asarray(values_us, np.int64), np.asarray(counts, np.int64)
        if times.size and times.min() == 0:
            values, times = values[times != 0], times[times != 0]
        if not values.size:
            return
        low, high = int(values.min()), int(values.max())
        if low < 0 or times.min() < 0:
            raise ValueError(f"cannot record {low} us {int(times.min())} times")
        np.add.at(self._counts, places(values), times)
        self.count += int(times.sum())
        self.sum_us += int((values * times).sum())
        self.clamped += int(times[values > HIGHEST_US].sum())
        self._widen(low, high)
        self._touched(place(low), place(high) + 1)

    def add(self, other: Histogram) -> None:
        """Put all of `other` into this one; exact, and the order of additions does not matter."""
        span = slice(other._first, other._beyond)
        self._counts[span] += other._counts[span]
        self._touched(other._first, other._beyond)
        self.count += other.count
        self.sum_us += other.sum_us
        self.clamped += other.clamped
        if other.min_us is not None and other.max_us is not None:
            self._widen(other.min_us, other.max_us)

    def add_packed(self, packed: Packed) -> None:
        """The same of what is packed."""
        if not packed.count:  # as most are: nothing failed
            return
        self._take(packed, 1)
        if packed.min_us is not None and packed.max_us is not None:
            self._widen(packed.min_us, packed.max_us)

    @property
    def mean_us(self) -> float | None:
        """Exact arithmetic mean; None when empty."""
        return self.sum_us / self.count if self.count else None

    def percentiles(self, quantiles: Iterable[float]) -> dict[float, int | None]:
        """The value (microseconds) at each quantile in [0, 1]; None when empty.

        The value at q is that of the ceil(q n)-th in order (at least the first), as
        `values_at_ranks` reads it.
        """
        ranks = {q: rank_of(q, self.count) for q in quantiles}
        values = self.values_at_ranks(ranks.values())
        return {q: values.get(rank) for q, rank in ranks.items()}

    def values_at_ranks(self, ranks: Iterable[int]) -> dict[int, int]:
        """The value (microseconds) of each 1-based rank; a rank outside 1..count is left out.

        A value is read at the upper end of its bucket, so that rounding never makes it smaller
        than the truth, and kept within the exact minimum and maximum.
        """
        wanted = sorted({rank for rank in ranks if 1 <= rank <= self.count})
        if not wanted or self.min_us is None or self.max_us is None:
            return {}
        filled, counts = self._filled_buckets()
        there = filled[counts.cumsum().searchsorted(wanted)]
        values = bucket_ends()[there].tolist()
        low, high = self.min_us, self.max_us
        at = {rank: min(max(value, low), high) for rank, value in zip(wanted, values, strict=True)}
        if 1 in at:
            at[1] = low
        if self.count in at:
            at[self.count] = high
        return at

    def buckets(self) -> list[tuple[int, int, int]]:
        """(first value, last value, count) of every bucket that is not empty, ascending."""
        filled, counts = self._filled_buckets()
        starts, ends = bucket_starts()[filled], bucket_ends()[filled]
        return list(zip(starts.tolist(), ends.tolist(), counts.tolist(), strict=True))

    def bucket_of(self, value_us: int) -> tuple[int, int]:
        """(first value, last value) of the bucket that `value_us` is counted in: within it, values
        cannot be told apart."""
        where = place(value_us)
        return int(bucket_starts()[where]), int(bucket_ends()[where])

    def count_above(self, value_us: int) -> int:
        """How many values lie in buckets that begin above `value_us`."""
        return int(self._counts[np.searchsorted(bucket_starts(), value_us, side="right") :].sum())

    def stddev_us(self) -> float | None:
        """Standard deviation, from the middles of the buckets; None when empty."""
        if not self.count:
            return None
        filled, counts = self._filled_buckets()
        deviations = (bucket_middles()[filled] - self.sum_us / self.count) ** 2
        return float(np.sqrt((deviations * counts).sum() / self.count))

    def encode(self) -> str:
        """The counts as HdrHistogram's compressed V2 text (base64), which its tools can read."""
        filled, _ = self._filled_buckets()
        return encode(self._counts, int(filled[-1]) + 1 if filled.size else 0)

    @classmethod
    def decode(
        cls, text: str, *, min_us: int | None, max_us: int | None, sum_us: int, clamped: int = 0
    ) -> Histogram:
        """The histogram of `encode`; the exact figures travel beside the text.

        Raises ValueError where the text is none of ours.
        """
        histogram = cls()
        histogram._counts += decode(text)
        histogram._touched(0, len(histogram._counts))
        histogram.count = int(histogram._counts.sum())
        histogram.min_us, histogram.max_us = min_us, max_us
        histogram.sum_us = sum_us
        histogram.clamped = clamped
        return histogram

    def pack(self) -> Packed:
        """Only the buckets that are not empty."""
        filled, counts = self._filled_buckets()
        return Packed(
            places=filled.astype(np.int32),
            counts=counts,
            count=self.count,
            min_us=self.min_us,
            max_us=self.max_us,
            sum_us=self.sum_us,
            clamped=self.clamped,
        )

    def _take(self, packed: Packed, sign: int) -> None:
        """Count what is packed once more (1) or once less (-1); minimum and maximum stay."""
        if packed.places.size:
            self._counts[packed.places] += sign * packed.counts
            self._touched(int(packed.places[0]), int(packed.places[-1]) + 1)
        self.count += sign * packed.count
        self.sum_us += sign * packed.sum_us
        self.clamped += sign * packed.clamped

    def _touched(self, first: int, beyond: int) -> None:
        """Counts of these buckets have changed."""
        self._first, self._beyond = min(self._first, first), max(self._beyond, beyond)
        self._filled = self.noted = None

    def _filled_buckets(self) -> Filled:
        """Worked out once."""
        if self._filled is None:
            part = self._counts[self._first : self._beyond]
            (here,) = part.nonzero()
            self._filled = here + self._first, part[here]
        return self._filled

    def _widen(self, low: int, high: int) -> None:
        self.min_us = low if self.min_us is None else min(self.min_us, low)
        self.max_us = high if self.max_us is None else max(self.max_us, high)


class SlidingHistogram:
    """The sum of the histograms that were added and not dropped yet, oldest first. Exact: what is
    dropped is taken out of the counts again, as whole numbers."""

    def __init__(self) -> None:
        self._parts: deque[Packed] = deque()
        self._sum = Histogram()

    def __len__(self) -> int:
        return len(self._parts)

    def add(self, part: Packed) -> None:
        """One more, the newest."""
        self._parts.append(part)
        self._sum._take(part, 1)

    def drop_oldest(self) -> None:
        """One less."""
        self._sum._take(self._parts.popleft(), -1)

    def sum(self) -> Histogram:
        """All of them in one, until the next call of `add` or `drop_oldest`."""
        lows = [part.min_us for part in self._parts if part.min_us is not None]
        highs = [part.max_us for part in self._parts if part.max_us is not None]
        self._sum.min_us = min(lows, default=None)
        self._sum.max_us = max(highs, default=None)
        self._sum.noted = None
        return self._sum


def merged(histograms: Iterable[Histogram]) -> Histogram:
    """All of them in one."""
    total = Histogram()
    for histogram in histograms:
        total.add(histogram)
    return total


def sum_of(histograms: Iterable[Histogram]) -> Histogram:
    """The same, to be read only: where one alone holds anything it is that one."""
    filled = [histogram for histogram in histograms if histogram.count]
    return filled[0] if len(filled) == 1 else merged(filled)


def rank_of(quantile: float, count: int) -> int:
    """ceil(quantile * count), at least 1, safe from a float's last digit (0.95 * 100 is 95, not
    95.000001)."""
    return max(1, -int(-round(quantile * count, 6) // 1))
