"""Throughput: shown, missed, not decided, or not tried at all."""

from __future__ import annotations

import pytest

from kampyn_perf.operators import Operator
from kampyn_perf.results.judgement import Outcome
from kampyn_perf.results.unit import Unit
from kampyn_perf.slo.evidence.estimate import Estimate, Missing
from kampyn_perf.slo.evidence.throughput import phase_rates, throughput
from kampyn_perf.slo.evidence.timeline import Timeline
from kampyn_perf.slo.targets import Target
from kampyn_perf.slo.verdict.outcome import outcome_of
from tests.slo.runs import Run, steady

TARGET = Target(Operator.AT_LEAST, 1_000, Unit.RATE)


def judged(run: Run) -> tuple[Outcome, Estimate]:
    result = run.result()
    names = [phase.name for phase in result.phases]
    found = throughput(phase_rates(result.phases, names, Timeline.of(result)), TARGET)
    assert isinstance(found, Estimate)
    return outcome_of(found, TARGET), found


def test_the_documented_load_cannot_show_it() -> None:
    phases = [
        ("Ramp up", steady(seconds=10, rate=24)),
        ("Sustained load", steady(seconds=40, rate=120)),
        ("Peak load", steady(seconds=10, rate=240)),
    ]
    outcome, found = judged(Run(phases=phases))
    assert outcome is Outcome.NOT_EXERCISED
    assert found.observed == 240
    assert found.unexercised == (
        'phase "Peak load" offered 240/s at most and got it answered, so 1000/s was not tried'
    )


def test_a_small_load_that_was_not_answered_has_shown_that_more_is_out_of_reach() -> None:
    run = Run(phases=[("Peak", steady(seconds=30, rate=180))], offered={"Peak": 120.0})
    outcome, found = judged(run)
    assert outcome is Outcome.FAIL
    assert found.observed == 180
    assert found.note == 'in phase "Peak", which offered 240/s'


def test_a_pause_before_the_end_of_a_phase_is_no_limit_of_throughput() -> None:
    paused = steady(seconds=30, rate=240)
    paused[26:30] = [[], [], [], []]
    outcome, found = judged(Run(phases=[("Peak", paused)], offered={"Peak": 120.0}))
    assert outcome is Outcome.NOT_EXERCISED
    assert found.unexercised == (
        'phase "Peak" offered 240/s at most (208/s answered), so 1000/s was not tried'
    )


@pytest.mark.parametrize(
    ("answered", "outcome"), [(1_200, Outcome.PASS), (1_000, Outcome.PASS), (900, Outcome.FAIL)]
)
def test_an_exercised_target_is_judged(answered: int, outcome: Outcome) -> None:
    run = Run(phases=[("Peak", steady(seconds=12, rate=answered))], offered={"Peak": 600.0})
    assert judged(run)[0] is outcome


def test_a_rate_that_swings_around_the_target_is_not_decided() -> None:
    swinging = [
        second[: 800 if at % 4 < 2 else 1_240]
        for at, second in enumerate(steady(seconds=12, rate=1_240))
    ]
    run = Run(phases=[("Peak", swinging)], offered={"Peak": 620.0})
    assert judged(run)[0] is Outcome.INCONCLUSIVE


def test_a_phase_beyond_the_peak_does_not_take_back_what_was_shown() -> None:
    run = Run(
        phases=[
            ("At 1100", steady(seconds=12, rate=1_100)),
            ("Collapse", steady(seconds=12, rate=300)),
        ],
        offered={"Collapse": 1_000.0},
    )
    outcome, found = judged(run)
    assert outcome is Outcome.PASS
    assert found.observed == 1_100


def test_failed_requests_are_no_throughput() -> None:
    run = Run(phases=[("Peak", steady(seconds=10, rate=1_100))], errors={"503": 3_000})
    assert judged(run)[1].observed == 800
    assert judged(run)[0] is Outcome.FAIL


def test_no_phase_has_no_rate() -> None:
    assert throughput([], TARGET) == Missing("no phase lasted long enough to have a rate")
