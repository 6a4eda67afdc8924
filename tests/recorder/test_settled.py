"""Settled rows: as they were put in, in whatever parts, and taken out again from any number on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.recorder import settled
from kampyn_perf.recorder.settled import SettledRows
from kampyn_perf.results.breakdown import Row, Sparse, pack_row, unpack

batches = st.lists(st.lists(st.integers(1, 300), max_size=4), max_size=8)


def row(at: int) -> Row:
    """Of a length that depends on its number."""
    return Row(at, at, 0, 0, 0, 0, Sparse.of(range(at % 5)), Sparse.empty())


def plain(rows: list[Row]) -> list[tuple[int, int, list[int]]]:
    return [(each.at, each.total, each.response.places.tolist()) for each in rows]


def of(numbers: list[int]) -> list[tuple[int, int, list[int]]]:
    return plain([row(at) for at in numbers])


def fill(rows: SettledRows, numbers: list[int], beyond: int) -> None:
    rows.append([(at, pack_row(row(at))) for at in numbers], beyond=beyond)


@given(batches, st.integers(0, 1_200), st.integers(1, 5), st.integers(8, 200))
def test_what_was_taken_out_can_be_put_back(steps, at, most, length) -> None:
    rows, known = SettledRows(), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settled, "_ROWS", most)
        patch.setattr(settled, "_LENGTH", length)
        for batch in steps:
            numbers = []
            for step in batch:
                numbers.append((numbers or known or [0])[-1] + step)
            fill(rows, numbers, (numbers or known or [0])[-1] + 1)
            known += numbers
        assert plain(list(rows.rows())) == of(known)
        assert plain(rows.since(at)) == of([each for each in known if each >= at])
        assert plain(list(unpack(rows.texts([(5_000, pack_row(row(5_000)))])))) == of(
            [*known, 5_000]
        )

        taken = [each.at for each in rows.take_out(at)]
        kept = known[: len(known) - len(taken)]
        assert [*kept, *taken] == known
        assert all(each < at for each in kept)
        assert rows.beyond <= at
        assert all(each < rows.beyond for each in kept)
        assert plain(list(rows.rows())) == of(kept)
        fill(rows, taken, 10_000)
        assert plain(list(rows.rows())) == of(known)


def test_texts_are_shared_by_all_that_ask() -> None:
    rows = SettledRows()
    for at in range(200):
        fill(rows, [at], at + 1)
    one, two = rows.texts(), rows.texts()
    assert len(one) > 2
    assert all(part is other for part, other in zip(one[:-1], two[:-1], strict=True))
