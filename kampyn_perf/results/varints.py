"""Whole numbers of seven bits a byte, lowest first; the top bit says that more follow."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
_LOW = 0x7F
_MORE = 0x80


def varint(number: int) -> bytes:
    """One number: without numpy, whose call would cost more than the number."""
    if number <= _LOW:
        return bytes((number,))
    return bytes((number & _LOW | _MORE,)) + varint(number >> 7)


def varints(numbers: Ints) -> bytes:
    """Several, one after the other."""
    (large,) = (numbers > _LOW).nonzero()
    lowest = (numbers & _LOW).astype(np.uint8)
    if not large.size:
        return lowest.tobytes()
    lowest[large] |= _MORE
    lengths = np.ones(numbers.size, dtype=np.int64)
    rest = numbers[large] >> 7
    while rest.any():
        lengths[large] += rest > 0
        rest >>= 7
    ends = lengths.cumsum()
    out = np.empty(int(ends[-1]), dtype=np.uint8)
    starts = ends - lengths
    out[starts] = lowest
    at, rest = starts[large] + 1, numbers[large] >> 7
    while rest.size:
        more = rest > _LOW
        out[at] = (rest & _LOW) + (more * _MORE)
        at, rest = at[more] + 1, rest[more] >> 7
    return out.tobytes()


def numbers_of(data: bytes) -> tuple[Ints, bytes]:
    """The numbers of `varints`, and what is left behind the last whole one."""
    given = np.frombuffer(data, dtype=np.uint8)
    (ends,) = (given < _MORE).nonzero()
    numbers = given[ends].astype(np.int64)
    if not ends.size:
        return numbers, data
    # From its highest byte, the last one, down.
    longer = np.flatnonzero(np.diff(ends, prepend=-1) > 1)
    at = ends[longer] - 1
    while longer.size:
        numbers[longer] = (numbers[longer] << 7) | (given[at] & _LOW)
        there = (at > 0) & (given[at - 1] >= _MORE)
        longer, at = longer[there], at[there] - 1
    return numbers, data[int(ends[-1]) + 1 :]
