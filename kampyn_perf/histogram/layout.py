"""Values counted by bucket: once, for all histograms that they are added to. Unit: whole
microseconds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kampyn_perf.histogram.buckets import (
    HIGHEST_US,
    LOWEST_US,
    Counts,
    Filled,
    bucket_ends,
    bucket_starts,
)
from kampyn_perf.histogram.buckets import places as usual_places


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """A histogram by its filled buckets: as small as what is in it (an empty one of the other form
    takes 190 KB)."""

    places: npt.NDArray[np.int32] | Counts
    """Ascending, each once."""
    counts: Counts
    count: int
    min_us: int | None
    max_us: int | None
    sum_us: int
    clamped: int

    @classmethod
    def of(cls, values_us: npt.ArrayLike) -> Packed:
        """Every value (microseconds) once. Raises ValueError for a negative one."""
        return _usual_layout().count(values_us)[0]


class Layout:
    """The buckets of a histogram, some of them cut in two at a value that matters.

    A bucket spans up to 0.1 % of its value; whether something lay beyond a threshold within it
    cannot be told afterwards. A bucket that is split at the threshold tells.
    """

    def __init__(self, splits_us: Iterable[int] = ()) -> None:
        """`splits_us`: values at which a bucket of their own begins."""
        self.splits_us = tuple(sorted({s for s in splits_us if LOWEST_US <= s <= HIGHEST_US}))
        cut = _cut(self.splits_us)
        self._new_us, self._new_places = cut.new_us, cut.new_places
        self.starts_us = cut.starts_us
        """The smallest value of each bucket; the greatest is one below the next bucket's."""
        self._ends_us = cut.ends_us

    def places(self, values_us: npt.ArrayLike) -> Counts:
        """The bucket of every value."""
        values = np.asarray(values_us, dtype=np.int64)
        return self._places(values, int(values.max(initial=0)))

    def _places(self, values: Counts, high: int) -> Counts:
        places = usual_places(values)
        for split_us in self._new_us:
            if split_us > high:
                break
            places += values >= split_us
        return places

    def count(self, values_us: npt.ArrayLike) -> tuple[Packed, Filled]:
        """The values, counted in the usual buckets and in those of this layout: once, for all
        histograms that they are added to. Raises ValueError for a negative one."""
        if isinstance(values_us, list) and not values_us:  # as most are: nothing failed
            return _NOTHING, (_NO_BUCKETS, _NO_BUCKETS)
        values = np.asarray(values_us, dtype=np.int64)
        if not values.size:
            return _NOTHING, (_NO_BUCKETS, _NO_BUCKETS)
        low, high = int(values.min()), int(values.max())
        if low < 0:
            raise ValueError(f"cannot record {low} us")
        places = self._places(values, high)
        first = places.min()
        every = np.bincount(places - first)
        (filled,) = every.nonzero()
        places, counts = filled + first, every[filled]
        usual, sums = self._usual(places, counts)
        packed = Packed(
            places=usual,
            counts=sums,
            count=values.size,
            min_us=low,
            max_us=high,
            sum_us=int(values.sum()),
            clamped=int((values > HIGHEST_US).sum()) if high > HIGHEST_US else 0,
        )
        return packed, (places, counts)

    def _usual(self, places: Counts, counts: Counts) -> Filled:
        """What buckets of this layout hold, in buckets that are not split."""
        if not self._new_us:
            return places, counts
        usual = places - np.searchsorted(self._new_places, places, side="right")
        firsts = np.flatnonzero(np.diff(usual, prepend=-1))
        return usual[firsts], np.add.reduceat(counts, firsts)

    def pack(self, places: Counts, counts: Counts) -> Packed:
        """What is known only by buckets of this layout: every value where its bucket ends, which is
        in the same bucket there. `places` are ascending, each once."""
        if not places.size:
            return _NOTHING
        ends = self.ends_us()[places]
        usual, sums = self._usual(places, counts)
        return Packed(
            places=usual,
            counts=sums,
            count=int(counts.sum()),
            min_us=int(ends[0]),
            max_us=int(ends[-1]),
            sum_us=int((ends * counts).sum()),
            clamped=int(counts[ends > HIGHEST_US].sum()),
        )

    def ends_us(self) -> Counts:
        """The greatest value of each bucket."""
        return self._ends_us


class _Cut(NamedTuple):
    starts_us: Counts
    ends_us: Counts
    new_us: list[int]
    new_places: Counts


@lru_cache(maxsize=8)
def _cut(splits_us: tuple[int, ...]) -> _Cut:
    """The usual buckets, cut at these values: the same for all of a run and of its verdict."""
    usual = bucket_starts()
    splits = np.array(splits_us, dtype=np.int64)
    places = np.searchsorted(usual, splits)
    new = usual[places] != splits  # not those at which one begins anyway
    starts_us = np.insert(usual, places[new], splits[new])
    return _Cut(
        starts_us=starts_us,
        ends_us=np.append(starts_us[1:] - 1, bucket_ends()[-1]),
        new_us=splits[new].tolist(),
        new_places=places[new] + np.arange(np.count_nonzero(new)),
    )


@cache
def _usual_layout() -> Layout:
    return Layout()


_NO_BUCKETS: Counts = np.empty(0, dtype=np.int64)
_NOTHING = Packed(
    places=_NO_BUCKETS,
    counts=_NO_BUCKETS,
    count=0,
    min_us=None,
    max_us=None,
    sum_us=0,
    clamped=0,
)
