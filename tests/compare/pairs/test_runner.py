"""Pairs in random order, until it is decided; runs are made of numbers, chance is seeded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pytest

from kampyn_perf.compare.pairs import Arm, PairsRequest, Role, Unobserved, run
from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.results.compared import Change, Compared
from kampyn_perf.results.comparison import Conclusion
from kampyn_perf.results.load import LoadResult, RunStatus
from tests.slo.runs import Run

PRIMARY = (("response_time", "p50"),)


@cache
def plain() -> LoadResult:
    """A run of which only the moment and the times are replaced."""
    return Run(phases=[("p", [[10_000] * 10] * 4)]).result()


@cache
def result_of(median_us: int) -> LoadResult:
    return Run(phases=[("p", [[median_us] * 10] * 4)]).result()


@dataclass
class Machine:
    """Makes runs: so many microseconds for each arm, and what a round has on top."""

    slower: float = 1.0
    control: float = 1.0
    spread: float = 0.02
    bad: Sequence[int] = ()
    """Runs (from 0) that are not valid."""
    interrupt: int = -1
    made: list[Role] = field(default_factory=list)
    seed: int = 1

    def __post_init__(self) -> None:
        self._rng = np.random.default_rng(self.seed)

    def __call__(self, _arm: Arm, role: Role, _number: int) -> LoadResult:
        at = len(self.made)
        self.made.append(role)
        factor = {Role.BASE: 1.0, Role.NEW: self.slower, Role.CONTROL: self.control}[role]
        noise = float(np.exp(self._rng.normal(0, self.spread)))
        update: dict[str, Any] = {"started_at": f"2026-01-01T{at // 60:02}:{at % 60:02}:00+00:00"}
        if at in self.bad:
            validity = plain().validity.model_copy(update={"valid": False, "reasons": ["late"]})
            update["validity"] = validity
        if at == self.interrupt:
            update |= {"interrupted": "SIGINT", "status": RunStatus.PARTIAL}
        return result_of(int(200 * factor * noise) * 100).model_copy(update=update)


class Heard(Unobserved):
    def __init__(self) -> None:
        self.rounds: list[Change] = []
        self.lost: list[str] = []

    def decided(self, number: int, primary: Sequence[Compared]) -> None:
        self.rounds += [row.outcome for row in primary]

    def discarded(self, number: int, reason: str) -> None:
        self.lost.append(reason)


def request(**more: Any) -> PairsRequest:
    arm = Arm(name="it", request=lambda _: pytest.fail("nothing is run here"))
    plain_: dict[str, Any] = {"base": arm, "new": arm, "rest_s": 0.0, "primary": PRIMARY}
    return PairsRequest(**{**plain_, **more})


def test_it_stops_as_soon_as_it_is_decided() -> None:
    machine, heard = Machine(slower=1.3), Heard()
    found = run(request(), heard, measure=machine)
    assert found.conclusion is Conclusion.REGRESSED
    assert len(found.base) == len(found.new) == len(heard.rounds)
    assert 6 <= len(heard.rounds) <= 12
    assert heard.rounds[:-1] == [Change.INCONCLUSIVE] * (len(heard.rounds) - 1)
    assert heard.rounds[-1] is Change.REGRESSED
    assert found.remarks[0].startswith(f"{len(found.base)} pairs in random order (seed 1), with")


def test_no_change_is_shown_too() -> None:
    found = run(request(), measure=Machine())
    (row,) = [row for row in found.rows if row.primary]
    assert row.outcome is Change.NO_CHANGE
    assert found.conclusion is Conclusion.NO_CHANGE
    assert len(found.base) < 20


def test_the_order_is_drawn_and_each_round_is_whole() -> None:
    machine = Machine(spread=0.2)
    run(request(most=8), measure=machine)
    rounds = [tuple(machine.made[at : at + 3]) for at in range(0, len(machine.made), 3)]
    assert {frozenset(one) for one in rounds} == {frozenset(Role)}
    assert len(set(rounds)) > 3
    again = Machine(spread=0.2)
    run(request(most=8), measure=again)
    assert again.made == machine.made
    other = Machine(spread=0.2)
    run(request(most=8, seed=2), measure=other)
    assert other.made != machine.made


def test_where_the_control_moves_there_is_no_answer() -> None:
    found = run(request(), measure=Machine(slower=1.1, control=1.3))
    assert found.conclusion is Conclusion.NOT_COMPARABLE
    assert found.exit_code is ExitCode.NO_VERDICT
    assert found.reasons[-1].startswith("the control moved: response time P50")
    assert {row.outcome for row in found.rows} == {Change.INCONCLUSIVE}


def test_without_a_control_there_are_two_runs_a_round() -> None:
    machine = Machine(slower=1.3)
    found = run(request(control=False), measure=machine)
    assert set(machine.made) == {Role.BASE, Role.NEW}
    assert found.control == []
    assert found.conclusion is Conclusion.REGRESSED


def test_a_round_that_means_nothing_is_run_again() -> None:
    machine, heard = Machine(slower=1.3, bad=[1]), Heard()
    found = run(request(), heard, measure=machine)
    assert len(heard.lost) == 1
    assert heard.lost[0].endswith("the run is not valid: late")
    assert len(machine.made) == 3 * (len(found.base) + 1)
    assert found.conclusion is Conclusion.REGRESSED
    assert any("a round did not count" in remark for remark in found.remarks)


def test_too_many_such_rounds_are_no_answer() -> None:
    found = run(request(most=4), measure=Machine(slower=1.3, bad=range(3, 99)))
    assert found.conclusion is Conclusion.NOT_COMPARABLE
    assert found.reasons[0].startswith("3 rounds meant nothing, beside 1 that count")
    with pytest.raises(KampynError, match="nothing can be compared: 3 rounds") as caught:
        run(request(most=4), measure=Machine(bad=range(99)))
    assert caught.value.code is ExitCode.NO_VERDICT


def test_an_interruption_ends_it_with_what_is_known() -> None:
    found = run(request(), measure=Machine(slower=1.3, interrupt=10))
    assert len(found.base) == 3
    assert "ended early by SIGINT" in found.remarks
    assert found.conclusion is Conclusion.INCONCLUSIVE
    with pytest.raises(KampynError, match="nothing can be compared: SIGINT"):
        run(request(), measure=Machine(interrupt=0))


def test_at_the_most_it_says_what_would_decide() -> None:
    found = run(request(most=4), measure=Machine(slower=1.12))
    (row,) = [row for row in found.rows if row.primary]
    assert row.outcome is Change.INCONCLUSIVE
    assert row.needs.endswith("pairs would decide")
    assert found.exit_code is ExitCode.NO_VERDICT  # it looks worse


def test_a_figure_without_a_value_gets_none_from_more_pairs() -> None:
    machine = Machine()
    found = run(request(primary=(("response_time", "p99"),)), measure=machine)
    assert len(machine.made) == 3
    assert found.exit_code is ExitCode.NO_VERDICT
    assert found.reasons[0] == ("response time P99: base: 40 samples bound no P99: it takes 368")
    assert found.reasons[1] == "make each run longer (--for)"


def test_ctrl_c_between_two_runs_ends_it_with_what_is_known() -> None:
    machine = Machine(slower=1.3)

    def measure(arm: Arm, role: Role, number: int) -> LoadResult:
        if len(machine.made) == 7:
            raise KeyboardInterrupt
        return machine(arm, role, number)

    found = run(request(), measure=measure)
    assert len(found.base) == 2
    assert "ended early by SIGINT" in found.remarks
    machine.made[:] = [Role.BASE] * 7
    with pytest.raises(KeyboardInterrupt):
        run(request(), measure=measure)
