"""What `bench generator` makes of rounds: samples, facts for the result, and the file for later."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kampyn_perf import machine
from kampyn_perf.bench.built_in import generator
from kampyn_perf.bench.request import SuiteSettings
from kampyn_perf.bench.select import select
from kampyn_perf.bench.session import Session
from kampyn_perf.load.benchmark import Carried, Program
from kampyn_perf.results import carried as kept
from kampyn_perf.results.bench import BenchResult, CaseStatus
from tests.bench.conftest import MACHINE, options
from tests.load.benchmark.test_carried import INVALID, VALID

MIX = "generator.mix[program=kampyn-perf]"
Round = Callable[[Carried, Program], None]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., BenchResult]:
    """A run in a folder of its own whose rounds are what the test says."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(generator, "running_server", lambda _cores: nullcontext(None))
    monkeypatch.setattr(generator.psutil, "cpu_percent", lambda interval: 5.0 * interval)

    def go(round_: Round, *, keyword: str = "mix and kampyn", rounds: int = 1) -> BenchResult:
        def next_round(carried: Carried, program: Program, *_: Any) -> Any:
            round_(carried, program)
            return carried.rounds[-1]

        monkeypatch.setattr(generator, "next_round", next_round)
        parts = select([generator.make_generator(SuiteSettings())], keyword=keyword, params={})
        session = Session(options=options(iterations=rounds), clock=lambda: 0, machine=MACHINE)
        return session.run(parts)

    return go


def test_the_highest_valid_rate_is_the_sample_and_is_kept_for_later(
    run: Callable[..., BenchResult],
) -> None:
    result = run(lambda carried, _: carried.rounds.append([VALID, INVALID]))
    (case,) = result.cases
    assert (case.name, case.status) == (MIX, CaseStatus.OK)
    assert case.decode().tolist() == [round(1e9 / VALID.reached)]
    (one,) = result.context["generator"]["carried"]
    assert (one["rate"], one["beyond"]["asked"]) == (VALID.reached, INVALID.asked)
    assert "comparison" not in result.context["generator"]
    known = kept.read(machine.with_local_engine(machine.describe()))
    assert known is not None
    assert (known.mix, known.busy) == (VALID.reached, False)


def test_a_machine_on_which_nothing_was_valid_fails_the_case_and_keeps_nothing(
    run: Callable[..., BenchResult],
) -> None:
    result = run(lambda carried, _: carried.rounds.append([INVALID]))
    assert result.cases[0].status is CaseStatus.FAILED
    assert result.cases[0].failures[0].message == (
        "no rate was valid: at 8,900/s the generator was late"
    )
    assert not kept.FILE.exists()


def test_one_that_was_interrupted_in_its_first_search_says_nothing(
    run: Callable[..., BenchResult],
) -> None:
    def cut(_carried: Carried, _program: Program) -> None:
        raise KeyboardInterrupt

    result = run(cut)
    assert result.interrupted
    assert "carried" not in result.context["generator"]


def test_programs_take_turns_within_a_round(run: Callable[..., BenchResult]) -> None:
    order: list[str] = []

    def note(carried: Carried, program: Program) -> None:
        order.append(f"{carried.work} {program.name}")
        carried.rounds.append([replace(VALID, program=program.name)])

    run(note, keyword="mix and not k6", rounds=2)
    assert order == ["mix kampyn-perf", "mix locust"] * 2
