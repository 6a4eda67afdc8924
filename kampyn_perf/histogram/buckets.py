"""The buckets of a histogram: HdrHistogram's own, read from the library. Unit: microseconds."""

from __future__ import annotations

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
Filled = tuple[Counts, Counts]
"""The places of buckets that are not empty, ascending, and their counts."""


@cache
def bucket_starts() -> Counts:
    """The smallest value of each bucket, in HdrHistogram's own layout: its `get_value_from_index`
    for all of them at once."""
    hdr = HdrHistogram(LOWEST_US, HIGHEST_US, DIGITS)
    index = np.arange(hdr.counts_len, dtype=np.int64)
    halving = hdr.sub_bucket_half_count_magnitude
    bucket = np.maximum((index >> halving) - 1, 0)
    return np.asarray(hdr.get_value_from_sub_bucket(bucket, index - (bucket << halving)))


@cache
def bucket_ends() -> Counts:
    """The greatest value of each bucket: one below the next bucket's first."""
    hdr = HdrHistogram(LOWEST_US, HIGHEST_US, DIGITS)
    last = hdr.get_highest_equivalent_value(int(bucket_starts()[-1]))
    return np.append(bucket_starts()[1:] - 1, last)


@cache
def bucket_middles() -> npt.NDArray[np.float64]:
    return np.asarray((bucket_starts() + bucket_ends()) / 2)


def places(values: Counts) -> Counts:
    """The bucket of every value (0 or more), worked out as HdrHistogram does: its first 11 bits say
    which of a bucket's parts, and how many follow them which bucket. Looking each up among the
    `bucket_starts` gives the same, and costs several times as much."""
    values = np.minimum(values, HIGHEST_US)
    _, bits = np.frexp(values.astype(np.float64))  # exact: far below 2^53
    shifts = np.maximum(bits.astype(np.int64) - (_HALVING + 1), 0)
    return np.asarray((shifts << _HALVING) + (values >> shifts), dtype=np.int64)


def place(value_us: int) -> int:
    """The same of one value, without numpy."""
    value = min(value_us, HIGHEST_US)
    shift = max(value.bit_length() - (_HALVING + 1), 0)
    return (shift << _HALVING) + (value >> shift)
