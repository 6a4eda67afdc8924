"""Latency histograms: the only module that knows HdrHistogram. Unit: whole microseconds.

A histogram keeps three significant digits between 1 µs and one hour, in bounded memory, and adds
up losslessly. The layout of the buckets and the encoded form are HdrHistogram's, read from the
library itself; the counts stand in a numpy array, because the library's own loops cost about
2 µs for a value and 75 ms for a percentile of 100,000 values. What the library forgets or hides is
kept here: exact minimum, maximum and sum, values out of range, and None (not 0) when empty. It
rounds a percentile's rank to the nearest, too: of 11 values it takes the 10th for P95, below which
only 91 % lie; here the rank is rounded up.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from hdrh.histogram import HdrHistogram

LOWEST_US = 1
HIGHEST_US = 3_600 * 1_000_000
DIGITS = 3
_HALVING = 10
"""Buckets have 2^11 parts, the fewest that keep so many digits; of all but the first one only the
upper half is used."""

Counts = npt.NDArray[np.int64]


class Histogram:
    """Counts of durations in microseconds, with exact minimum, maximum and sum."""

    __slots__ = ("_counts", "clamped", "count", "max_us", "min_us", "sum_us")

    def __init__(self) -> None:
        self._counts: Counts = np.zeros(len(_bucket_starts()), dtype=np.int64)
        self.count = 0
        self.min_us: int | None = None
        self.max_us: int | None = None
        self.sum_us = 0
        self.clamped = 0
        """Values above one hour: counted in the last bucket; `max_us` still has the true one."""

    def record(self, value_us: int, count: int = 1) -> None:
        """Count `value_us` `count` times. Raises ValueError for a negative value or count."""
        self.record_all([value_us], [count])

    def record_all(self, values_us: npt.ArrayLike, counts: npt.ArrayLike | None = None) -> None:
        """Count every value (microseconds), each once or as often as `counts` says."""
        values = np.asarray(values_us, dtype=np.int64)
        times = np.ones_like(values) if counts is None else np.asarray(counts, dtype=np.int64)
        if times.size and times.min() == 0:
            values, times = values[times != 0], times[times != 0]
        if not values.size:
            return
        low, high = int(values.min()), int(values.max())
        if low < 0 or times.min() < 0:
            raise ValueError(f"cannot record {low} us {int(times.min())} times")
        np.add.at(self._counts, _places(values), times)
        self.count += int(times.sum())
        self.sum_us += int((values * times).sum())
        self.clamped += int(times[values > HIGHEST_US].sum())
        self._widen(low, high)

    def add(self, other: Histogram) -> None:
        """Put all of `other` into this one; exact, and the order of additions does not matter."""
        self._counts += other._counts
        self.count += other.count
        self.sum_us += other.sum_us
        self.clamped += other.clamped
        if other.min_us is not None and other.max_us is not None:
            self._widen(other.min_us, other.max_us)

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
        wanted = np.array(
            sorted({rank for rank in ranks if 1 <= rank <= self.count}), dtype=np.int64
        )
        if not wanted.size or self.min_us is None or self.max_us is None:
            return {}
        places = np.searchsorted(np.cumsum(self._counts), wanted, side="left")
        values = np.clip(_bucket_ends()[places], self.min_us, self.max_us)
        at = {int(rank): int(value) for rank, value in zip(wanted, values, strict=True)}
        if 1 in at:
            at[1] = self.min_us
        if self.count in at:
            at[self.count] = self.max_us
        return at

    def buckets(self) -> list[tuple[int, int, int]]:
        """(first value, last value, count) of every bucket that is not empty, ascending."""
        filled = np.flatnonzero(self._counts)
        starts, ends = _bucket_starts()[filled], _bucket_ends()[filled]
        return list(zip(starts.tolist(), ends.tolist(), self._counts[filled].tolist(), strict=True))

    def bucket_of(self, value_us: int) -> tuple[int, int]:
        """(first value, last value) of the bucket that `value_us` is counted in: within it, values
        cannot be told apart."""
        place = int(np.searchsorted(_bucket_starts(), min(value_us, HIGHEST_US), side="right")) - 1
        return int(_bucket_starts()[place]), int(_bucket_ends()[place])

    def count_above(self, value_us: int) -> int:
        """How many values lie in buckets that begin above `value_us`."""
        return int(self._counts[np.searchsorted(_bucket_starts(), value_us, side="right") :].sum())

    def stddev_us(self) -> float | None:
        """Standard deviation, from the middles of the buckets; None when empty."""
        if not self.count:
            return None
        filled = np.flatnonzero(self._counts)
        middles = (_bucket_starts()[filled] + _bucket_ends()[filled]) / 2
        deviations = (middles - self.sum_us / self.count) ** 2
        return float(np.sqrt((deviations * self._counts[filled]).sum() / self.count))

    def encode(self) -> str:
        """The counts as HdrHistogram's compressed V2 text (base64), which its tools can read."""
        hdr = _encoder()
        hdr.total_count = 0  # all that its encoding looks at; its own reset takes a millisecond
        np.frombuffer(hdr.counts, dtype=np.int64)[:] = self._counts
        filled = np.flatnonzero(self._counts)
        if filled.size:
            hdr.set_internal_tacking_values(int(filled[0]), int(filled[-1]), self.count)
        return str(hdr.encode().decode("ascii"))

    @classmethod
    def decode(
        cls, text: str, *, min_us: int | None, max_us: int | None, sum_us: int, clamped: int = 0
    ) -> Histogram:
        """The histogram of `encode`; the exact figures travel beside the text.

        Raises ValueError where the text is none of ours.
        """
        histogram = cls()
        try:
            hdr = HdrHistogram.decode(text)
            histogram._counts += np.frombuffer(hdr.counts, dtype=np.int64)
        except Exception as error:
            raise ValueError(f"not an encoded histogram: {error}") from error
        histogram.count = int(histogram._counts.sum())
        histogram.min_us, histogram.max_us = min_us, max_us
        histogram.sum_us = sum_us
        histogram.clamped = clamped
        return histogram

    def pack(self) -> Packed:
        """Only the buckets that are not empty."""
        filled = np.flatnonzero(self._counts)
        return Packed(
            places=filled.astype(np.int32),
            counts=self._counts[filled],
            min_us=self.min_us,
            max_us=self.max_us,
            sum_us=self.sum_us,
            clamped=self.clamped,
        )

    def _take(self, packed: Packed, sign: int) -> None:
        """Count what is packed once more (1) or once less (-1); minimum and maximum stay."""
        self._counts[packed.places] += sign * packed.counts
        self.count += sign * packed.count
        self.sum_us += sign * packed.sum_us
        self.clamped += sign * packed.clamped

    def _widen(self, low: int, high: int) -> None:
        self.min_us = low if self.min_us is None else min(self.min_us, low)
        self.max_us = high if self.max_us is None else max(self.max_us, high)


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """A histogram by its filled buckets: as small as what is in it (an empty one of the other form
    takes 190 KB)."""

    places: npt.NDArray[np.int32]
    counts: Counts
    min_us: int | None
    max_us: int | None
    sum_us: int
    clamped: int

    @property
    def count(self) -> int:
        """How many values."""
        return int(self.counts.sum())


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
        return self._sum


