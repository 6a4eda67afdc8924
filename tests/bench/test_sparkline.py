from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.bench.sparkline import ASCII, BLOCKS, sparkline


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=100), st.integers(1, 40))
def test_it_is_as_wide_as_asked_and_both_ends_show(times: list[int], width: int) -> None:
    found = sparkline(times, width=width)
    assert len(found) == width
    assert set(found) <= set(BLOCKS)
    assert found[0] != " "
    assert "█" in found
    if max(times) > max(1, min(times)):
        assert found[-1] != " "


def test_columns_are_of_equal_ratio() -> None:
    assert sparkline([10, 100, 1_000, 10_000], width=4) == "████"
    assert sparkline([10] * 100 + [10_000], width=4) == "█  ▁"


def test_nothing_has_no_sketch_and_ascii_will_do() -> None:
    assert sparkline([]) == ""
    assert sparkline([1, 1], width=3, ascii_only=True) == f"{ASCII[-1]}  "
