"""When a run that goes on has failed for sure, and when it has not."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from kampyn_perf.results.load import RunStatus
from kampyn_perf.slo.aborting import can_abort, reason_to_abort
from kampyn_perf.slo.objective import Objective
from kampyn_perf.slo.objectives import Slo
from tests.slo.runs import Run, machine

SLOW_US, FAST_US = 900_000, 20_000


def goals(**fields: Any) -> Slo:
    given = {"metric": "response_time", "statistic": "p95", "target": "< 200 ms", "abort": True}
    return Slo.model_validate({"objectives": {"p95": {**given, **fields}}})


def so_far(seconds: int, us: int, **more: Any) -> Run:
    return Run(
        phases=[("Peak", [[us] * 100] * seconds)],
        splits_us=[200_000],
        status=RunStatus.RUNNING,
        **more,
    )


def test_a_sure_failure_ends_it_with_its_reason() -> None:
    reason = reason_to_abort(so_far(20, SLOW_US).result(), goals())
    assert reason.startswith("the objective p95 failed: p95 is 9")
    assert "not below 200 ms" in reason


def test_what_is_kept_or_not_decided_does_not() -> None:
    assert reason_to_abort(so_far(20, FAST_US).result(), goals()) == ""
    # One slow second in twenty: worse than asked, but not for sure.
    latencies = [[SLOW_US if at == 9 else FAST_US] * 100 for at in range(18)]
    run = Run(phases=[("Peak", latencies)], splits_us=[200_000], status=RunStatus.RUNNING)
    assert reason_to_abort(run.result(), goals()) == ""


@pytest.mark.parametrize(
    ("seconds", "grace", "ends"),
    [(9, None, False), (11, None, True), (29, "30s", False), (31, "30s", True), (2, "0s", True)],
)
def test_not_before_the_grace_is_over(seconds: int, grace: str | None, ends: bool) -> None:
    fields = {} if grace is None else {"grace": grace}
    assert bool(reason_to_abort(so_far(seconds, SLOW_US).result(), goals(**fields))) is ends


def test_only_objectives_that_ask_for_it() -> None:
    slo = goals(abort=False)
    assert not can_abort(slo)
    assert reason_to_abort(so_far(20, SLOW_US).result(), slo) == ""
    assert can_abort(goals())


def test_a_disturbed_generator_ends_no_run() -> None:
    disturbed = so_far(20, SLOW_US, invalid=["a generator had no CPU"]).result()
    assert reason_to_abort(disturbed, goals()) == ""


def test_what_is_watched_can_end_it() -> None:
    full = so_far(20, FAST_US, measurements=[machine("memory", [0.95] * 20)]).result()
    reason = reason_to_abort(full, goals(metric="memory", statistic="mean", target="< 80 %"))
    assert "memory" not in reason.split(":")[0]
    assert "mean is 95 %" in reason


@pytest.mark.parametrize(
    ("fields", "place", "words"),
    [
        ({"metric": "throughput", "statistic": "mean", "target": "> 9/s"}, "abort", "at the end"),
        ({"abort": False, "grace": "10s"}, "grace", "only an objective with `abort: true`"),
        ({"grace": "soon"}, "grace", "duration"),
    ],
)
def test_what_is_no_abort_is_told_at_its_place(
    fields: dict[str, Any], place: str, words: str
) -> None:
    given = {"metric": "response_time", "statistic": "p95", "target": "< 200 ms", "abort": True}
    with pytest.raises(ValidationError, match=words) as caught:
        Objective.model_validate({**given, **fields})
    assert [problem["loc"] for problem in caught.value.errors()] == [(place,)]
