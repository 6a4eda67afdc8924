"""The Apdex of a load: exact at its threshold and at four times that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.histogram import Layout
from kampyn_perf.results.apdex import Apdex, apdex_of, splits_of
from kampyn_perf.results.breakdown import Breakdown, Row, Sparse
from tests.results.rows import group_of

T = 100_000


def figure_of(times_us: list[int], failed: int = 0) -> Apdex:
    """Of successes that took so long, half of them in another second, and failures."""
    layout = Layout(splits_of(T))
    rows = [
        Row(at, len(part) + lost, lost, 0, 0, 0, Sparse.of(layout.places(part)), Sparse.empty())
        for at, part, lost in ((0, times_us[::2], failed), (3, times_us[1::2], 0))
    ]
    kept = Breakdown(
        width_us=10**6, splits_us=list(layout.splits_us), requests=[group_of(rows)], sessions=[]
    )
    return apdex_of(kept, T)


@given(
    st.lists(st.one_of(st.integers(1, 10**7), st.sampled_from([T, T + 1, 4 * T, 4 * T + 1]))),
    st.integers(0, 5),
)
def test_each_request_counts_once_and_on_its_side(times, failed):
    found = figure_of(times, failed)
    assert found.satisfied == sum(one <= T for one in times)
    assert found.tolerating == sum(T < one <= 4 * T for one in times)
    assert found.satisfied + found.tolerating + found.frustrated == len(times) + failed
    if times or failed:
        score = (found.satisfied + found.tolerating / 2) / (len(times) + failed)
        assert found.score == pytest.approx(score, abs=5e-5)


@pytest.mark.parametrize(
    ("good", "late", "score", "rating"),
    [
        (100, 0, 1.0, "excellent"),
        (94, 6, 0.94, "excellent"),
        (93, 7, 0.93, "good"),
        (70, 30, 0.7, "fair"),
        (50, 50, 0.5, "poor"),
        (49, 51, 0.49, "unacceptable"),
    ],
)
def test_the_words_of_the_index(good, late, score, rating):
    found = figure_of([1] * good + [10**7] * late)
    assert (found.score, found.rating) == (score, rating)


def test_without_requests_there_is_no_score():
    found = figure_of([])
    assert (found.score, found.rating, found.frustrated) == (None, "", 0)
