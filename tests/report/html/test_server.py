"""Series of one look stand at one moment; none of them is lost by it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf import names
from kampyn_perf.report.html.chart import Goal
from kampyn_perf.report.html.server import aligned, charts
from kampyn_perf.results.series import Series
from tests.report.html.samples import series

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
    measured = [
        series("event_loop_lag_seconds", "backend", [5.0], unit="us"),
        series("event_loop_lag_seconds", "other", [7.0], unit="count"),
    ]
    drawn = charts(measured, {}).charts
    assert [(chart.unit, len(chart.lines)) for chart in drawn] == [("us", 1), ("count", 1)]
    assert len({chart.id for chart in drawn}) == 2


@pytest.mark.parametrize(
    ("metric", "chart"),
    [
        (names.METRIC_LOOP_LAG, "server-loop"),
        (names.CACHE_HIT_RATIO, "server-cache"),
        (names.METRIC_DB_WAIT, "server-waits"),
        (names.DB_QUERY_TIME, "server-db"),
        (names.MEMORY_PER_INSTANCE, "server-memory"),
        (names.PROCESS_CPU, "server-cpu"),
    ],
)
def test_what_a_backend_lacks_first_has_a_chart_of_its_own(metric: str, chart: str) -> None:
    (drawn,) = charts([series(metric, "backend", [1.0, 2.0], unit="us")], {}).charts
    assert drawn.id == chart
    assert metric in drawn.metrics


def test_limits_of_alerts_are_drawn_across() -> None:
    goals = {names.CPU: [Goal("hot > 70 %", 0.7)]}
    drawn = charts([series(names.CPU, "machine", [0.5], unit="share")], goals, prefix="b-")
    (cpu,) = drawn.charts
    assert (cpu.id, list(cpu.goals)) == ("b-server-cpu", goals[names.CPU])


def lines(*measured: Series) -> list[str]:
    return [line.name for chart in charts(measured, {}).charts for line in chart.lines]


def test_lines_are_called_what_tells_them_apart() -> None:
    quantile = series(names.METRIC_LOOP_LAG, "backend", [1.0], unit="us").model_copy(
        update={"labels": {"quantile": "0.95"}}
    )
    assert lines(series(names.METRIC_LOOP_LAG, "backend", [1.0], unit="us"), quantile) == [
        "mean",
        "P95",
    ]
    cpu = [
        series(metric, subject, [1.0], unit="share")
        for metric, subject in [
            (names.CPU, "machine"),
            (names.CPU_STEAL, "machine"),
            (names.PROCESS_CPU, "worker 1"),
        ]
    ]
    assert lines(*cpu) == ["machine", "machine steal", "worker 1"]
    waits = [
        series(metric, "backend", [1.0], unit="us")
        for metric in (names.METRIC_HASH, names.METRIC_HASH_WAIT)
    ]
    assert lines(*waits) == ["password hash", "wait for a hash"]
    same = [
        series(metric, "worker 1", [1.0], unit="bytes")
        for metric in (names.MEMORY_PER_INSTANCE, names.PROCESS_MEMORY)
    ]
    assert lines(*same) == ["worker 1 memory per instance", "worker 1 process memory"]


def test_what_never_changed_is_a_word_and_no_chart() -> None:
    still = [series("restarts", f"worker {n}", [0.0, 0.0], unit="count") for n in (1, 2)]
    moving = series("queue_length", "worker 1", [0.0, 1.0], unit="count")
    shown = charts([*still, moving], {})
    assert shown.unchanged == ["restarts 0"]
    assert [chart.title for chart in shown.further] == ["queue_length"]
    with_goal = charts(still, {"restarts": [Goal("restarts", 1.0)]})
    assert (with_goal.unchanged, len(with_goal.further)) == ([], 1)


def test_the_address_of_one_page_of_metrics_tells_nothing_apart() -> None:
    lag = series(names.METRIC_LOOP_LAG, "127.0.0.1:1", [1.0], unit="us")
    late = lag.model_copy(update={"labels": {"quantile": "0.95"}})
    assert lines(lag, late) == ["mean", "P95"]
    other = lag.model_copy(update={"subject": "127.0.0.1:2"})
    assert lines(lag, other) == ["127.0.0.1:1", "127.0.0.1:2"]


def test_nothing_is_drawn_where_far_longer_than_usual_nothing_was_seen() -> None:
    seen = at([n * 1_000_000 for n in (*range(10), *range(13, 20), 21)])
    ((line,),) = [chart.lines for chart in charts([seen], {}).further]
    assert list(line.gaps) == [(9.0, 13.0)]
    ((slow,),) = [chart.lines for chart in charts([at([0, 10**7, 2 * 10**7])], {}).further]
    assert list(slow.gaps) == []


def test_of_many_lines_the_greatest_are_shown_in_their_order_and_equal_ones_are_no_more() -> None:
    peaks = [3.0, 1.0, 9.0, *[5.0] * 9]
    many = [series("m", f"worker {n}", [0.5, peak], unit="count") for n, peak in enumerate(peaks)]
    (chart,) = charts(many, {}).further
    assert [line.values[-1] for line in chart.lines] == [9.0, *[5.0] * 7]
    assert list(chart.notes) == ["4 further lines left out: the greatest 8 are shown."]
