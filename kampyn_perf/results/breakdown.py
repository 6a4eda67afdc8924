"""A load's requests by endpoint, flow, phase and second: what a verdict takes dependence from.

For every group and stretch of time there are the counts of requests and of each event, and sparse
histograms of the response and service times of successful requests, in the buckets of
`histogram.Layout`. All of it is packed (`Row`), since there is much of it. Durations are whole
microseconds.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from typing import Annotated, NamedTuple, cast

import numpy as np
import numpy.typing as npt
import orjson
from pydantic import Field

from kampyn_perf.results.io import LongTextField, Record, by_field
from kampyn_perf.results.latency import NonNegative
from kampyn_perf.results.varints import Ints, numbers_of, varint, varints

_COLUMNS = 6
"""Numbers of a row before its histograms: of its stretch, and the counts."""
_AT_ONCE = 8 * 1024
"""Characters, a multiple of four: what is read of them takes twenty times as much memory."""
_SMALL = np.iinfo(np.int32).max


class BreakdownGroup(Record):
    """The requests (or sessions) of one endpoint, flow and phase."""

    endpoint: str = ""
    """Empty where it is not known, and of sessions."""
    flow: str
    phase: NonNegative
    """The place of the phase in `LoadResult.phases`."""
    packed: LongTextField
    """Its rows (`rows`), base64; the last field, since `pieces` puts it behind the others."""

    def rows(self) -> Iterator[Row]:
        """One row for each stretch in which something ended, in the order of time."""
        return unpack(self.packed.parts)

    def pieces(self) -> Iterator[bytes]:
        others = self.model_dump(mode="json", by_alias=True, exclude={"packed"})
        yield orjson.dumps(others)[:-1] + b',"packed":'
        yield from self.packed.pieces()
        yield b"}"


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

    def pieces(self) -> Iterator[bytes]:
        yield from by_field(self)


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
        # Sorting them costs several times as much: places are few, and close to each other.
        first = given.min()
        sums = np.bincount(given - first, weights=np.asarray(counts, dtype=np.float64))
        (filled,) = (sums > 0).nonzero()
        return cls(filled + first, sums[filled].astype(np.int64))

    @classmethod
    def sum(cls, parts: Iterable[Sparse]) -> Sparse:
        """All of them together."""
        filled = [part for part in parts if part.places.size]
        if len(filled) < 2:
            return filled[0] if filled else cls.empty()
        return cls.of(
            np.concatenate([part.places for part in filled]),
            np.concatenate([part.counts for part in filled]),
        )

    def plus(self, other: Sparse) -> Sparse:
        """Both together."""
        return Sparse.sum((self, other))

    def small(self) -> Sparse:
        """The same to be kept, in half the memory: of 32 bits, where no number is too large."""
        if self.places.size and (self.places[-1] > _SMALL or self.counts.max() > _SMALL):
            return self
        places, counts = self.places.astype(np.int32), self.counts.astype(np.int32)
        return Sparse(cast(Ints, places), cast(Ints, counts))


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
    """One row, without its time, as `varints`; buckets by their distance to the one before."""
    numbers = [row.total, row.failed, row.unavailable, row.status_4xx, row.status_5xx]
    parts: list[npt.ArrayLike] = [numbers]
    for sparse in (row.response, row.service):
        pairs = np.empty((sparse.places.size, 2), dtype=np.int64)
        pairs[:1, 0] = sparse.places[:1]
        np.subtract(sparse.places[1:], sparse.places[:-1], out=pairs[1:, 0])
        pairs[:, 1] = sparse.counts
        parts += [[sparse.places.size], pairs.ravel()]
    return varints(np.concatenate([np.asarray(part, dtype=np.int64) for part in parts]))


def join_rows(rows: Iterable[tuple[int, bytes]], *, before: int = 0) -> bytes:
    """Packed rows with the number of their stretch, ascending; `before` is that of the last one
    that they follow."""
    parts = []
    for at, row in rows:
        parts += [varint(at - before), row]
        before = at
    return b"".join(parts)


def rows_text(joined: bytes) -> bytes:
    """Rows that were joined, as a `BreakdownGroup` keeps them. What is made of parts whose length
    is a multiple of three can be put together."""
    return base64.b64encode(joined)


def unpack(texts: Iterable[bytes]) -> Iterator[Row]:
    """The rows of `rows_text`, in one or more parts. Raises ValueError for what is none."""
    return rows_of(_decoded(texts))


def rows_of(joined: Iterable[bytes], *, before: int = 0) -> Iterator[Row]:
    """The rows of `join_rows`, in parts that may end anywhere: one row of a long run may be large,
    all of them together are a hundred times as much."""
    rest, numbers, at = b"", np.empty(0, dtype=np.int64), before
    for part in joined:
        more, rest = numbers_of(rest + part)
        numbers = np.concatenate((numbers, more))
        position = 0
        while (row := _row(numbers, position, at)) is not None:
            yield row
            at, position = row.at, position + _length(row)
        numbers = numbers[position:]
    if numbers.size or rest:
        raise ValueError("the breakdown of a group ends within a row")


def _decoded(texts: Iterable[bytes]) -> Iterator[bytes]:
    over = False
    for text in texts:
        for begin in range(0, len(text), _AT_ONCE):
            part = text[begin : begin + _AT_ONCE]
            if over:
                raise ValueError("the breakdown of a group goes on behind its end")
            over = part.endswith(b"=")
            yield base64.b64decode(part, validate=True)


def _row(numbers: Ints, position: int, before: int) -> Row | None:
    """The row that begins there; None where it is not whole."""
    if position + _COLUMNS >= numbers.size:
        return None
    step, total, failed, out, of_4xx, of_5xx = numbers[position : position + _COLUMNS].tolist()
    if (response := _sparse(numbers, position + _COLUMNS)) is None:
        return None
    behind = position + _COLUMNS + 1 + 2 * response.places.size
    if (service := _sparse(numbers, behind)) is None:
        return None
    return Row(before + step, total, failed, out, of_4xx, of_5xx, response, service)


def _length(row: Row) -> int:
    """How many numbers it is."""
    return _COLUMNS + 2 + 2 * (row.response.places.size + row.service.places.size)


def _sparse(numbers: Ints, position: int) -> Sparse | None:
    if position >= numbers.size:
        return None
    size = int(numbers[position])
    if size < 0:
        raise ValueError("the breakdown of a group has a number that is too large")
    end = position + 1 + 2 * size
    if end > numbers.size:
        return None
    pairs = numbers[position + 1 : end].reshape(-1, 2)
    # Copies, since a part of an array keeps all of it.
    return Sparse(pairs[:, 0].cumsum(), pairs[:, 1].copy())
