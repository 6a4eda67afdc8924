"""A run's seconds as arrays: phases, failures, pauses."""

from __future__ import annotations

import pytest

from kampyn_perf import stats
from kampyn_perf.slo.evidence.timeline import Timeline
from tests.slo.runs import SECOND_US, Run, steady


def timeline(run: Run) -> Timeline:
    result = run.result()
    return Timeline.of(result.seconds, result.phases, elapsed_us=result.elapsed_us)


def test_seconds_belong_to_the_phase_they_begin_in() -> None:
    line = timeline(Run(phases=[("a", steady(seconds=3)), ("b", steady(seconds=2))]))
    assert line.phases.tolist() == [0, 0, 0, 1, 1]
    assert line.of_phase(1).totals.tolist() == [120, 120]
    assert line.of_phase(7).totals.tolist() == []


def test_the_last_second_is_as_long_as_the_run_was() -> None:
    result = Run(phases=[("a", steady(seconds=3))]).result()
    line = Timeline.of(result.seconds, result.phases, elapsed_us=2 * SECOND_US + 250_000)
    assert line.seconds.tolist() == [1, 1, 0.25]


def test_a_pause_inflates_what_an_independent_request_is_made_of() -> None:
    calm = steady(seconds=60)
    paused = [list(second) for second in calm]
    paused[30:33] = [[2_000_000 - 10_000 * number for number in range(120)]] * 3
    at = 60_000
    assert timeline(Run(phases=[("p", calm)])).factor_at(at) < 4
    assert timeline(Run(phases=[("p", paused)])).factor_at(at) > 100


def test_many_requests_of_one_and_the_same_value_do_not_hide_a_pause() -> None:
    paused = steady(seconds=60)
    paused[30:33] = [[2_000_000] * 120] * 3
    line = timeline(Run(phases=[("p", paused)]))
    assert line.factor_at(2_000_100) > 100


def test_failures_all_at_once_are_worth_less_than_failures_here_and_there() -> None:
    spread = timeline(Run(phases=[("p", steady())], errors={"503": 60}))
    result = Run(phases=[("p", steady())]).result()
    at_once = [
        second.model_copy(update={"failed": 60 if place == 9 else 0})
        for place, second in enumerate(result.seconds)
    ]
    clumped = Timeline.of(at_once, result.phases, elapsed_us=result.elapsed_us)
    assert clumped.factor_failed() > 10 * spread.factor_failed()


def test_without_requests_nothing_is_known() -> None:
    line = timeline(Run(phases=[]))
    assert line.factor_at(1) == float("inf")
    assert line.mean_interval() == stats.Interval(None, None)
    assert line.group_mean_interval(5.0, 1.0, 10) == stats.Interval(None, None)


def test_the_mean_of_a_group_is_as_uncertain_as_its_size_says() -> None:
    line = timeline(Run(phases=[("p", steady())]))
    wide, narrow = (line.group_mean_interval(20_000.0, 8_000.0, n) for n in (100, 10_000))
    assert wide.low is not None and wide.high is not None
    assert narrow.low is not None and narrow.high is not None
    assert wide.high - wide.low == pytest.approx(10 * (narrow.high - narrow.low))
