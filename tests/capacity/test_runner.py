"""Searches of a real server, cut short: what is kept, gone on with, and lost.

Tests `__init__.py`, `request.py`, `stepping.py` and `probe.py` of `kampyn_perf/capacity` too.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from kampyn_perf import capacity, load, names
from kampyn_perf.capacity.asks import Ask
from kampyn_perf.capacity.plan import Plan
from kampyn_perf.capacity.request import CapacityRequest, Unobserved
from kampyn_perf.capacity.stepping import free_name
from kampyn_perf.errors import KampynError, UnreachableError
from kampyn_perf.results import io
from kampyn_perf.results.capacity import CapacityResult, CapacityStep, Ending, StepKind
from kampyn_perf.slo.objectives import Slo
from tests.load.conftest import warm_generators

__all__ = ["warm_generators"]

SECOND = 1_000_000
PLAN = Plan(
    budget_us=300 * SECOND,
    warm_up_us=SECOND // 2,
    measured_us=2 * SECOND,
    rung_us=2 * SECOND,
    light_warm_up_us=SECOND // 2,
    light_us=SECOND,
    rungs=(1, 4),
)
GOALS = Slo.model_validate(
    {
        "objectives": {
            "p95": {"metric": "response_time", "statistic": "p95", "target": "< 200 ms"},
            "throughput": {"metric": "throughput", "target": ">= 1000/s"},
        }
    }
)


class Watching(Unobserved):
    """Notes what it hears, and does something before the first confirmed or second open step."""

    def __init__(self, then: Callable[[], None], known: Sequence[CapacityStep] = ()) -> None:
        self.steps = list(known)
        self._then = then

    def asking(self, number: int, ask: Ask) -> None:
        if any(step.kind is StepKind.OPEN for step in self.steps):
            self._then()

    def step(self, step: CapacityStep) -> None:
        self.steps.append(step)


class Interrupting(Watching):
    """Is interrupted between two steps, when no load runs that would hear of it."""

    def __init__(self) -> None:
        super().__init__(lambda: None)

    def step(self, step: CapacityStep) -> None:
        super().step(step)
        if step.kind is StepKind.OPEN:
            raise KeyboardInterrupt


@pytest.fixture
def server() -> Iterator[subprocess.Popen[str]]:
    script = Path(__file__).with_name("server.py")
    process = subprocess.Popen(
        [sys.executable, str(script), "4"], stdout=subprocess.PIPE, text=True
    )
    yield process
    process.kill()
    process.wait()


def request(port: int, folder: Path) -> CapacityRequest:
    options = load.LoadOptions(
        direct=load.DirectRequest(urls=(f"http://127.0.0.1:{port}/",)), environ={}
    )
    return CapacityRequest(
        load=load.resolve(options), slo=GOALS, budget_us=PLAN.budget_us, plan=PLAN, folder=folder
    )


@pytest.mark.long
@pytest.mark.usefixtures("warm_generators")
def test_a_search_is_kept_gone_on_with_and_survives_its_target(server, tmp_path):
    asked = request(int(server.stdout.readline()), tmp_path / "search")
    first = capacity.run(asked, observer := Interrupting())

    assert (first.ending, first.interrupted) == (Ending.INTERRUPTED, "SIGINT")

    assert [step.kind for step in first.steps][:2] == [StepKind.LIGHT, StepKind.LADDER]
    assert observer.steps == first.steps
    ladder = [step for step in first.steps if step.kind is StepKind.LADDER]
    assert 0 < max(rung.completed_rate for rung in ladder) <= 260  # 4 ms each, one at a time
    opened = [step for step in first.steps if step.kind is StepKind.OPEN]
    assert opened
    assert {"p95"} == set(first.objectives)  # throughput is the answer, and no condition
    kept = io.read(tmp_path / "search" / "result.json", {names.CAPACITY_SCHEMA: CapacityResult})
    assert (kept.steps, kept.ending, kept.answer) == (first.steps, first.ending, first.answer)
    assert (tmp_path / "search" / opened[0].folder / "result.json").is_file()

    def die() -> None:
        server.kill()
        server.wait()

    more = replace(asked, folder=None, resume=tmp_path / "search")
    lost = capacity.run(more, Watching(die, first.steps))
    assert lost.steps[: len(first.steps)] == first.steps
    assert lost.ending is Ending.LOST
    assert lost.steps[-1].lost


def test_a_step_that_is_made_once_more_has_a_folder_of_its_own(tmp_path):
    """The one that was interrupted, or lost its target, is in the way of a search that goes on."""
    assert free_name(tmp_path, "09-open-75") == "09-open-75"
    for expected in ("09-open-75-2", "09-open-75-3"):
        (tmp_path / free_name(tmp_path, "09-open-75")).mkdir()
        assert free_name(tmp_path, "09-open-75") == expected


def test_what_is_of_something_else_is_not_gone_on_with(server, tmp_path):
    asked = request(int(server.stdout.readline()), tmp_path)
    other = CapacityResult(
        started_at="2026-11-28T09:00:00+00:00",
        elapsed_us=0,
        budget_us=1,
        target={"name": "x", "url": "http://x"},
        machine=load_machine(),
        seed=1,
        context={"target": "another"},
    )
    io.write(tmp_path / "result.json", other)
    with pytest.raises(KampynError, match="of something else"):
        capacity.run(replace(asked, folder=None, resume=tmp_path))


def load_machine():
    from kampyn_perf import machine

    return machine.describe()


def test_a_target_that_does_not_answer_begins_nothing(tmp_path):
    with pytest.raises(UnreachableError):
        capacity.run(request(1, tmp_path / "search"))
    assert not (tmp_path / "search" / "result.json").exists()


def test_no_condition_is_no_search(tmp_path):
    alone = Slo(objectives={"throughput": GOALS.objectives["throughput"]})
    with pytest.raises(KampynError, match="no objective is left"):
        capacity.run(replace(request(1, tmp_path), slo=alone))
