"""What went wrong in a run, and what the verdict must say: one defect a test.

The runs go through the recorder, the evidence and the judgement; each of these came out wrong once.

Tests `kampyn_perf/slo/evidence/load.py`, `kampyn_perf/slo/verdict/outcome.py`,
`kampyn_perf/slo/verdict/conclude.py` and `kampyn_perf/recorder`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kampyn_perf.results.judgement import Judgement, Outcome
from kampyn_perf.results.validity import Disturbance
from kampyn_perf.slo.evidence.load import LoadEvidence
from kampyn_perf.slo.objective import Objective
from kampyn_perf.slo.objectives import Slo
from kampyn_perf.slo.verdict.conclude import conclude
from kampyn_perf.slo.verdict.outcome import judge
from tests.slo.runs import ENDPOINTS, OTHER_ENDPOINT, Run, machine, steady

CALM = steady(seconds=60, rate=100, median_us=5_000)


def judged(run: Run, metric: str, target: str, statistic: str = "", **more: Any) -> Judgement:
    objective = Objective.model_validate(
        {"metric": metric, "target": target, "statistic": statistic} | more
    )
    return judge("o", objective, LoadEvidence(run.result()).find(objective))


def p95(run: Run, target: str = "< 200 ms", **more: Any) -> Judgement:
    return judged(run, "response_time", target, "p95", **more)


class TestPhases:
    def test_a_name_used_twice_is_judged_twice(self) -> None:
        slow = steady(seconds=20, rate=100, median_us=3_000_000)
        run = Run(phases=[("Peak", CALM[:20]), ("Ramp", CALM[20:40]), ("Peak", slow)])
        slo = Slo.model_validate(
            {
                "objectives": {
                    "peak": {
                        "metric": "response_time",
                        "statistic": "p95",
                        "target": "< 200 ms",
                        "scope": {"phase": "Peak*"},
                    }
                }
            }
        )
        outcomes = {
            judgement.scope["phase"]: judgement.outcome
            for judgement in conclude(LoadEvidence(run.result()), slo=slo).objectives
        }
        assert outcomes == {"Peak (1)": Outcome.PASS, "Peak (2)": Outcome.FAIL}


class TestFailedRequests:
    """A request that failed was not answered in time."""

    REFUSED = Run(phases=[("p", CALM)], errors={"connect": 4_800})

    def test_a_target_that_refuses_most_connections_is_not_fast(self) -> None:
        judgement = p95(self.REFUSED)
        assert judgement.outcome is Outcome.FAIL
        assert (judgement.observed, judgement.margin, judgement.unanswered) == (None, None, True)
        assert judgement.explanation == (
            "p95 is beyond any value (4,800 of 6,000 requests failed, which counts as slower than "
            "any time), not below 200 ms; with 95 % confidence at least 200 ms, and no upper bound"
        )

    @pytest.mark.parametrize(
        ("metric", "target"), [("availability", ">= 99.9 %"), ("error_rate_5xx", "< 0.1 %")]
    )
    def test_one_outage_that_fills_a_third_of_a_run_fails(self, metric: str, target: str) -> None:
        """However little one event says of how many there are: of a hundred such runs, most would
        have to be without a failure."""
        down = {at: {"503": 30} for at in range(20, 45)}
        judgement = judged(Run(phases=[("p", CALM)], errors_at=down), metric, target)
        assert judgement.outcome is Outcome.FAIL

    def test_who_asks_of_the_successful_ones_is_told_what_share_that_is(self) -> None:
        judgement = p95(self.REFUSED, of="successful")
        assert judgement.outcome is Outcome.PASS
        assert judgement.samples == 1_200
        assert "of the 20 % of requests that succeeded" in judgement.explanation

    @pytest.mark.parametrize(("failed", "outcome"), [(1, Outcome.PASS), (30, Outcome.FAIL)])
    def test_failures_count_as_far_as_they_go(self, failed: int, outcome: Outcome) -> None:
        errors = {at: {"503": failed} for at in range(0, 60, 2)}
        assert p95(Run(phases=[("p", CALM)], errors_at=errors)).outcome is outcome

    @pytest.mark.parametrize("statistic", ["mean", "max"])
    def test_a_mean_or_maximum_of_all_has_no_value_beside_a_failure(self, statistic: str) -> None:
        run = Run(phases=[("p", CALM)], errors={"timeout": 1})
        judgement = judged(run, "response_time", "< 200 ms", statistic)
        assert judgement.outcome is Outcome.FAIL
        assert judgement.explanation.endswith("`of: successful` asks of the others alone")
        alone = judged(run, "response_time", "< 200 ms", statistic, of="successful")
        assert alone.outcome is Outcome.PASS

    def test_a_result_of_an_earlier_version_does_not_pass_for_refusing_either(self) -> None:
        run = Run(phases=[("p", CALM)], errors={"connect": 4_800}, recorded=False)
        assert p95(run).outcome is Outcome.FAIL


class TestCutRequests:
    """What the end of the run cut took at least as long as until then."""

    def test_a_run_that_drowned_has_failed(self) -> None:
        drowned = [[1_500_000 + 20_000 * at] * 40 for at in range(60)]
        run = Run(phases=[("p", drowned)], cut_us=[4_000_000] * 84)
        assert p95(run, "< 500 ms").outcome is Outcome.FAIL

    def test_what_they_could_not_change_is_decided(self) -> None:
        judgement = p95(Run(phases=[("p", CALM)], cut_us=[20_000] * 10))
        assert judgement.outcome is Outcome.PASS
        assert judgement.samples == 6_010

    def test_what_they_could_change_is_open(self) -> None:
        # 270 of 6,000 are slow, and 300 more may be: 4.5 % at least and 9 % at most.
        values = [list(second) for second in CALM]
        for second in values:
            second[:4] = [400_000] * 4
        early = p95(Run(phases=[("p", values)], cut_us=[20_000] * 400))
        assert early.outcome is Outcome.INCONCLUSIVE
        assert p95(Run(phases=[("p", values)])).outcome is Outcome.PASS
        assert "400 cut by the end of the run took longer" in early.explanation

    def test_they_may_have_failed_or_not(self) -> None:
        run = Run(phases=[("p", CALM)], cut_us=[20_000] * 50)
        assert judged(run, "availability", ">= 99 %").outcome is not Outcome.FAIL
        assert judged(run, "availability", ">= 99.9 %").outcome is Outcome.INCONCLUSIVE


class TestDisturbedRuns:
    """What the disturbance of a run that is not valid cannot have caused still holds."""

    SLOW = steady(seconds=60, rate=100, median_us=900_000)

    @staticmethod
    def outcomes(run: Run) -> dict[str, Judgement]:
        slo = Slo.model_validate(
            {
                "objectives": {
                    "p95": {"metric": "response_time", "statistic": "p95", "target": "< 500 ms"},
                    "p50": {"metric": "response_time", "statistic": "p50", "target": "< 850 ms"},
                    "errors": {"metric": "error_rate_5xx", "target": "< 1 %"},
                    "rate": {"metric": "throughput", "target": ">= 1000/s"},
                }
            }
        )
        verdict = conclude(LoadEvidence(run.result()), slo=slo)
        assert verdict.exit_code in (1, 4)
        return {judgement.name: judgement for judgement in verdict.objectives}

    def test_a_late_generator_did_not_make_the_target_slower_than_it_was_late(self) -> None:
        late = Disturbance(reason="the generator was late", adds_us=80_000)
        found = self.outcomes(Run(phases=[("p", self.SLOW)], disturbances=[late]))
        assert {name: each.outcome for name, each in found.items()} == {
            "p95": Outcome.FAIL,
            "p50": Outcome.INVALID,  # 900 ms, of which 80 ms may be the generator's
            "errors": Outcome.INVALID,  # a pass is not earned by a load that was not as planned
            "rate": Outcome.INVALID,
        }
        assert found["p95"].explanation.endswith(
            "; this holds although the run is not valid: at most 80.0 ms may have been added to a "
            "request, and 0 hidden"
        )

    def test_lost_samples_may_have_been_anything(self) -> None:
        few = Disturbance(reason="the recorder lost 10 samples", hides=10)
        many = Disturbance(reason="the recorder lost 500,000 samples", hides=500_000)
        assert (
            self.outcomes(Run(phases=[("p", self.SLOW)], disturbances=[few]))["p95"].outcome
            is Outcome.FAIL
        )
        assert (
            self.outcomes(Run(phases=[("p", self.SLOW)], disturbances=[many]))["p95"].outcome
            is Outcome.INVALID
        )

    def test_a_generator_without_cpu_cannot_have_caused_a_status(self) -> None:
        starved = Disturbance(reason="a generator waited for a CPU", adds_us=None)
        errors = {at: {"503": 20} for at in range(60)}
        run = Run(phases=[("p", self.SLOW)], errors_at=errors, disturbances=[starved])
        found = self.outcomes(run)
        assert found["errors"].outcome is Outcome.FAIL
        assert found["p95"].outcome is Outcome.INVALID

    def test_what_was_watched_may_be_what_disturbed_the_generator(self) -> None:
        starved = Disturbance(reason="a generator waited for a CPU", adds_us=None)
        busy = machine("cpu", [0.95, 0.96] * 30)
        run = Run(phases=[("p", CALM)], measurements=[busy], disturbances=[starved])
        slo = Slo.model_validate({"objectives": {"cpu": {"metric": "cpu", "target": "< 70 %"}}})
        (judgement,) = conclude(LoadEvidence(run.result()), slo=slo).objectives
        assert judgement.outcome is Outcome.INVALID

    def test_an_earlier_version_gave_no_bounds_and_nothing_holds(self) -> None:
        run = Run(phases=[("p", self.SLOW)], invalid=["the generator was late"])
        assert {each.outcome for each in self.outcomes(run).values()} == {Outcome.INVALID}


class TestDependence:
    """Of the events that are counted, in their own scope, at the threshold."""

    def test_a_burst_of_accepted_429s_is_one_event(self) -> None:
        quiet = [second[:20] for second in CALM]
        run = Run(
            phases=[("p", quiet)], errors_at={30: {"429": 20}, 31: {"429": 10}}, accepted=True
        )
        judgement = judged(run, "error_rate_4xx", "< 1 %")
        assert judgement.outcome is Outcome.INCONCLUSIVE
        assert judgement.observed == pytest.approx(0.025)
        assert judgement.effective_samples is not None
        assert judgement.effective_samples < 60

    def test_other_failures_do_not_lend_it_their_independence(self) -> None:
        quiet = [second[:20] for second in CALM]
        spread = {at: {"content": 1} for at in range(60) if at not in (30, 31)}
        burst = {30: {"429": 20}, 31: {"429": 10}}
        run = Run(phases=[("p", quiet)], errors_at=spread | burst)
        judgement = judged(run, "error_rate_4xx", "< 1 %")
        assert judgement.outcome is Outcome.INCONCLUSIVE

    def test_one_stall_leaves_a_percentile_open_that_it_decides_and_no_other(self) -> None:
        stalled = [list(second) for second in CALM]
        stalled[30] = [1_000_000 - 8_000 * number for number in range(100)]
        run = Run(phases=[("p", stalled)])
        assert judged(run, "response_time", "< 200 ms", "p50").outcome is Outcome.PASS
        p99 = judged(run, "response_time", "< 200 ms", "p99")
        assert p99.outcome is Outcome.INCONCLUSIVE
        assert p99.observed is not None
        assert p99.observed > 200_000

    def test_an_endpoint_that_pauses_alone_is_judged_by_its_own_time(self) -> None:
        other = [[5_000] * 10 for _ in range(60)]
        for at in (20, 21, 22, 40):
            other[at] = [800_000] * 10
        run = Run(phases=[("p", CALM)], other=other)
        own = p95(run, scope={"endpoint": OTHER_ENDPOINT})
        assert own.effective_samples is not None
        assert own.effective_samples < 60  # of 600: two pauses are two events
        assert own.outcome is Outcome.INCONCLUSIVE
        assert p95(run, scope={"endpoint": ENDPOINTS[0]}).outcome is Outcome.PASS


class TestThresholds:
    """Values one bucket away from a threshold."""

    NEAR = Run(phases=[("p", [[199_990] * 100] * 60)])

    def test_a_threshold_that_was_known_decides_exactly(self) -> None:
        known = Run(phases=self.NEAR.phases, splits_us=[200_000])
        assert p95(known).outcome is Outcome.PASS
        beyond = Run(phases=[("p", [[200_000] * 100] * 60)], splits_us=[200_000])
        assert p95(beyond).outcome is Outcome.FAIL

    def test_one_that_was_not_known_stays_open_within_its_bucket(self) -> None:
        assert p95(self.NEAR).outcome is Outcome.INCONCLUSIVE
        assert p95(self.NEAR, "< 200.1 ms").outcome is Outcome.PASS
        assert p95(self.NEAR, "< 199.9 ms").outcome is Outcome.FAIL


class TestThroughput:
    def test_wrong_content_is_no_missing_throughput(self) -> None:
        run = Run(phases=[("p", [[5_000] * 20] * 60)], errors={"content": 120})
        judgement = judged(run, "throughput", ">= 1000/s")
        assert judgement.outcome is Outcome.NOT_EXERCISED
        assert judgement.observed == pytest.approx(18)

    def test_refused_requests_are(self) -> None:
        run = Run(phases=[("p", [[5_000] * 20] * 60)], errors={"connect": 600})
        assert judged(run, "throughput", ">= 1000/s").outcome is Outcome.FAIL


class TestSampleSizes:
    def test_six_samples_do_not_say_that_six_would_decide(self) -> None:
        rates = np.array([9, 11, 9, 11, 9, 12])
        run = Run(phases=[("p", [[5_000] * int(rate) for rate in rates])], offered={"p": 100.0})
        judgement = judged(run, "throughput", ">= 10/s")
        assert judgement.outcome is Outcome.INCONCLUSIVE
        assert judgement.samples_needed is None or judgement.samples_needed > judgement.samples

    def test_what_did_not_decide_is_not_told_to_be_enough(self) -> None:
        run = Run(phases=[("p", steady(seconds=60, rate=20, median_us=100_000))])
        judgement = judged(run, "response_time", "< 190 ms", "p95")
        assert judgement.outcome is Outcome.INCONCLUSIVE
        assert judgement.samples_needed is not None
        assert judgement.samples_needed >= 1.5 * judgement.samples
