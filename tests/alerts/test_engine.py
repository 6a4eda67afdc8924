"""When a rule fires and is resolved; time is only what the engine is told.

Tests `kampyn_perf/alerts/reading.py` too.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.alerts.engine import Change, Engine
from kampyn_perf.results.alerts import AlertState, Firing
from tests.alerts.rules import SECOND, errors, memory, rule, seconds


def run(engine: Engine, shares: list[int]) -> list[tuple[str, int, float]]:
    """(what, second, value) of every event."""
    events = []
    for number, samples in enumerate(seconds(shares)):
        engine.take(samples)
        events += engine.evaluate((number + 1) * SECOND)
    return [(event.change.value, event.at_us // SECOND, event.value) for event in events]


def single(**changes: Any) -> Engine:
    return Engine({"errors": rule(**changes)})


def test_it_fires_on_the_window_not_on_a_second_and_resolves_with_hysteresis() -> None:
    # 50 of 400 at second 4; the window drops below 5 % when the burst has left it, ten seconds
    # later, and stays there for five.
    engine = single()
    events = run(engine, [0, 0, 0, 50] + [0] * 20)
    assert events == [("fired", 4, 0.125), ("resolved", 19, 0.0)]
    (record,) = engine.records()
    assert record.state is AlertState.OK
    assert record.firings == [
        Firing(fired_us=4 * SECOND, resolved_us=19 * SECOND, value=0.125, worst=0.125)
    ]


def test_the_error_rate_is_the_sum_over_the_sum() -> None:
    engine = single(fires="> 50 %", clears="< 40 %")
    engine.take([errors(0, 10, 10)])  # 100 % of ten
    engine.take([errors(1, 0, 1000)])  # 0 % of a thousand
    assert engine.evaluate(2 * SECOND) == []
    assert engine.alerts["errors"].reading.value == pytest.approx(10 / 1010)


def test_between_the_two_limits_nothing_changes() -> None:
    engine = single()
    assert run(engine, [20] * 5 + [7] * 40) == [("fired", 1, 0.2)]
    assert engine.records()[0].state is AlertState.FIRING
    other = single()
    assert run(other, [7] * 40) == []
    assert other.records()[0].state is AlertState.OK


def test_one_bad_second_begins_the_time_to_clear_anew() -> None:
    # The window is one second: its value is that of the second.
    engine = single(window="1s")
    shares = [20, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0]
    assert run(engine, shares) == [("fired", 1, 0.2), ("resolved", 12, 0.0)]


def test_at_the_limit_it_does_not_fire() -> None:
    assert run(single(), [10] * 20) == []
    assert run(single(fires=">= 10 %"), [10]) == [("fired", 1, 0.1)]


def test_nothing_measured_is_no_data_and_never_ok() -> None:
    engine = single()
    assert engine.evaluate(60 * SECOND) == []
    (record,) = engine.records()
    assert (record.state, record.reason) == (
        AlertState.NO_DATA,
        "nothing has measured error_rate",
    )
    assert record.judged == 0


def test_seconds_without_requests_are_no_data() -> None:
    engine = single()
    engine.take([errors(0, 0)])
    engine.evaluate(SECOND)
    assert engine.records()[0].state is AlertState.OK
    for number in range(1, 12):
        engine.take([errors(number, 0, 0)])
        engine.evaluate((number + 1) * SECOND)
    (record,) = engine.records()
    assert (record.state, record.reason) == (
        AlertState.NO_DATA,
        "0 requests in 10.0 s, and 1 are needed",
    )


def test_data_that_stops_resolves_nothing() -> None:
    engine = single()
    run(engine, [50])
    for number in range(1, 40):
        assert engine.evaluate((number + 1) * SECOND) == []
    assert engine.records()[0].state is AlertState.FIRING
    # ... and what comes afterwards has to be good for the whole time.
    events = []
    for number in range(40, 50):
        engine.take([errors(number, 0)])
        events += engine.evaluate((number + 1) * SECOND)
    assert [(event.change, event.at_us // SECOND) for event in events] == [(Change.RESOLVED, 46)]


def test_too_few_events_are_no_data() -> None:
    engine = single(minSamples=250)
    assert run(engine, [50, 50, 50]) == [("fired", 3, 0.5)]
    few = single(minSamples=250)
    run(few, [50, 50])
    (record,) = few.records()
    assert (record.state, record.reason) == (
        AlertState.NO_DATA,
        "200 requests in 10.0 s, and 250 are needed",
    )


def test_a_window_that_is_not_full_is_no_data_if_the_rule_says_so() -> None:
    engine = single(fullWindow=True)
    assert run(engine, [50] * 9) == []
    assert engine.records()[0].reason == "the window of 10.0 s holds 9.00 s so far"
    assert run(single(fullWindow=True), [50] * 10) == [("fired", 10, 0.5)]


def test_a_rule_that_goes_down() -> None:
    engine = Engine({"errors": rule(fires="< 10 %", clears="> 20 %", window="1s")})
    assert run(engine, [50, 9, 15, 30, 30, 30, 30, 30, 30]) == [
        ("fired", 2, 0.09),
        ("resolved", 9, 0.3),
    ]
    assert engine.records()[0].firings[0].worst == 0.09


def test_the_worst_value_of_a_firing_is_kept() -> None:
    engine = single(window="1s")
    run(engine, [20, 60, 30])
    (firing,) = engine.records()[0].firings
    assert (firing.value, firing.worst, firing.resolved_us) == (0.2, 0.6, None)


def test_the_worst_endpoint_speaks_for_a_pattern() -> None:
    engine = single(scope={"endpoint": "POST *"})
    engine.take(
        [
            errors(0, 100),
            errors(0, 90, endpoint="GET /items"),
            errors(0, 5, endpoint="POST /order"),
            errors(0, 30, endpoint="POST /cart"),
        ]
    )
    (event,) = engine.evaluate(SECOND)
    assert (event.value, event.subject) == (0.3, "POST /cart")


def test_each_instance_is_judged_by_itself_and_one_that_is_gone_is_forgotten() -> None:
    engine = Engine({"memory": rule(metric="memory", fires="> 80 %", clears="< 70 %")})
    engine.take([memory(0, 0.9, subject="a"), memory(0, 0.1, subject="b")])
    (event,) = engine.evaluate(SECOND)
    assert (event.value, event.subject) == (0.9, "a")  # not 0.5, their mean
    events = []
    for second in range(1, 20):
        engine.take([memory(second, 0.1, subject="b")])
        events += engine.evaluate((second + 1) * SECOND)
    # The last sample of a, taken at second 1, is in the windows that end until second 11.
    assert [(event.change, event.at_us // SECOND) for event in events] == [(Change.RESOLVED, 17)]


def test_time_goes_forward() -> None:
    engine = single()
    engine.evaluate(5 * SECOND)
    with pytest.raises(ValueError, match="asked at 4000000 us, after 5000000 us"):
        engine.evaluate(4 * SECOND)


def test_a_long_run_keeps_so_many_firings_and_counts_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("kampyn_perf.alerts.engine.MAX_FIRINGS", 2)
    engine = single(window="1s", keepFiringFor="0s")
    run(engine, [20, 0] * 5)
    (record,) = engine.records()
    assert (len(record.firings), record.unrecorded) == (2, 3)


shares = st.lists(st.integers(0, 25), min_size=1, max_size=120)


@given(shares=shares, keep=st.integers(0, 20), window=st.integers(1, 10))
def test_it_never_flaps(shares: list[int], keep: int, window: int) -> None:
    """Whatever comes: events take turns, and each has its reason in the values before it."""
    engine = single(window=f"{window}s", keepFiringFor=f"{keep}s")
    values: list[float] = []
    events: list[tuple[str, int]] = []
    for number, samples in enumerate(seconds(shares)):
        engine.take(samples)
        events += [(e.change.value, number) for e in engine.evaluate((number + 1) * SECOND)]
        values.append(engine.alerts["errors"].reading.value or 0.0)
    assert [what for what, _second in events] == ["fired", "resolved"] * (len(events) // 2) + [
        "fired"
    ] * (len(events) % 2)
    for what, second in events:
        if what == "fired":
            assert values[second] > 0.1
        else:
            assert all(value < 0.05 for value in values[second - keep : second + 1])
    # ... and none is missing: outside of firings nothing is above the limit.
    firing = False
    turns = {second: what for what, second in events}
    for second, value in enumerate(values):
        if second in turns:
            firing = turns[second] == "fired"
        assert firing or value <= 0.1


@given(shares=shares)
def test_two_limits_give_no_more_alerts_than_one(shares: list[int]) -> None:
    two = run(single(window="1s"), shares)
    one = run(single(window="1s", clears="< 10.0001 %", fires="> 10.0001 %"), shares)
    assert len(two) <= len(one)


@given(shares=shares, start=st.integers(0, 10**6))
def test_only_the_time_that_it_is_told_counts(shares: list[int], start: int) -> None:
    """The same, begun at any moment."""
    engine = single()
    shifted = []
    for number, failed in enumerate(shares):
        engine.take([errors(start + number, failed)])
        shifted += [
            (e.change.value, e.at_us // SECOND - start, e.value)
            for e in engine.evaluate((start + number + 1) * SECOND)
        ]
    assert shifted == run(single(), shares)
