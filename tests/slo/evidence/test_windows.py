"""Objectives over every stretch of a run: which is the worst, its interval, and what stays open."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from kampyn_perf.results.judgement import Judgement, Outcome
from kampyn_perf.slo.evidence.load import LoadEvidence
from kampyn_perf.slo.objective import Objective
from kampyn_perf.slo.verdict.outcome import judge
from tests.slo.runs import ENDPOINTS, Run, steady

FAST_US, SLOW_US = 20_000, 900_000
THRESHOLD_US = 200_000


def judged(run: Run, **fields: Any) -> Judgement:
    given = {"metric": "response_time", "statistic": "p95", "target": "< 200 ms", **fields}
    objective = Objective.model_validate(given)
    return judge("goal", objective, LoadEvidence(run.result()).find(objective))


def run_with_slow_seconds(*slow: int, seconds: int = 120, rate: int = 200) -> Run:
    """In each second all requests took 20 ms; in those 900 ms."""
    latencies = [[SLOW_US if at in slow else FAST_US] * rate for at in range(seconds)]
    return Run(phases=[("Peak", latencies)], splits_us=[THRESHOLD_US])


def test_a_stretch_that_is_lost_in_the_run_is_the_worst_window() -> None:
    run = run_with_slow_seconds(*range(60, 64), seconds=150)
    assert judged(run).observed == pytest.approx(FAST_US, rel=0.002)  # 4 of 150 seconds are no 5 %
    worst = judged(run, **{"for": "30s"})
    assert worst.observed == pytest.approx(SLOW_US, rel=0.002)
    assert worst.outcome is not Outcome.PASS
    assert worst.window_us == 30_000_000
    assert "the worst of 9 windows of 30s, from 45s on" in worst.explanation


def test_a_window_that_is_slow_throughout_fails_for_sure() -> None:
    run = run_with_slow_seconds(*range(60, 90))
    assert judged(run, **{"for": "30s"}).outcome is Outcome.FAIL


def test_it_passes_where_every_window_does() -> None:
    worst = judged(run_with_slow_seconds(), **{"for": "30s"})
    assert worst.outcome is Outcome.PASS
    assert worst.observed == FAST_US


def test_each_window_has_to_show_it_by_itself() -> None:
    # 6,000 requests show a P99; the 200 of a window of 5 s do not.
    run = run_with_slow_seconds(seconds=150, rate=40)
    assert judged(run, statistic="p99").outcome is Outcome.PASS
    narrow = judged(run, statistic="p99", **{"for": "5s"})
    assert narrow.outcome is Outcome.INCONCLUSIVE
    assert narrow.interval is not None
    assert narrow.interval.high is None or narrow.interval.high >= THRESHOLD_US
    assert "longer windows, or more requests in each" in narrow.explanation


def test_one_of_many_windows_looks_bad_by_chance() -> None:
    """Seconds with 6 % of slow requests: alone, the worst of so many windows would be sure to
    fail; a lower end that is picked from many is taken further down."""
    latencies = [
        [SLOW_US] * (40 if at == 62 else 0) + [FAST_US] * (160 if at == 62 else 200)
        for at in range(600)
    ]
    run = Run(phases=[("Peak", latencies)], splits_us=[THRESHOLD_US])
    assert judged(run, **{"for": "2s"}).outcome is Outcome.INCONCLUSIVE


def test_within_looks_at_the_end_of_the_run_alone() -> None:
    run = run_with_slow_seconds(*range(30))
    assert judged(run, **{"for": "20s"}).outcome is Outcome.FAIL
    assert judged(run, **{"for": "20s", "within": "1min"}).outcome is Outcome.PASS


def test_a_window_without_a_request_says_nothing() -> None:
    latencies = [[FAST_US] * (0 if 40 <= at < 80 else 200) for at in range(120)]
    run = Run(phases=[("Peak", latencies)], splits_us=[THRESHOLD_US])
    quiet = judged(run, **{"for": "20s"})
    assert quiet.outcome is Outcome.INCONCLUSIVE
    assert "in 3 of them nothing ended" in quiet.explanation


def test_shares_by_windows() -> None:
    # 60 failures, all in one second of 120 with 200 requests each: 0.25 % of the run.
    failing = Run(phases=[("Peak", steady(seconds=120, rate=200))], errors_at={60: {"503": 60}})
    goal: dict[str, Any] = {"metric": "error_rate_5xx", "statistic": "share", "target": "< 3 %"}
    assert judged(failing, **goal).observed == pytest.approx(60 / 24_000)
    worst = judged(failing, **goal, **{"for": "10s"})
    assert worst.observed == pytest.approx(60 / 2_000)
    assert worst.outcome is Outcome.INCONCLUSIVE
    up = judged(
        failing, metric="availability", statistic="share", target=">= 99 %", **{"for": "10s"}
    )
    assert up.observed == pytest.approx(1 - 60 / 2_000)
    assert up.interval is not None and up.interval.low is not None
    assert up.interval.low < 0.97 < (up.interval.high or 0)


def test_a_phase_has_windows_of_its_own() -> None:
    slow, fast = [[SLOW_US] * 200] * 60, [[FAST_US] * 200] * 60
    run = Run(phases=[("Ramp", slow), ("Peak", fast)], splits_us=[THRESHOLD_US])
    assert judged(run, **{"for": "30s"}).outcome is Outcome.FAIL
    assert judged(run, scope={"phase": "Peak"}, **{"for": "30s"}).outcome is Outcome.PASS
    assert judged(run, scope={"endpoint": ENDPOINTS[0]}, **{"for": "30s"}).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("run", "reason"),
    [
        (run_with_slow_seconds(seconds=20), "it lasted 20s, and a window is 30s long"),
        (
            Run(phases=[("Peak", steady(seconds=40, rate=20))], recorded=False),
            "the result is of an earlier version",
        ),
    ],
)
def test_what_has_no_windows_is_no_data(run: Run, reason: str) -> None:
    missing = judged(run, **{"for": "30s"})
    assert missing.outcome is Outcome.NO_DATA
    assert reason in missing.explanation


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"for": "500ms"}, "a window is at least 1 s long"),
        ({"for": "30s", "statistic": "max"}, "only percentiles of a load's times"),
        ({"for": "30s", "metric": "cpu", "statistic": "mean", "target": "< 70 %"}, "of cpu"),
        ({"within": "5min"}, "there is no `for`"),
        ({"for": "30s", "within": "10s"}, "shorter than one window"),
        ({"for": "soon"}, "duration"),
    ],
)
def test_what_is_no_window_is_told_at_its_place(fields: dict[str, Any], words: str) -> None:
    given = {"metric": "response_time", "statistic": "p95", "target": "< 200 ms", **fields}
    with pytest.raises(ValidationError, match=words) as caught:
        Objective.model_validate(given)
    places = {problem["loc"] for problem in caught.value.errors()}
    assert places <= {("for",), ("within",)}
