"""A goal about what is used up breaks first: that limit, and the one by what callers meet.

Tests `kampyn_perf/capacity/search.py`, `kampyn_perf/capacity/steps.py` and
`kampyn_perf/capacity/answer.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from benchmarks.capacity_kinds import knee, mm1
from benchmarks.capacity_systems import System
from kampyn_perf.capacity.answer import answer_of
from kampyn_perf.capacity.asks import Ask, Stop
from kampyn_perf.capacity.plan import Plan, shape
from kampyn_perf.capacity.search import beyond, decide
from kampyn_perf.capacity.steps import aside_first, spent_us, without
from kampyn_perf.results.capacity import Answer, CapacityStep, Ending, StepKind
from tests.capacity.test_search import begun, step

MINUTE = 60_000_000


@dataclass
class Search:
    """One that is over."""

    plan: Plan
    steps: list[CapacityStep]
    stop: Stop

    @property
    def whole(self) -> Answer | None:
        return answer_of(self.steps, self.stop.ending)

    @property
    def by_requests(self) -> Answer | None:
        further = beyond(self.plan, self.steps)
        assert isinstance(further, Stop)
        return answer_of(without(self.steps, self.plan.aside), further.ending)


def search(system: System, *, minutes: float = 10, seed: int = 1, die_at: int = 0) -> Search:
    rng = np.random.default_rng(seed)
    plan = shape(int(minutes * MINUTE), seed=seed, aside=("cpu",))
    steps: list[CapacityStep] = []
    while isinstance(ask := decide(plan, steps), Ask):
        made = system.step(ask, number=len(steps) + 1, rng=rng)
        if die_at and len(steps) + 1 >= die_at:
            made = [one.model_copy(update={"lost": "refused"}) for one in made]
        steps += [one.model_copy(update={"beyond": ask.beyond}) for one in made]
    return Search(plan, steps, ask)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("make", [mm1, knee])
def test_both_limits_are_found_in_one_budget(make, seed: int) -> None:
    system = make()
    truth = system.truth(system)
    system.cpu_at = truth * 0.6
    found = search(system, seed=seed)
    assert spent_us(found.steps) <= found.plan.budget_us
    whole, alone = found.whole, found.by_requests
    assert whole is not None
    assert whole.broke_first == "cpu"
    assert whole.sessions.rate == pytest.approx(truth * 0.6, rel=0.05)
    assert alone is not None
    assert alone.broke_first == "p95"
    assert alone.sessions.rate == pytest.approx(truth, rel=0.07)


def test_where_requests_break_first_there_is_one_limit() -> None:
    system = mm1()
    system.cpu_at = 2 * system.truth(system)
    found = search(system)
    assert not any(one.beyond for one in found.steps)
    assert beyond(found.plan, found.steps) is None
    assert found.whole is not None
    assert found.whole.broke_first == "p95"


def test_a_goal_that_is_missed_at_any_rate_leaves_the_other_limit() -> None:
    system = mm1()
    system.cpu_at = 0.01
    found = search(system)
    assert found.stop.ending is Ending.TOO_SLOW
    assert "cpu was missed" in found.stop.reason
    alone = found.by_requests
    assert alone is not None
    assert alone.sessions.rate == pytest.approx(system.truth(system), rel=0.07)


def test_the_least_budget_brackets_the_first_limit() -> None:
    system = mm1()
    system.cpu_at = system.truth(system) * 0.6
    found = search(system, minutes=1.6)
    assert spent_us(found.steps) <= found.plan.budget_us
    assert found.whole is not None
    assert found.whole.broke_first in ("cpu", "")


def test_a_target_that_dies_beyond_the_first_limit_leaves_that() -> None:
    system = mm1()
    system.cpu_at = system.truth(system) * 0.6
    unhurt = search(system, seed=2)
    first_beyond = next(one.number for one in unhurt.steps if one.beyond)
    again = mm1()
    again.cpu_at = system.cpu_at
    found = search(again, seed=2, die_at=first_beyond)
    assert found.stop.ending in (Ending.FOUND, Ending.ROUGH)
    assert found.whole is not None
    assert found.whole.sessions.rate == pytest.approx(system.cpu_at, rel=0.05)
    further = beyond(found.plan, found.steps)
    assert isinstance(further, Stop)
    assert further.ending is Ending.LOST


def missing(rate: float, *names: str) -> CapacityStep:
    return step(rate).model_copy(update={"missed": list(names)})


def test_what_breaks_first_is_what_the_lowest_rate_missed() -> None:
    assert aside_first([step(50), missing(60, "cpu"), missing(90, "cpu", "p95")], ("cpu",))
    assert not aside_first([step(50), missing(60, "cpu", "p95")], ("cpu",))
    assert not aside_first([step(50)], ("cpu",))
    assert not aside_first([missing(60, "cpu")], ())
    # A part of it is named behind it.
    assert aside_first([missing(60, "memory (worker 1)")], ("memory",))


def test_going_on_with_more_time_goes_on_with_the_first_limit() -> None:
    """The plan of before, with a longer budget: what was for the second limit stays known."""
    plan = replace(shape(3 * MINUTE, aside=("cpu",)), budget_us=30 * MINUTE)
    tried = begun(
        step(40),
        missing(60, "cpu"),
        step(80).model_copy(update={"missed": ["cpu"], "beyond": True}),
    )
    ask = decide(plan, tried)
    assert isinstance(ask, Ask)
    assert not ask.beyond
    assert ask.kind is StepKind.OPEN
    assert 40 < ask.rate < 60


def test_how_far_beyond_its_goal_it_was_says_where_to_try_next() -> None:
    """CPU grows with the rate: 140 % of the goal at 100/s is the goal at about 71/s."""
    plan = shape(10 * MINUTE, aside=("cpu",))
    over = missing(100, "cpu")
    cpu = over.margins[0].model_copy(update={"objective": "cpu", "value": -0.336})
    ask = decide(plan, begun(over.model_copy(update={"margins": [cpu]})))
    assert isinstance(ask, Ask)
    assert ask.rate == pytest.approx(71.5, rel=0.01)


def test_what_confirmed_the_first_limit_is_no_confirmation_of_the_second() -> None:
    """It brackets its own limit, by what the ladder showed, in strides as long as any."""
    plan = replace(shape(10 * MINUTE, aside=("cpu",)), budget_us=30 * MINUTE)
    confirming = [
        missing(rate, *missed).model_copy(update={"kind": StepKind.CONFIRM})
        for rate, missed in ((55, ()), (60, ("cpu",)))
    ]
    ask = beyond(plan, begun(step(50), missing(64, "cpu"), *confirming))
    assert isinstance(ask, Ask)
    assert ask.kind is StepKind.OPEN
    assert ask.rate == pytest.approx(105)
    again = [*confirming, step(105, margin=-1).model_copy(update={"beyond": True})]
    ask = beyond(plan, begun(step(50), missing(64, "cpu"), *again))
    assert isinstance(ask, Ask)
    assert 64 < ask.rate < 105


def test_a_little_load_that_held_is_no_proof_that_nothing_does() -> None:
    plan = shape(2 * MINUTE, aside=("cpu",))
    stop = decide(plan, begun(step(75, margin=-2, took_us=110_000_000)))
    assert isinstance(stop, Stop)
    assert stop.ending is Ending.UNDECIDED
    assert stop.reason.startswith("the limit lies between 5/s, a little load that held, and 75/s")
