"""A series as blocks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.report.spark import chart


def test_the_greatest_is_at_the_top_and_the_least_is_seen() -> None:
    lines = list(chart([1, 2, 1], [1], width=80))
    assert lines == [" █"] * 5 + ["▁█▁", " ^"]


def test_what_never_changes_is_a_line() -> None:
    assert list(chart([5, 5, 5], width=80)) == ["▄▄▄"]
    assert list(chart([], width=80)) == []


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=200), st.integers(1, 60))
def test_it_is_never_wider_than_the_terminal(values: list[float], width: int) -> None:
    lines = list(chart(values, [len(values) - 1], width=width))
    assert max(map(len, lines)) == min(width, len(values))
