"""A load's requests by endpoint, flow, phase and second: what a verdict takes dependence from.

For every group and stretch of time there are the counts of requests and of each event, and sparse
histograms of the response and service times of successful requests, in the buckets of
`histogram.Layout`. All of it is packed (`Row`), since there is much of it. Durations are whole
microseconds.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from typing import Annotated, NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic import Field

from kampyn_perf.results.io import Record
from kampyn_perf.results.latency import NonNegative

Ints = npt.NDArray[np.int64]
_LOW = 0x7F
_MORE = 0x80


class BreakdownGroup(Record):
    """The requests (or sessions) of one endpoint, flow and phase."""

    endpoint: str = ""
    """Empty where it is not known, and of sessions."""
    flow: str
    phase: NonNegative
    """The place of the phase in `LoadResult.phases`."""
    packed: str
    """Its rows (`rows`), base64."""

    def rows(self) -> Iterator[Row]:
        """One row for each stretch in which something ended, in the order of time."""
        return unpack(self.packed)


class Breakdown(Record):
    """Everything by group and stretch of time."""

    width_us: Annotated[int, Field(gt=0)]
    """How long a stretch is: a second, or more in a long run. Stretch n begins at n times that."""
    splits_us: list[NonNegative]
    """Values at which the histograms have a bucket of their own begin: the thresholds that were
    known before the run."""
    requests: list[BreakdownGroup]
    sessions: list[BreakdownGroup]
    """Times from due to end."""
    cut_requests: list[BreakdownGroup] = Field(default_factory=list)
    """Requests whose answer was still out when the run was ended, by how long they had been due
    by then. Those of sessions that never began have no endpoint."""
    cut_sessions: list[BreakdownGroup] = Field(default_factory=list)


class Sparse(NamedTuple):
    """A histogram by its filled buckets."""

    places: Ints
    counts: Ints

    @classmethod
    def empty(cls) -> Sparse:
        """Nothing."""
        return _EMPTY

    @classmethod
    def of(cls, places: npt.ArrayLike, counts: npt.ArrayLike | None = None) -> Sparse:
        """Each place as often as it comes, or as `counts` says."""
        given = np.asarray(places, dtype=np.int64)
        if not given.size:
            return cls.empty()
        if counts is None:
            return cls(*np.unique(given, return_counts=True))
        filled, inverse = np.unique(given, return_inverse=True)
        sums = np.bincount(inverse, weights=np.asarray(counts, dtype=np.float64))
        return cls(filled, sums.astype(np.int64))

    def plus(self, other: Sparse) -> Sparse:
        """Both together."""
        if not self.places.size or not other.places.size:
            return other if other.places.size else self
        return Sparse.of(
            np.concatenate([self.places, other.places]),
            np.concatenate([self.counts, other.counts]),
        )


_EMPTY = Sparse(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))


class Row(NamedTuple):
    """What ended within one stretch; the histograms are of the successful ones."""

    at: int
    """The number of the stretch."""
    total: int
    """Requests, in whatever way they ended."""
    failed: int
    unavailable: int
    status_4xx: int
    status_5xx: int
    response: Sparse
    service: Sparse


def pack_row(row: Row) -> bytes:
    """One row, without its time: whole numbers of seven bits a byte, lowest first; buckets by
    their distance to the one before."""
    numbers = [row.total, row.failed, row.unavailable, row.status_4xx, row.status_5xx]
    parts: list[npt.ArrayLike] = [numbers]
    for sparse in (row.response, row.service):
        pairs = np.empty((sparse.places.size, 2), dtype=np.int64)
        pairs[:, 0] = np.diff(sparse.places, prepend=0)
        pairs[:, 1] = sparse.counts
        parts += [[sparse.places.size], pairs.ravel()]
    return _varints(np.concatenate([np.asarray(part, dtype=np.int64) for part in parts]))


def join_rows(rows: Iterable[tuple[int, bytes]], *, before: int = 0) -> bytes:
    """Packed rows with the number of their stretch, ascending; `before` is that of the last one
    that they follow."""
    parts = []
    for at, row in rows:
        parts += [_varint(at - before), row]
        before = at
    return b"".join(parts)


def rows_text(joined: bytes) -> str:
    """Rows that were joined, as a `BreakdownGroup` keeps them. What is made of parts whose length
    is a multiple of three can be put together."""
    return base64.b64encode(joined).decode("ascii")


def unpack(packed: str) -> Iterator[Row]:
    """The rows of `rows_text`. Raises ValueError for what is none."""
    numbers = _numbers(base64.b64decode(packed, validate=True))
    position, at = 0, 0
    while position < numbers.size:
        if position + 7 > numbers.size:
            raise ValueError("the breakdown of a group ends within a row")
        at += int(numbers[position])
        total, failed, unavailable, of_4xx, of_5xx = numbers[position + 1 : position + 6].tolist()
        response, position = _sparse(numbers, position + 6)
        service, position = _sparse(numbers, position)
        yield Row(at, total, failed, unavailable, of_4xx, of_5xx, response, service)


def _sparse(numbers: Ints, position: int) -> tuple[Sparse, int]:
    if position >= numbers.size:
        raise ValueError("the breakdown of a group ends within a row")
    end = position + 1 + 2 * int(numbers[position])
    if end > numbers.size:
        raise ValueError("the breakdown of a group ends within a histogram")
    pairs = numbers[position + 1 : end].reshape(-1, 2)
    return Sparse(np.cumsum(pairs[:, 0]), pairs[:, 1]), end


def _varint(number: int) -> bytes:
    """One number of `_varints`: without numpy, whose call would cost more than the number."""
    if number <= _LOW:
        return bytes((number,))
    return bytes((number & _LOW | _MORE,)) + _varint(number >> 7)


def _varints(numbers: Ints) -> bytes:
    """Seven bits a byte, lowest first; the top bit says that more follow."""
    large = np.flatnonzero(numbers > _LOW)
    if not large.size:
        return numbers.astype(np.uint8).tobytes()
    lengths = np.ones(numbers.size, dtype=np.int64)
    rest = numbers[large] >> 7
    while rest.any():
        lengths[large] += rest > 0
        rest >>= 7
    ends = lengths.cumsum()
    out = np.empty(int(ends[-1]), dtype=np.uint8)
    at, rest = ends - lengths, numbers
    while rest.size:
        more = rest > _LOW
        out[at] = (rest & _LOW) + (more * _MORE)
        at, rest = at[more] + 1, rest[more] >> 7
    return out.tobytes()


def _numbers(data: bytes) -> Ints:
    """The numbers of `_varints`."""
    given = np.frombuffer(data, dtype=np.uint8).astype(np.int64)
    if not given.size:
        return np.empty(0, dtype=np.int64)
    ends = np.flatnonzero(given < _MORE)
    if not ends.size or ends[-1] != given.size - 1:
        raise ValueError("the breakdown of a group ends within a number")
    starts = np.concatenate(([0], ends[:-1] + 1))
    places = np.arange(given.size) - np.repeat(starts, ends - starts + 1)
    return np.add.reduceat((given & _LOW) << (7 * places), starts)
