"""Series of one look stand at one moment; none of them is lost by it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.report.html.server import aligned, charts
from kampyn_perf.results.series import Series
from tests.report.html.samples import failing_run, series

MOMENTS = st.lists(st.integers(0, 10**8), unique=True, min_size=1, max_size=40).map(sorted)


def at(moments: list[int]) -> Series:
    values = [float(n + 1) for n in range(len(moments))]
    return Series(metric="m", subject="s", source="t", at_us=moments, values=values)


@given(MOMENTS, MOMENTS)
def test_the_greatest_value_stays_and_the_order_of_time(a: list[int], b: list[int]) -> None:
    moments, columns = aligned([at(a), at(b)])
    assert moments == sorted(set(moments))
    for given_at, column in zip((a, b), columns, strict=True):
        kept = [value for value in column if value is not None]
        assert kept == sorted(kept)
        assert kept[-1] == len(given_at)
        assert set(kept) <= {float(n + 1) for n in range(len(given_at))}


def test_one_look_is_one_moment() -> None:
    first = series("m", "a", [1, 2, 3], unit="count")
    later = first.model_copy(update={"at_us": [at + 900 for at in first.at_us]})
    moments, columns = aligned([first, later])
    assert moments == [1.0, 2.0, 3.0]
    assert columns == [[1, 2, 3], [1, 2, 3]]


def test_units_share_no_axis() -> None:
    run = failing_run().model_copy(
        update={
            "measurements": [
                series("event_loop_lag_seconds", "backend", [5.0], unit="us"),
                series("event_loop_lag_seconds", "other", [7.0], unit="count"),
            ]
        }
    )
    drawn = charts(run, None).charts
    assert [(chart.unit, len(chart.lines)) for chart in drawn] == [("us", 1), ("count", 1)]
    assert len({chart.id for chart in drawn}) == 2
