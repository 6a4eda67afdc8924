"""Time to recovery: until P95 is back in its range of before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.results.faults import FaultRecord
from kampyn_perf.results.judgement import Judgement, Outcome
from kampyn_perf.results.load import LoadResult
from kampyn_perf.slo import judge
from kampyn_perf.slo.objectives import Slo
from tests.slo.runs import Run

SECOND_US = 1_000_000


def run_of(slow: range, *, seconds: int = 40, failing: range = range(0)) -> LoadResult:
    latencies = [[500_000 if at in slow else 10_000 + at] * 20 for at in range(seconds)]
    # 10 ms before the fault was the highest of before: later quick seconds are no higher.
    latencies = [[min(us, 10_010) if us < 500_000 else us for us in each] for each in latencies]
    errors = {at: {"503": 5} for at in failing}
    return Run(phases=[("Steady", latencies)], errors_at=errors).result()


def recovered(result: LoadResult, *faults: tuple[float, float], target: str = "< 5 s") -> Judgement:
    records = [
        FaultRecord(
            name=f"f{number}",
            kind="redis kill",
            start_us=round(start * SECOND_US),
            end_us=round(end * SECOND_US),
        )
        for number, (start, end) in enumerate(faults, start=1)
    ]
    slo = Slo.model_validate({"objectives": {"r": {"metric": "recovery_time", "target": target}}})
    return judge(result.model_copy(update={"faults": records}), slo).objectives[0]


@given(st.integers(0, 10))
def test_it_is_the_time_from_the_end_of_the_fault(seconds: int) -> None:
    one = recovered(run_of(range(15, 18 + seconds)), (15, 18), target="< 5 s")
    assert one.observed == seconds * SECOND_US
    assert one.outcome is (
        Outcome.PASS if seconds <= 3 else Outcome.INCONCLUSIVE if seconds <= 5 else Outcome.FAIL
    )


def test_failures_are_slower_than_any_time() -> None:
    one = recovered(run_of(range(0), failing=range(15, 22)), (15, 18))
    assert one.observed == 4 * SECOND_US
    assert "after f1, until P95 was at most 10.0" in one.explanation


def test_what_was_not_back_took_at_least_as_long_as_was_seen() -> None:
    one = recovered(run_of(range(15, 40)), (15, 18), target="< 20 s")
    assert (one.outcome, one.unanswered) == (Outcome.FAIL, True)
    assert "max is beyond any value (after f1, until P95 was at most 10.0" in one.explanation
    longer = recovered(run_of(range(15, 40)), (15, 18), target="< 30 s")
    assert (longer.outcome, longer.unanswered) == (Outcome.INCONCLUSIVE, True)
    assert longer.explanation.endswith("more time after it would decide")


def test_the_fault_after_which_it_took_longest_speaks_for_all() -> None:
    slow = run_of(range(25, 29))
    one = recovered(slow, (10, 11), (25, 26))
    assert one.observed == 3 * SECOND_US
    assert "after f2" in one.explanation


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        ([], "the run had no faults"),
        ([(3, 4)], "before f1 there were 3 stretches"),
        ([(38, 39)], "came too soon to tell"),
        ([(10, 11), (15, 16)], "before f2 there were 4 stretches"),
    ],
)
def test_what_cannot_be_told_is_no_pass(faults: list[tuple[float, float]], words: str) -> None:
    one = recovered(run_of(range(0)), *faults)
    assert one.outcome is Outcome.NO_DATA
    assert words in one.explanation


def test_a_system_that_failed_before_has_nothing_to_come_back_to() -> None:
    one = recovered(run_of(range(0), failing=range(8, 9)), (15, 18))
    assert one.outcome is Outcome.NO_DATA
    assert "failed already" in one.explanation


def test_the_faults_own_phase_says_what_it_has_to_come_back_to() -> None:
    """A busier phase follows a quiet one; the quiet one's times are no measure of it."""
    quiet, busy = [[1_000] * 20] * 20, [[50_000 + 1_000 * at] * 20 for at in range(30)]
    run = Run(phases=[("Quiet", quiet), ("Busy", busy)]).result()
    one = recovered(run, (30, 31))
    assert (one.outcome, one.observed) == (Outcome.FAIL, None)  # rises all the time: never back
    level = Run(phases=[("Quiet", quiet), ("Busy", [[50_000] * 20] * 30)]).result()
    assert recovered(level, (30, 31)).observed == 0
    noisy = [[900_000] * 20] * 20  # in the phase before: no measure either
    slower = [[50_000] * 20] * 10 + [[200_000] * 20] * 5 + [[50_000] * 20] * 15
    run = Run(phases=[("Quiet", noisy), ("Busy", slower)]).result()
    assert recovered(run, (30, 30)).observed == 5 * SECOND_US
