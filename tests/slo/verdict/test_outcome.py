"""One objective: where the interval lies decides, and the words say why.

Tests `kampyn_perf/results/judgement.py` and `kampyn_perf/slo/verdict/words.py` too.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf import stats
from kampyn_perf.operators import Operator
from kampyn_perf.results.judgement import Bounds, Outcome
from kampyn_perf.results.unit import Unit
from kampyn_perf.slo.evidence import estimate
from kampyn_perf.slo.evidence.estimate import Estimate, Missing
from kampyn_perf.slo.evidence.load import LoadEvidence
from kampyn_perf.slo.objective import Objective
from kampyn_perf.slo.targets import Target
from kampyn_perf.slo.verdict.outcome import invalidate, judge, outcome_of
from tests.slo.runs import Run, steady
from tests.slo.shares import independent

BELOW_200 = Target(Operator.BELOW, 200, Unit.RATE)
AT_LEAST_200 = Target(Operator.AT_LEAST, 200, Unit.RATE)
ORDER = [Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.PASS]


def within(low: float | None, high: float | None, observed: float = 0.0) -> Estimate:
    interval = stats.Interval(low, high)
    return Estimate(observed=observed, interval=interval, samples=9, noun="requests")


def objective(**fields: Any) -> Objective:
    good = {"metric": "response_time", "statistic": "p95", "target": "< 200 ms"}
    return Objective.model_validate(good | fields)


AVAILABILITY = objective(metric="availability", statistic="share", target=">= 99.9 %")
ERRORS = objective(metric="error_rate_5xx", statistic="share", target="< 0.1 %")


@pytest.mark.parametrize(
    ("low", "high", "below", "at_least"),
    [
        (100, 199, Outcome.PASS, Outcome.FAIL),
        (100, 200, Outcome.INCONCLUSIVE, Outcome.INCONCLUSIVE),
        (200, 300, Outcome.FAIL, Outcome.PASS),
        (199, 300, Outcome.INCONCLUSIVE, Outcome.INCONCLUSIVE),
        (None, 199, Outcome.PASS, Outcome.FAIL),
        (200, None, Outcome.FAIL, Outcome.PASS),
        (None, 300, Outcome.INCONCLUSIVE, Outcome.INCONCLUSIVE),
        (100, None, Outcome.INCONCLUSIVE, Outcome.INCONCLUSIVE),
        (None, None, Outcome.INCONCLUSIVE, Outcome.INCONCLUSIVE),
    ],
)
def test_the_whole_interval_must_be_on_one_side(
    low: float | None, high: float | None, below: Outcome, at_least: Outcome
) -> None:
    assert outcome_of(within(low, high), BELOW_200) is below
    assert outcome_of(within(low, high), AT_LEAST_200) is at_least


@pytest.mark.parametrize(("observed", "outcome"), [(199, Outcome.PASS), (200, Outcome.FAIL)])
def test_a_maximum_is_what_it_is(observed: float, outcome: Outcome) -> None:
    top = estimate.maximum(observed, samples=5, noun="samples")
    assert outcome_of(top, BELOW_200) is outcome


@given(low=st.floats(0, 400), width=st.floats(0, 300), worse=st.floats(0, 200), more=st.booleans())
def test_a_worse_observation_never_improves_the_outcome(
    low: float, width: float, worse: float, more: bool
) -> None:
    target, shift = (AT_LEAST_200, -worse) if more else (BELOW_200, worse)
    before = outcome_of(within(low, low + width), target)
    after = outcome_of(within(low + shift, low + width + shift), target)
    assert ORDER.index(after) <= ORDER.index(before)


@given(middle=st.floats(0, 400), half=st.floats(0.1, 200), shrink=st.floats(0, 1))
def test_a_narrower_interval_only_decides_what_was_open(
    middle: float, half: float, shrink: float
) -> None:
    before = outcome_of(within(middle - half, middle + half), BELOW_200)
    after = outcome_of(within(middle - half * shrink, middle + half * shrink), BELOW_200)
    assert after is before or before is Outcome.INCONCLUSIVE


@given(failures=st.integers(0, 50), n=st.integers(50, 20_000), times=st.integers(2, 10))
def test_more_of_the_same_never_turns_a_fail_into_a_pass(failures: int, n: int, times: int) -> None:
    def outcome(k: int, total: int) -> Outcome:
        bounds = independent(k, total)
        found = estimate.share(k, total, bounds=bounds, noun="requests", of_successes=True)
        return judge("a", AVAILABILITY, found).outcome

    before, after = outcome(failures, n), outcome(failures * times, n * times)
    assert after is before or before is Outcome.INCONCLUSIVE


def test_nothing_measured_is_no_data_and_says_why() -> None:
    judgement = judge("a", objective(), Missing("nobody looked"))
    assert judgement.outcome is Outcome.NO_DATA
    assert (judgement.observed, judgement.margin, judgement.samples) == (None, None, 0)
    assert judgement.explanation == "nobody looked"
    assert (judgement.observed_text, judgement.interval_text) == ("–", "")


def test_an_invalid_run_says_why_whatever_was_observed() -> None:
    judgement = invalidate(judge("a", objective(), within(1, 2)), "the generator stood still")
    assert judgement.outcome is Outcome.INVALID
    assert judgement.explanation == "the run is not valid: the generator stood still"


def p95(low: float | None, high: float | None, observed: float, **more: Any) -> Estimate:
    return Estimate(
        observed=observed,
        interval=stats.Interval(low, high),
        samples=7_200,
        effective=more.pop("effective", 7_000.0),
        noun="requests",
        **more,
    )


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (
            p95(37_500, 39_200, 38_600),
            "p95 is 38.6 ms, below 200 ms; 95 % interval 37.5 ms to 39.2 ms",
        ),
        (
            p95(2_000_000, 2_200_000, 2_100_000),
            "p95 is 2.10 s, not below 200 ms; 95 % interval 2.00 s to 2.20 s",
        ),
        (
            p95(210_000, None, 300_000),
            "p95 is 300 ms, not below 200 ms; with 95 % confidence at least 210 ms, and no upper "
            "bound from so few",
        ),
        (
            p95(190_000, 210_000, 199_000, needed=lambda _: 31_400),
            "p95 is 199 ms, but 7,200 requests do not tell it from 200 ms; 95 % interval 190 ms "
            "to 210 ms; about 31,400 requests would decide",
        ),
        (
            p95(90_000, None, 150_000, effective=14.2, needed=lambda _: None),
            "p95 is 150 ms, but 7,200 requests (worth 14 independent ones) do not tell it from "
            "200 ms; with 95 % confidence at least 90.0 ms, and no upper bound from so few; it "
            "stands so close that no sample would decide",
        ),
        (
            p95(None, None, 150_000, needed=lambda _: 400),
            "p95 is 150 ms, but 7,200 requests do not tell it from 200 ms; too few to give a 95 % "
            "interval; about 400 requests would decide",
        ),
    ],
    ids=["pass", "fail", "fail-half-open", "close", "on-target", "too-few"],
)
def test_the_words_of_a_percentile(found: Estimate, words: str) -> None:
    assert judge("a", objective(), found).explanation == words


def share(failures: int, n: int, of: Objective, effective: float | None = None) -> Estimate:
    worth = n if effective is None else effective
    found = estimate.share(
        failures,
        n,
        bounds=independent(failures / n * worth, worth),
        noun="requests",
        of_successes=of is AVAILABILITY,
    )
    assert isinstance(found, Estimate)
    return found


@pytest.mark.parametrize(
    ("of", "failures", "n", "outcome", "words"),
    [
        (AVAILABILITY, 0, 51_840, Outcome.PASS,
         "no failure in 51,840 requests: with 95 % confidence at most 0.007116 % fail"),
        (AVAILABILITY, 0, 1_000, Outcome.INCONCLUSIVE,
         "no failure in 1,000 requests: with 95 % confidence at most 0.3682 % fail; 3,688 requests "
         "without one would show >= 99.9 %"),
        (AVAILABILITY, 0, 3_687, Outcome.INCONCLUSIVE,
         "no failure in 3,687 requests: with 95 % confidence at most 0.1 % fail; 3,688 requests "
         "without one would show >= 99.9 %"),
        (AVAILABILITY, 0, 3_688, Outcome.PASS,
         "no failure in 3,688 requests: with 95 % confidence at most 0.09997 % fail"),
        (AVAILABILITY, 100, 51_840, Outcome.FAIL,
         "99.81 % (100 of 51,840 requests failed), not at least 99.9 %; 95 % interval 99.77 % to "
         "99.84 %"),
        (ERRORS, 0, 51_840, Outcome.PASS,
         "none in 51,840 requests: with 95 % confidence at most 0.007116 %"),
        (ERRORS, 10, 51_840, Outcome.PASS,
         "0.01929 % (10 of 51,840 requests), below 0.1 %; 95 % interval 0.009251 % to 0.03547 %"),
        (ERRORS, 1, 1_000, Outcome.INCONCLUSIVE,
         "0.1 % (1 of 1,000 requests), but 1,000 requests do not tell it from 0.1 %; 95 % interval "
         "0.002532 % to 0.5559 %; it stands so close that no sample would decide"),
        (ERRORS, 1, 1, Outcome.FAIL,
         "100 % (1 of 1 request), not below 0.1 %; 95 % interval 2.5 % to 100 %"),
    ],
)  # fmt: skip
def test_the_words_of_a_share(
    of: Objective, failures: int, n: int, outcome: Outcome, words: str
) -> None:
    judgement = judge("a", of, share(failures, n, of))
    assert judgement.outcome is outcome
    assert judgement.explanation == words


def test_a_single_second_is_too_few_for_the_tail() -> None:
    result = Run(phases=[("p", steady(seconds=1, rate=24))]).result()
    judgement = judge("a", objective(), LoadEvidence(result).find(objective()))
    assert judgement.outcome is Outcome.INCONCLUSIVE
    assert judgement.samples_needed == 72
    assert judgement.explanation.endswith(
        "but 24 requests do not tell it from 200 ms; with 95 % confidence at least 11.9 ms, and no "
        "upper bound from so few; about 72 requests would decide"
    )


def test_dependent_failures_need_more_requests() -> None:
    alone = judge("a", ERRORS, share(2, 10_000, ERRORS))
    bursts = judge("a", ERRORS, share(2, 10_000, ERRORS, effective=2_000))
    assert alone.outcome is Outcome.PASS
    assert bursts.outcome is Outcome.INCONCLUSIVE
    assert bursts.effective_samples == 2_000
    assert bursts.samples_needed is not None
    assert bursts.samples_needed > 10_000


def test_the_sample_that_would_decide_does() -> None:
    few = judge("a", ERRORS, share(1, 2_000, ERRORS))
    assert few.outcome is Outcome.INCONCLUSIVE
    assert few.samples_needed == 15_278
    enough = share(round(few.samples_needed / 2_000), few.samples_needed + 2_000, ERRORS)
    assert judge("a", ERRORS, enough).outcome is Outcome.PASS


def test_a_judgement_carries_its_figures() -> None:
    judgement = judge(
        "a", objective(scope={"flow": "x"}, required=False), p95(190_000, 195_000, 192_000)
    )
    assert judgement.model_dump() == {
        "name": "a",
        "metric": "response_time",
        "statistic": "p95",
        "scope": {"flow": "x"},
        "window_us": None,
        "required": False,
        "unit": Unit.DURATION,
        "comparison": "<",
        "target": 200_000,
        "outcome": Outcome.PASS,
        "observed": 192_000,
        "margin": 8_000,
        "unanswered": False,
        "samples": 7_200,
        "effective_samples": 7_000,
        "interval": {"low": 190_000, "high": 195_000, "confidence": 0.95},
        "detectable": None,
        "samples_needed": None,
        "warn": None,
        "warned": False,
        "masked_us": 0,
        "with_faults": None,
        "with_faults_outcome": None,
        "explanation": "p95 is 192 ms, below 200 ms; 95 % interval 190 ms to 195 ms",
    }
    assert judgement.scope_text == "flow x"
    assert judgement.target_text == "< 200 ms"


@pytest.mark.parametrize(
    ("low", "high", "unit", "text"),
    [
        (37_500, 39_200, Unit.DURATION, "37.5 to 39.2 ms"),
        (900, 39_200, Unit.DURATION, "900 µs to 39.2 ms"),
        (37_500, None, Unit.DURATION, "at least 37.5 ms"),
        (None, 39_200, Unit.DURATION, "at most 39.2 ms"),
        (None, None, Unit.DURATION, "not known"),
        (0.5, 0.6, Unit.SHARE, "50 to 60 %"),
        (240, 241, Unit.RATE, "240/s to 241/s"),
    ],
)
def test_an_interval_in_a_table(
    low: float | None, high: float | None, unit: Unit, text: str
) -> None:
    judgement = judge("a", objective(), Missing("")).model_copy(
        update={"unit": unit, "interval": Bounds(low=low, high=high, confidence=0.95)}
    )
    assert judgement.interval_text == text
