"""Which phases of a load came to rest."""

from __future__ import annotations

from typing import Any

from kampyn_perf.results.verdict import PhaseSteadiness
from kampyn_perf.slo.judging import judge
from kampyn_perf.slo.objectives import Slo
from kampyn_perf.slo.steady import phases
from tests.slo.runs import Run, steady

SLO = Slo.model_validate(
    {"objectives": {"p95": {"metric": "response_time", "statistic": "p95", "target": "< 1 s"}}}
)


def phases_of(*parts: tuple[str, Any]) -> list[PhaseSteadiness]:
    return phases(Run(phases=list(parts)).result())


def calm(seconds: int, rate: int = 20, median_us: int = 5_000) -> list[list[int]]:
    return [list(each) for each in steady(seconds=seconds, rate=rate, median_us=median_us)]


def test_a_phase_at_rest_and_one_too_short() -> None:
    first, second = phases_of(("Ramp up", calm(10)), ("Sustained", calm(90)))
    assert (first.state, first.words) == ("too short", "10 stretches are too few to tell")
    assert (second.state, second.words, second.warm_up_us) == ("steady", "steady", 0)


def test_times_that_rise() -> None:
    rising = [part for n in range(90) for part in calm(1, median_us=5_000 + 200 * n)]
    (one,) = phases_of(("Peak", rising))
    assert one.state == "rising"
    assert one.words.startswith("response times rose by 1")


def test_a_warm_up_is_told() -> None:
    (one,) = phases_of(("Sustained", calm(10, median_us=50_000) + calm(80)))
    assert (one.state, one.warm_up_us) == ("steady", 10_000_000)
    assert one.words == "steady after 10s of warm-up"


def test_a_load_that_rises_by_itself_is_a_ramp() -> None:
    ramp = [part for n in range(60) for part in calm(1, rate=10 + 2 * n)]
    (one,) = phases_of(("Ramp", ramp))
    assert (one.state, one.words) == ("ramp", "its own load rose")


def test_a_verdict_says_it_of_one_load_and_not_of_several() -> None:
    result = Run(phases=[("Sustained", calm(60))]).result()
    assert [one.phase for one in judge(result, SLO).steadiness] == ["Sustained"]
    assert judge([result, result], SLO).steadiness == []


def test_a_pause_has_no_state() -> None:
    assert phases_of(("Pause", [[] for _ in range(30)])) == []
