"""Packed rows: what goes in comes out, and what is damaged is refused.

Tests `kampyn_perf/results/varints.py` too.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.results import breakdown, io
from kampyn_perf.results.breakdown import (
    Breakdown,
    BreakdownGroup,
    Row,
    Sparse,
    join_rows,
    pack_row,
    rows_text,
    unpack,
)
from kampyn_perf.results.io import LongText

numbers = st.integers(0, 2**40)
sparse = st.dictionaries(st.integers(0, 30_000), st.integers(1, 10**9), max_size=8).map(
    lambda held: Sparse(
        np.array(sorted(held), dtype=np.int64),
        np.array([held[place] for place in sorted(held)], dtype=np.int64),
    )
)


def plain(row: Row) -> list[object]:
    return [part.tolist() if hasattr(part, "tolist") else part for part in _flat(row)]


def _flat(row: Row) -> list[object]:
    return [*row[:6], *row.response, *row.service]


@given(
    st.lists(st.tuples(numbers, numbers, numbers, numbers, numbers, sparse, sparse), max_size=5),
    st.integers(1, 40),
)
def test_rows_come_back_as_they_were_wherever_the_text_was_cut(held: list, threes: int) -> None:
    rows = [Row(3 * at, *columns) for at, columns in enumerate(held)]
    joined = join_rows((row.at, pack_row(row)) for row in rows)
    cuts = range(0, len(joined), 3 * threes)
    for texts in (
        [rows_text(joined)],
        [rows_text(joined[at : at + 3 * threes]) for at in cuts],
    ):
        assert [plain(row) for row in unpack(texts)] == [plain(row) for row in rows]


def test_a_large_row_is_read_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breakdown, "_AT_ONCE", 64)
    row = Row(7, 300, 1, 0, 0, 0, Sparse.of(range(0, 3_000, 30)), Sparse.of([7]))
    text = rows_text(join_rows([(7, pack_row(row)), (9, pack_row(row))]))
    assert [plain(each) for each in unpack([text])] == [plain(row), plain(row._replace(at=9))]


def test_numbers_take_seven_bits_a_byte() -> None:
    row = Row(0, 300, 1, 0, 0, 0, Sparse.of([5, 5, 9]), Sparse.empty())
    assert pack_row(row) == bytes([0xAC, 2, 1, 0, 0, 0, 2, 5, 2, 4, 1, 0])


@pytest.mark.parametrize("missing", [1, 2, 3, 5, 8])
def test_a_row_that_is_cut_short_is_refused(missing: int) -> None:
    row = Row(0, 300, 1, 0, 0, 0, Sparse.of([5, 5, 9]), Sparse.of([7]))
    data = join_rows([(0, pack_row(row))])
    with pytest.raises(ValueError, match="the breakdown of a group ends within"):
        list(unpack([rows_text(data[:-missing])]))


@pytest.mark.parametrize("text", ["AA==", "AAA", "A A=", "\u00e9AAA"])
def test_a_text_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        list(unpack(LongText.of(text + "AAAA").parts))
    with pytest.raises(ValueError, match="no text"):
        LongText.of(7)


def test_nothing_may_stand_behind_the_end_of_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breakdown, "_AT_ONCE", 4)
    with pytest.raises(ValueError, match="goes on behind its end"):
        list(unpack([b"AA==AAAA"]))


def test_its_pieces_are_the_whole_and_read_as_it() -> None:
    text = LongText((b"AAAA", b"BBBB", b"CC=="))
    groups = [
        BreakdownGroup(endpoint=endpoint, flow="f\u00fcr", phase=1, packed=text)
        for endpoint in ('GET /"x"', "")
    ]
    kept = Breakdown(width_us=1, splits_us=[7], requests=groups, sessions=[], cut_requests=groups)
    pieces = list(io.pieces(kept))
    assert b"".join(pieces) == io.dumps(kept)
    assert sum(piece is text.parts[0] for piece in pieces) == 4
    read = Breakdown.model_validate_json(b"".join(pieces))
    assert read == kept
    assert hash(read.requests[0].packed) == hash(text)
    assert read.requests[0].packed != LongText((b"AAAA",))


def test_a_sum_of_small_ones_is_exact() -> None:
    large = Sparse.of([1, 2], [5, 2**31])
    assert large.small() is large
    small = Sparse.of([1, 9], [2**31 - 1, 1]).small()
    assert small.counts.dtype == np.int32
    total = Sparse.sum([small, Sparse.empty(), small])
    assert (total.places.tolist(), total.counts.tolist()) == ([1, 9], [2**32 - 2, 2])


def test_sparse_histograms_add_up() -> None:
    total = Sparse.of([1, 4, 4]).plus(Sparse.of([4, 9], [2, 3])).plus(Sparse.empty())
    assert (total.places.tolist(), total.counts.tolist()) == ([1, 4, 9], [1, 4, 3])
