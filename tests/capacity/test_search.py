"""The search as a state machine: told steps, it says what comes next.

Tests `asks.py`, `curves.py`, `estimate.py`, `endings.py`, `ladder.py` and `plan.py` of
`kampyn_perf/capacity` too.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.capacity_kinds import KINDS, window
from benchmarks.capacity_simulation import WITHIN, Outcome, search
from kampyn_perf.capacity.asks import Ask, Stop
from kampyn_perf.capacity.plan import shape
from kampyn_perf.capacity.search import decide
from kampyn_perf.capacity.steps import bracket, spent_us
from kampyn_perf.errors import KampynError
from kampyn_perf.results.capacity import (
    CapacityStep,
    Ending,
    Limiter,
    Margin,
    Steadiness,
    StepKind,
)

MINUTE = 60_000_000
PLAN = shape(10 * MINUTE)


def step(rate: float, *, number: int = 1, margin: float = 1.0, **facts) -> CapacityStep:
    return CapacityStep(
        number=number,
        kind=facts.pop("kind", StepKind.OPEN),
        rate=rate,
        took_us=facts.pop("took_us", 30_000_000),
        warm_up_us=5_000_000,
        measured_us=22_000_000,
        completed_rate=rate,
        requests_rate=rate,
        margins=[Margin(objective="p95", value=margin, error=0.1)],
        missed=["p95"] if margin < 0 else [],
        **facts,
    )


def begun(*more: CapacityStep) -> list[CapacityStep]:
    """A light step, a ladder that shows 100 per second, and then `more`."""
    light = step(5, kind=StepKind.LIGHT, session_us=20_000.0)
    rungs = [
        CapacityStep(
            number=2 + place, kind=StepKind.LADDER, rate=rate, users=users, completed_rate=rate,
            requests_rate=rate, little=1.0, took_us=4_000_000,
        )
        for place, (users, rate) in enumerate(
            zip(PLAN.rungs, (40, 70, 90, 98, 100, 100, 99), strict=True)
        )
    ]  # fmt: skip
    return [light, *rungs, *more]


def test_it_begins_with_a_little_load_and_a_ladder():
    first = decide(PLAN, [])
    assert isinstance(first, Ask)
    assert (first.kind, first.rate) == (StepKind.LIGHT, PLAN.light_rate)
    second = decide(PLAN, begun()[:1])
    assert isinstance(second, Ask)
    assert second.kind is StepKind.LADDER
    assert [rung.users for rung in second.rungs] == list(PLAN.rungs)
    # None of 1, 2, ... users of 20 ms a session can take as many as come.
    assert [rung.rate for rung in second.rungs] == [
        min(2 * users / 0.020, 2500) for users in PLAN.rungs
    ]  # and no more than a generator can turn away


def test_a_ladder_that_still_grows_goes_on():
    grows = [
        one.model_copy(update={"completed_rate": 10.0 * (one.users or 1)})
        if one.kind is StepKind.LADDER
        else one
        for one in begun()
    ]
    ask = decide(PLAN, grows)
    assert isinstance(ask, Ask)
    assert [rung.users for rung in ask.rungs] == [128, 256, 512]


def test_users_whose_requests_fail_show_no_throughput():
    """A backend that sheds load answers fast, and the rest of the users seem to be many."""
    shed = [
        one.model_copy(update={"completed_rate": 400.0, "failed_share": 0.1})
        if one.kind is StepKind.LADDER and (one.users or 0) >= 32
        else one
        for one in begun()
    ]
    ask = decide(PLAN, shed)
    assert isinstance(ask, Ask)
    assert (ask.kind, ask.rate) == (StepKind.OPEN, 75.0)


@pytest.mark.parametrize(
    ("tried", "expected"),
    [
        ([], 75.0),  # three quarters of what the ladder showed
        ([(75.0, 1.0)], 105.0),  # it held: just above that
        ([(75.0, -1.0)], 52.5),
        ([(75.0, 1.0), (105.0, -1.0)], 88.74),  # between the two
    ],
)
def test_it_brackets_the_limit(tried, expected):
    ask = decide(PLAN, begun(*(step(rate, margin=margin) for rate, margin in tried)))
    assert isinstance(ask, Ask)
    assert (ask.kind, ask.rate) == (StepKind.OPEN, expected)
    assert (ask.warm_up_us, ask.measured_us) == (PLAN.warm_up_us, PLAN.measured_us)


def test_between_near_rates_it_confirms_from_both_sides():
    tried = begun(step(90, margin=0.4), step(100, margin=-0.6))
    asked = []
    for _ in range(4):
        ask = decide(PLAN, tried)
        assert isinstance(ask, Ask)
        assert ask.kind is StepKind.CONFIRM
        asked.append(ask.rate)
        tried.append(step(ask.rate, kind=StepKind.CONFIRM, margin=(94 - ask.rate) / 10))
    for pair in (asked[:2], asked[2:]):
        assert min(pair) < 94 < max(pair)


def test_a_step_that_never_came_to_rest_is_made_again_and_never_averaged():
    odd = step(75, steadiness=Steadiness.BACKLOGGED, margin=2.0)
    assert odd.holds is None
    ask = decide(PLAN, begun(odd))
    assert isinstance(ask, Ask)
    assert ask.rate == 75
    assert bracket([odd]) == (None, None)


def test_the_generators_end_is_said():
    invalid = {"invalid": ["the generator was late"], "margin": 1.0}
    tried = begun(step(75), step(105, **invalid), step(105, **invalid), step(89, **invalid))
    tried.append(step(82, **invalid))
    stop = decide(PLAN, tried)
    assert isinstance(stop, Stop)
    assert stop.ending is Ending.GENERATOR
    assert "the generator was late" in stop.reason


def test_a_failure_that_an_invalid_step_proves_counts():
    one = step(75, margin=-1, invalid=["late"])
    assert one.holds is False


def test_a_target_that_dies_ends_it_and_what_was_learnt_stays():
    stop = decide(PLAN, begun(step(75), step(105, lost="refused")))
    assert stop == Stop(ending=Ending.LOST, reason="the target was gone after 10 steps: refused")


def test_a_limiter_that_remembers_is_named():
    limiter = Limiter(requests=1000, window_us=15 * MINUTE, words="RateLimit-Policy: 1000;w=900")
    stop = decide(PLAN, begun(step(75, number=9, refused_share=0.8, margin=-3)), limiter)
    assert isinstance(stop, Stop)
    assert stop.ending is Ending.LIMITER
    assert "1,000 requests per 15 min 0 s" in stop.reason
    assert "1.11 requests/s" in stop.reason


def test_one_that_says_nothing_is_known_by_its_memory():
    tried = begun(step(75, number=9), step(52, number=10, refused_share=0.9, margin=-3))
    stop = decide(PLAN, tried)
    assert isinstance(stop, Stop)
    assert stop.ending is Ending.LIMITER
    assert "says nowhere" in stop.reason


def test_no_rate_that_holds_is_an_answer_too():
    tried = begun(*(step(rate, margin=-2) for rate in (75, 52.5, 25.7, 12.6, 6.2, 3, 1.5)))
    stop = decide(PLAN, tried)
    assert isinstance(stop, Stop)
    assert stop.ending is Ending.TOO_SLOW
    assert "p95 was missed" in stop.reason


@pytest.mark.parametrize("seconds", [0, 1, 30, 60, 80])
def test_a_budget_too_small_for_its_steps_says_what_it_needs(seconds):
    with pytest.raises(KampynError) as caught:
        shape(seconds * 1_000_000)
    assert "too small" in caught.value.message
    assert "It takes 1 min 26 s at least" in caught.value.hint


@given(st.integers(min_value=90, max_value=7200))
def test_every_plan_fits_its_budget(seconds):
    plan = shape(seconds * 1_000_000)
    assert 10_000_000 <= plan.measured_us <= 60_000_000
    assert plan.warm_up_us >= 2_000_000
    before = plan.light_us + plan.light_warm_up_us + len(plan.rungs) * plan.rung_us
    assert before + 4 * plan.step_us <= plan.budget_us


def ends_within(found: Outcome, budget_us: int, make) -> None:
    assert found.spent_us <= budget_us
    assert found.ending in (
        (Ending.LIMITER,) if make is window else (Ending.FOUND, Ending.ROUGH, Ending.NO_TIME)
    )


@pytest.mark.parametrize("seconds", [95, 200])
@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_a_small_budget_is_kept(make, seconds):
    found = search(make(), budget_us=seconds * 1_000_000, seed=1)
    ends_within(found, seconds * 1_000_000, make)


@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_known_capacities_are_found(make):
    """The short form of `benchmarks/capacity_simulation.py`, whose table is in docs/capacity.md."""
    for seed in (101, 102, 103):
        found = search(make(), budget_us=10 * MINUTE, seed=seed)
        ends_within(found, 10 * MINUTE, make)
        assert abs(found.off) <= WITHIN, (seed, found)


def test_the_same_steps_ask_for_the_same():
    """Going on with a search is nothing but telling it its steps again."""
    tried = begun(step(90, margin=0.4), step(100, margin=-0.6))
    assert decide(PLAN, tried) == decide(PLAN, [one.model_copy() for one in tried])
    assert spent_us(tried) == 90_000_000 + 28_000_000
