"""A run by the clock: phases, failures, lengths."""

from __future__ import annotations

import pytest

from kampyn_perf import stats
from kampyn_perf.slo.evidence.timeline import Timeline
from tests.slo.runs import SECOND_US, Run, steady


def test_seconds_belong_to_the_phase_they_begin_in() -> None:
    run = Run(phases=[("a", steady(seconds=3)), ("b", steady(seconds=2))])
    line = Timeline.of(run.result())
    assert line.phases.tolist() == [0, 0, 0, 1, 1]
    assert line.of_phase(1).totals.tolist() == [120, 120]
    assert line.of_phase(7).totals.tolist() == []


def test_the_last_second_is_as_long_as_the_run_was() -> None:
    result = Run(phases=[("a", steady(seconds=3))]).result()
    cut = result.model_copy(update={"elapsed_us": 2 * SECOND_US + 250_000})
    assert Timeline.of(cut).seconds.tolist() == [1, 1, 0.25]


@pytest.mark.parametrize("recorded", [True, False])
def test_wrong_content_is_an_answer(recorded: bool) -> None:
    run = Run(
        phases=[("a", steady(seconds=2))],
        errors_at={0: {"content": 5, "404": 2}, 1: {"503": 1, "timeout": 3}},
        recorded=recorded,
    )
    line = Timeline.of(run.result())
    assert line.failed.tolist() == [7, 4]
    # An earlier version did not tell them apart by the second.
    assert line.unavailable.tolist() == ([0, 4] if recorded else [7, 4])


def test_without_requests_nothing_is_known() -> None:
    line = Timeline.of(Run(phases=[]).result())
    assert line.success_rate() == stats.Interval(None, None)


def test_a_rate_is_never_below_none() -> None:
    bursts = [[1_000] * 100 if at == 7 else [] for at in range(20)]
    interval = Timeline.of(Run(phases=[("a", bursts)]).result()).success_rate()
    assert interval.low == 0