def merged(histograms: Iterable[Histogram]) -> Histogram:
    """All of them in one."""
    total = Histogram()
    for histogram in histograms:
        total.add(histogram)
    return total


def rank_of(quantile: float, count: int) -> int:
    """ceil(quantile * count), at least 1, safe from a float's last digit (0.95 * 100 is 95, not
    95.000001)."""
    return max(1, -int(-round(quantile * count, 6) // 1))


@cache
def _encoder() -> HdrHistogram:
    """One for all: to make one costs more than to encode."""
    return HdrHistogram(LOWEST_US, HIGHEST_US, DIGITS)


@cache
def _bucket_starts() -> Counts:
    """The smallest value of each bucket, in HdrHistogram's own layout: its `get_value_from_index`
    for all of them at once."""
    hdr = HdrHistogram(LOWEST_US, HIGHEST_US, DIGITS)
    index = np.arange(hdr.counts_len, dtype=np.int64)
    halving = hdr.sub_bucket_half_count_magnitude
    bucket = np.maximum((index >> halving) - 1, 0)
    return np.asarray(hdr.get_value_from_sub_bucket(bucket, index - (bucket << halving)))


def _places(values: Counts) -> Counts:
    """The bucket of every value (0 or more), worked out as HdrHistogram does: its first 11 bits say
    which of a bucket's parts, and how many follow them which bucket. Looking each up among the
    `_bucket_starts` gives the same, and costs several times as much."""
    values = np.minimum(values, HIGHEST_US)
    _, bits = np.frexp(values.astype(np.float64))  # exact: far below 2^53
    shifts = np.maximum(bits.astype(np.int64) - (_HALVING + 1), 0)
    return np.asarray((shifts << _HALVING) + (values >> shifts), dtype=np.int64)


@cache
def _bucket_ends() -> Counts:
    """The greatest value of each bucket: one below the next bucket's first."""
    hdr = HdrHistogram(LOWEST_US, HIGHEST_US, DIGITS)
    last = hdr.get_highest_equivalent_value(int(_bucket_starts()[-1]))
    return np.append(_bucket_starts()[1:] - 1, last)


class Layout:
    """The buckets of a histogram, some of them cut in two at a value that matters.

    A bucket spans up to 0.1 % of its value; whether something lay beyond a threshold within it
    cannot be told afterwards. A bucket that is split at the threshold tells.
    """

    def __init__(self, splits_us: Iterable[int] = ()) -> None:
        """`splits_us`: values at which a bucket of their own begins."""
        self.splits_us = tuple(sorted({s for s in splits_us if LOWEST_US <= s <= HIGHEST_US}))
        usual = _bucket_starts()
        splits = np.array(self.splits_us, dtype=np.int64)
        places = np.searchsorted(usual, splits)
        new = usual[places] != splits  # not those at which one begins anyway
        self._new_us = splits[new].tolist()
        self.starts_us: Counts = np.insert(usual, places[new], splits[new])
        """The smallest value of each bucket; the greatest is one below the next bucket's."""

    def places(self, values_us: npt.ArrayLike) -> Counts:
        """The bucket of every value."""
        values = np.asarray(values_us, dtype=np.int64)
        places = _places(values)
        for split_us in self._new_us:
            places += values >= split_us
        return places

    def ends_us(self) -> Counts:
        """The greatest value of each bucket."""
        return np.append(self.starts_us[1:] - 1, _bucket_ends()[-1])
