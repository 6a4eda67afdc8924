"""Lines of a chart: thinned without losing a peak, shortened without becoming another number."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.report.html.chart import (
    MOST_POINTS,
    Chart,
    Line,
    for_script,
    shortened,
    thinned,
)

VALUES = st.lists(st.none() | st.floats(0, 1e9), min_size=0, max_size=3_000)


@given(VALUES)
def test_no_peak_is_lost(values: list[float | None]) -> None:
    at, (kept,) = thinned([float(n) for n in range(len(values))], [values])
    known = [value for value in values if value is not None]
    assert len(at) == len(kept) <= MOST_POINTS
    assert max((v for v in kept if v is not None), default=None) == max(known, default=None)
    assert set(kept) <= set(values) | {None}


@given(VALUES.filter(lambda values: len(values) <= MOST_POINTS))
def test_what_fits_is_kept_whole(values: list[float | None]) -> None:
    at = [float(n) for n in range(len(values))]
    assert thinned(at, [values]) == (at, [values])


@given(st.integers(0, 10**15))
def test_whole_numbers_stay(value: int) -> None:
    assert shortened(value) == value
    assert shortened(float(value)) == value


@given(st.floats(1e-9, 1e12))
def test_others_keep_six_digits(value: float) -> None:
    kept = shortened(value)
    assert kept is not None
    assert abs(kept - value) <= value * 5.1e-6


def test_moments_that_charts_have_in_common_stand_once() -> None:
    axes = ([1.0, 2.0004], [1.0001, 2.0], [1.0, 3.0])
    charts = [Chart(str(n), "", "us", at, [Line("", [1, 2])]) for n, at in enumerate(axes)]
    data = for_script(charts)
    assert data["moments"] == [(1, 2), (1, 3)]
    assert [chart["at"] for chart in data["charts"]] == [0, 0, 1]
