"""Stretches that are unlike the rest of a run, found without being told of a fault."""

from __future__ import annotations

import random

import pytest

from kampyn_perf import names
from kampyn_perf.results.load import LoadResult
from kampyn_perf.results.series import Series
from kampyn_perf.slo.explain.unusual import unusual
from tests.slo.evidence.test_under_faults import faulty
from tests.slo.runs import SECOND_US, Run, steady


def run_of(latencies: list[list[int]], **more: object) -> LoadResult:
    """With 20 sessions a second, and somebody waiting where nothing is answered."""
    result = Run(phases=[("Steady", latencies)], **more).result()  # type: ignore[arg-type]
    kept = [
        one.model_copy(update={"started": 20, "in_flight": 20 if not one.requests else 1})
        for one in result.seconds
    ]
    return result.model_copy(update={"seconds": kept})


def starts(result: LoadResult) -> list[float]:
    return [one.start_us / SECOND_US for one in unusual(result)]


def test_a_healthy_run_has_none() -> None:
    for seed in range(20):
        assert unusual(run_of([list(one) for one in steady(seconds=60, rate=40, seed=seed)])) == []


@pytest.mark.parametrize("at", [5, 20, 50])
def test_a_stall_is_found_in_its_first_second(at: int) -> None:
    rng = random.Random(at)
    latencies = [[rng.randrange(5_000, 20_000) for _ in range(40)] for _ in range(60)]
    for second in range(at, at + 3):
        latencies[second] = []
    latencies[at + 3] = [3_000_000] * 120
    (found,) = unusual(run_of(latencies))
    assert found.start_us == at * SECOND_US
    assert found.end_us >= (at + 3) * SECOND_US
    assert found.signs[0] == "nothing was answered"


def test_failures_are_found_where_there_are_none_otherwise() -> None:
    latencies = [[10_000] * 40] * 60
    assert starts(run_of(latencies, errors_at={31: {"503": 4}})) == [31]
    assert starts(run_of(latencies, errors_at={31: {"503": 2}})) == []
    everywhere = {at: {"503": 5} for at in range(60)}
    assert starts(run_of(latencies, errors_at=everywhere)) == []


def restarts(at: list[int], subject: str = "redis") -> Series:
    moments = [(number + 1) * SECOND_US - 300_000 for number in range(60)]
    values = [float(sum(moment > second * SECOND_US for second in at)) for moment in moments]
    return Series(
        metric=names.PROCESS_RESTARTS, subject=subject, source="t", at_us=moments, values=values
    )


@pytest.mark.parametrize("subject", ["redis", "worker 1"])
def test_a_process_that_is_another_now_is_found_within_a_second(subject: str) -> None:
    result = run_of([[10_000] * 40] * 60, measurements=[restarts([20], subject)])
    (found,) = unusual(result)
    assert abs(found.start_us - 20 * SECOND_US) <= SECOND_US
    assert found.signs == [f"{subject} was restarted"]


def test_what_was_done_on_purpose_is_named_beside_it_and_nowhere_else() -> None:
    latencies = [[10_000] * 40] * 60
    run = run_of(latencies, errors_at={20: {"503": 9}, 40: {"503": 9}})
    one, other = unusual(faulty(run, (19.8, 20.5), settle_us=2_000_000))
    assert (one.faults, other.faults) == (["f1"], [])
    assert one.text == "from 20.0 s to 21.0 s: 9 requests failed (fault f1)"
