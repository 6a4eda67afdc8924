"""What a generator that was woken late may have added decides no failure, and hides none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kampyn_perf.results.judgement import Judgement, Outcome
from kampyn_perf.results.load import LoadResult
from kampyn_perf.slo.evidence.load import LoadEvidence
from kampyn_perf.slo.evidence.woken import Woken
from kampyn_perf.slo.objective import Objective
from kampyn_perf.slo.verdict.outcome import judge
from tests.slo.runs import Run, latency

TARGET = "< 200 ms"


def run(
    times_us: int, *, woken_us: int, when: Callable[[int], bool] = bool, seconds: int = 60
) -> LoadResult:
    """A minute of a hundred requests a second that all take about so long; woken late in some of
    its seconds, numbered from 1."""
    times = [[times_us + place for place in range(100)] for _ in range(seconds)]
    result = Run(phases=[("p", times)]).result()
    kept = [
        second.model_copy(update={"wake_max_us": woken_us if when(number) else 100})
        for number, second in enumerate(result.seconds, start=1)
    ]
    lag = latency([100] * 50 + [woken_us] * 50)
    validity = result.validity.model_copy(update={"loop_lag": lag})
    return result.model_copy(update={"seconds": kept, "validity": validity})


def judged(result: LoadResult, metric: str, statistic: str) -> Judgement:
    objective = Objective.model_validate(
        {"metric": metric, "statistic": statistic, "target": TARGET}
    )
    return judge("o", objective, LoadEvidence(result).find(objective))


@pytest.mark.parametrize("statistic", ["p50", "p95", "mean"])
@pytest.mark.parametrize("metric", ["response_time", "service_time"])
class TestOutcomes:
    def test_what_the_generator_may_have_added_is_no_failure(
        self, metric: str, statistic: str
    ) -> None:
        late = judged(run(201_000, woken_us=5_000), metric, statistic)
        assert late.outcome is Outcome.INCONCLUSIVE
        assert judged(run(201_000, woken_us=200), metric, statistic).outcome is Outcome.FAIL

    def test_a_slow_target_is_not_hidden(self, metric: str, statistic: str) -> None:
        late = judged(run(215_000, woken_us=5_000), metric, statistic)
        assert late.outcome is Outcome.FAIL

    def test_what_passed_in_spite_of_it_passes(self, metric: str, statistic: str) -> None:
        late = judged(run(198_000, woken_us=5_000), metric, statistic)
        assert late.outcome is Outcome.PASS


def test_it_counts_in_its_own_seconds_alone() -> None:
    """Six disturbed seconds of sixty do not excuse the others; fifty-four of them do."""
    few = run(201_000, woken_us=5_000, when=lambda second: second % 10 == 0)
    most = run(201_000, woken_us=5_000, when=lambda second: second % 10 != 0)
    assert judged(few, "response_time", "p50").outcome is Outcome.FAIL
    assert judged(most, "response_time", "p50").outcome is Outcome.INCONCLUSIVE


@settings(max_examples=25, deadline=None)
@given(woken_us=st.integers(0, 50_000), times_us=st.integers(1_000, 400_000))
def test_only_the_lower_end_of_an_interval_gives_way(woken_us: int, times_us: int) -> None:
    calm = judged(run(times_us, woken_us=100, seconds=12), "response_time", "p95")
    late = judged(run(times_us, woken_us=woken_us, seconds=12), "response_time", "p95")
    assert calm.interval is not None
    assert late.interval is not None
    assert late.observed == calm.observed
    assert late.interval.high == calm.interval.high
    if woken_us >= 100 and late.interval.low is not None:
        assert calm.interval.low is not None
        assert late.interval.low <= calm.interval.low


def test_a_session_has_more_answers_that_may_be_late() -> None:
    result = run(1_000, woken_us=3_000, when=lambda second: second == 11)
    woken = Woken(result)
    assert woken.late_us(10_000_000, 11_000_000) == 3_000
    assert woken.late_us(9_500_000, 10_500_000) == 3_000
    assert woken.late_us(12_000_000, 13_000_000) == 100
    assert woken.of_sessions_us(10_000_000, 11_000_000) == 6_000  # two requests a session


def test_a_result_of_an_earlier_version_knows_nothing_of_it() -> None:
    result = Run(phases=[("p", [[201_000] * 100] * 60)]).result()
    assert Woken(result).late_us(0, 60_000_000) == 0
    assert judged(result, "response_time", "p95").outcome is Outcome.FAIL
