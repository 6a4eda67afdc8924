"""A recorded run played through the rules says what would have fired, and when."""

from __future__ import annotations

from typing import Any

from kampyn_perf.alerts.engine import Engine
from kampyn_perf.alerts.recorded import of_series, replay
from kampyn_perf.alerts.rules import Rule
from kampyn_perf.results.alerts import AlertState
from kampyn_perf.results.load import LoadResult
from kampyn_perf.results.series import Series
from tests.alerts.rules import SECOND, rule
from tests.slo.runs import Run


def played(result: LoadResult, **rules: Rule) -> tuple[Engine, list[tuple[str, str, float]]]:
    engine = Engine(rules)
    events = replay(result, engine)
    return engine, [
        (f"{event.name} {event.change.value}", f"{event.at_us / SECOND:g} s", event.value)
        for event in events
    ]


def series(metric: str, subject: str, values: dict[float, float], **more: Any) -> Series:
    return Series(
        metric=metric,
        subject=subject,
        source="test",
        at_us=[round(at * SECOND) for at in values],
        values=list(values.values()),
        **more,
    )


SLOW = rule(metric="response_time", statistic="p95", fires="> 1 s", clears="< 900 ms")
FAST, LATE = 10_000, 2_000_000


def run_of(seconds: list[list[int]], **more: Any) -> LoadResult:
    return Run(phases=[("Load", seconds)], **more).result()


def test_response_times_of_a_window_are_judged_together() -> None:
    # One request in ten takes two seconds, for five seconds.
    seconds = [[FAST] * 10] * 20 + [[FAST] * 9 + [LATE]] * 5 + [[FAST] * 10] * 20
    _engine, events = played(run_of(seconds), slow=SLOW)
    # Never more than 5 of the 100 in a window are late, and then 95 % are not.
    assert events == []
    harder = rule(metric="response_time", statistic="p96", fires="> 1 s", clears="< 900 ms")
    _engine, events = played(run_of(seconds), slow=harder)
    # At second 25 there are 5 of 100. They are 4 again when the first has left, at 31, and five
    # seconds later it is over.
    assert events == [("slow fired", "25 s", 2_000_000.0), ("slow resolved", "36 s", 10_000.0)]


def test_failures_are_counted_over_all_requests() -> None:
    errors = {"503": 40}  # one in each of the first forty seconds
    result = run_of([[FAST] * 5] * 20 + [[FAST] * 50] * 20, errors=errors)
    # At second 27 it is 10 of 3 x 5 + 7 x 50, which is below 3 %.
    engine, events = played(result, errors=rule(fires="> 15 %", clears="< 3 %"))
    assert events == [("errors fired", "1 s", 0.2), ("errors resolved", "32 s", 0.02)]
    (record,) = engine.records()
    assert record.judged == 40


def test_what_was_watched_is_on_the_same_axis() -> None:
    machine = series("memory", "machine", {n + 0.5: 0.5 if n < 10 else 0.9 for n in range(30)})
    engine, events = played(
        run_of([[FAST]] * 30, measurements=[machine]),
        full=rule(metric="memory", fires="> 80 %", clears="< 70 %"),
    )
    # Ten samples in a window: 8 of 0.9 and 2 of 0.5 are 0.82.
    assert events == [("full fired", "18 s", 0.82)]
    assert engine.records()[0].state is AlertState.FIRING


def test_the_mean_of_all_queries_is_no_mean_of_means() -> None:
    watched = [
        series("db_query_time", "orders.find", {1: 900_000.0, 2: 900_000.0}, weights=[1, 1]),
        series("db_query_time", "items.find", {1: 1_000.0, 2: 1_000.0}, weights=[99, 99]),
    ]
    samples = of_series(watched)
    assert [(each.from_us, each.to_us, each.total, each.weight) for each in samples] == [
        (1 * SECOND, 1 * SECOND, 999_000, 100),
        (1 * SECOND, 2 * SECOND, 999_000, 100),
    ]
    queries = rule(metric="db_query_time", fires="> 100 ms", clears="< 50 ms")
    engine, events = played(run_of([[FAST]] * 3, measurements=watched), queries=queries)
    assert events == []
    assert engine.alerts["queries"].reading.value == 9_990


def test_a_short_run_has_no_data_for_a_long_window() -> None:
    long = rule(window="5m", fullWindow=True)
    engine, events = played(run_of([[FAST]] * 60, errors={"503": 60}), errors=long)
    assert events == []
    (record,) = engine.records()
    assert (record.state, record.reason) == (
        AlertState.NO_DATA,
        "the window of 5 min 0 s holds 1 min 0 s so far",
    )


def test_what_was_not_recorded_is_no_data() -> None:
    engine, _events = played(run_of([[FAST]] * 60), full=rule(metric="memory", fires="> 80 %"))
    (record,) = engine.records()
    assert (record.state, record.reason, record.judged) == (
        AlertState.NO_DATA,
        "nothing has measured memory",
        0,
    )
