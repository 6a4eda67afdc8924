"""The scalability law through capacities."""

from __future__ import annotations

import pytest

from kampyn_perf.capacity.usl import fit_usl, usl_of
from kampyn_perf.results.capacity import (
    Answer,
    Beyond,
    CapacityResult,
    Ending,
    RateRange,
    UslPoint,
)
from kampyn_perf.results.judgement import Bounds
from kampyn_perf.results.load import Target
from tests.slo.runs import MACHINE


def point(workers: int, rate: float, share: float = 0.02) -> UslPoint:
    bounds = Bounds(low=rate * (1 - share), high=rate * (1 + share), confidence=0.95)
    return UslPoint(workers=workers, rate=rate, interval=bounds)


def law(workers: int, gamma: float = 100, alpha: float = 0.05, beta: float = 0.01) -> float:
    slower = 1 + alpha * (workers - 1) + beta * workers * (workers - 1)
    return gamma * workers / slower


def test_a_law_is_found_again():
    found = fit_usl([point(n, law(n)) for n in (1, 2, 3, 4, 6, 8)])
    assert found.gamma and found.alpha and found.beta
    assert found.gamma.value == pytest.approx(100)
    assert found.alpha.value == pytest.approx(0.05)
    assert found.beta.value == pytest.approx(0.01)
    for parameter in (found.gamma, found.alpha, found.beta):
        assert parameter.interval.low <= parameter.value <= parameter.interval.high
    assert {each.workers for each in found.predictions} >= {5, 7, 9}
    for each in found.predictions:
        assert each.interval.low <= law(each.workers) <= each.interval.high


def test_two_points_do_not_tell_three_parameters():
    found = fit_usl([point(1, 100), point(2, 160)])
    assert found.beta is None
    assert found.predictions == []
    assert found.alpha.value == pytest.approx(0.25)
    assert "cannot tell three parameters apart" in found.trust[0]
    assert "nothing is left to test the law by" in found.trust[0]


def test_three_fit_exactly_and_that_is_said():
    found = fit_usl([point(n, law(n)) for n in (1, 2, 4)])
    assert any("exactly" in words for words in found.trust)


def test_points_that_are_of_no_such_law_are_told():
    found = fit_usl(
        [point(n, rate) for n, rate in ((1, 100), (2, 90), (3, 250), (4, 200), (5, 400))]
    )
    assert any("does not describe" in words for words in found.trust)


@pytest.mark.parametrize("points", [[], [point(2, 100)]])
def test_one_number_of_workers_says_nothing(points):
    found = fit_usl(points)
    assert found.gamma is None
    assert "nothing" in found.trust[0]


def test_growth_beyond_the_number_of_workers_is_no_negative_contention():
    found = fit_usl([point(1, 100), point(2, 230)])
    assert found.alpha.value == 0


def search(
    rate: float, beyond: float | None = None, *, at_least: bool = False, bundled: bool = False
) -> CapacityResult:
    """One that found `rate` by all objectives, and `beyond` by requests alone."""

    def answer(found: float) -> Answer:
        held = point(1, found)
        each = RateRange(rate=found, interval=held.interval)
        return Answer(sessions=each, requests=each, at_least=at_least)

    return CapacityResult(
        started_at="2026-11-28T09:00:00+00:00",
        elapsed_us=1,
        budget_us=1,
        target=Target(name="reference", url="http://127.0.0.1:1", bundled=bundled),
        machine=MACHINE,
        seed=1,
        ending=Ending.FOUND,
        answer=answer(rate),
        beyond=Beyond(aside=["cpu"], answer=answer(beyond)) if beyond else None,
    )


def test_points_are_limits_of_one_kind():
    """One worker cannot fill two cores: its limit is by requests, and so is that of two."""
    found = usl_of({1: search(100), 2: search(130, 190)})
    assert [one.rate for one in found.points] == [100, 190]
    assert found.by_requests
    assert "response times and errors alone" in found.trust[0]
    plain = usl_of({1: search(100), 2: search(190)})
    assert (plain.by_requests, [one.rate for one in plain.points]) == (False, [100, 190])


def test_a_limit_that_was_not_met_is_no_point():
    found = usl_of({1: search(100), 2: search(150, at_least=True)})
    assert [one.workers for one in found.points] == [1]
    assert found.trust[0] == "with 2 workers the limit was not met: at least 150/s"
    assert "one number of workers" in found.trust[1]


def test_workers_that_fill_the_machine_are_no_proof_of_contention():
    """The machine of these searches has two cores."""
    crowded = usl_of({1: search(100, bundled=True), 2: search(130, bundled=True)})
    assert "share 2 cores" in crowded.trust[-1]
    elsewhere = usl_of({1: search(100), 2: search(130)})
    assert not any("cores" in words for words in elsewhere.trust)
