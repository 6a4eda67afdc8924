"""What a missed goal coincides with: a run with one cause in its evidence, and near misses of it.

A slow run is well for ten seconds and misses its goal in the ten after; what was watched says why.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from kampyn_perf import names
from kampyn_perf.results.failures import Failure
from kampyn_perf.results.faults import FaultRecord
from kampyn_perf.results.load import LoadResult, Second
from kampyn_perf.results.series import Series
from kampyn_perf.results.verdict import Finding
from kampyn_perf.slo import judge
from kampyn_perf.slo.explain.rules import RULES
from kampyn_perf.slo.objective import Under
from kampyn_perf.slo.objectives import Slo
from tests.slo.runs import ENDPOINTS, SECOND_US, Run, latency

SLO = Slo.model_validate(
    {
        "objectives": {
            "p95": {"metric": "response_time", "statistic": "p95", "target": "< 200 ms"},
            "errors": {"metric": "error_rate", "target": "< 1 %"},
        }
    }
)
WELL, SLOW = [[20_000] * 40] * 10, [[400_000] * 40] * 10
"""In a second of the slow part requests take 16 s together."""
SLOW_RUN = Run(phases=[("p", [*WELL, *SLOW])])


def watched(
    metric: str,
    well: float,
    slow: float,
    *,
    events: Sequence[int] | None = None,
    subject: str = "backend",
    **labels: str,
) -> Series:
    """A sample a second: `well` for ten seconds, `slow` for the ten after."""
    return Series(
        metric=metric,
        subject=subject,
        source="test",
        labels=labels,
        at_us=[(at + 1) * SECOND_US for at in range(20)],
        values=[well] * 10 + [slow] * 10,
        weights=None if events is None else [events[0]] * 10 + [events[1]] * 10,
    )


IDLE = [
    watched(names.CPU, 0.3, 0.3, subject="machine"),
    watched(names.PROCESS_CPU, 0.2, 0.2, subject="worker 1"),
    watched(names.PROCESS_CPU, 0.2, 0.2, subject="worker 2"),
    watched(names.DB_QUERY_TIME, 300, 300, events=(80, 80), subject="orders.find"),
]


def explained(result: LoadResult, *series: Series) -> list[Finding]:
    result = result.model_copy(update={"measurements": [*IDLE, *series]})
    return judge(result, SLO).explanation


def rules(*series: Series, run: Run = SLOW_RUN) -> list[str]:
    return [one.rule for one in explained(run.result(), *series)]


def lookups(hit: tuple[float, float], miss: tuple[float, float]) -> list[Series]:
    return [
        watched(names.METRIC_CACHE, *hit, outcome="hit"),
        watched(names.METRIC_CACHE, *miss, outcome="miss"),
    ]


HASHES = watched(names.METRIC_HASH, 20_000, 250_000, events=(12, 12))
HASH_WAITS = watched(names.METRIC_HASH_WAIT, 100, 600_000, events=(12, 12))
BUSY_HASHING = watched(names.PROCESS_CPU, 0.2, 3.0, subject="worker 3")
QUERIES = watched(names.DB_QUERY_TIME, 300, 150_000, events=(80, 80), subject="orders.find")
TURNS = [
    watched(names.DB_QUERY_TIME, 300, 350_000, events=(40, 40), subject="carts.updateOne"),
    watched(names.METRIC_DB_WAIT, 100, 340_000, events=(40, 40), pool="sqlite-writer"),
]
PAUSES = [
    watched(names.METRIC_GC_PAUSE, 0.0, 1.2, generation="2"),
    watched(names.METRIC_GC_COLLECTIONS, 0.1, 1.0, generation="2"),
    # Many short ones of the young make the long ones no shorter.
    watched(names.METRIC_GC_PAUSE, 0.0, 0.01, generation="0"),
    watched(names.METRIC_GC_COLLECTIONS, 9.0, 90.0, generation="0"),
]
FULL_WORKERS = [
    watched(names.PROCESS_CPU, 0.2, 0.95, subject="worker 1"),
    watched(names.PROCESS_CPU, 0.2, 0.95, subject="worker 2"),
]
HELD_UP = [
    watched(names.PROCESS_CPU, 0.2, 0.7, subject="worker 1"),
    watched(names.PROCESS_CPU, 0.2, 0.7, subject="worker 2"),
    watched(names.PROCESS_CPU_WAIT, 0.0, 0.3, subject="worker 1"),
]
"""Busy whenever it has the CPU, which it mostly has."""
STARVED = [
    watched(names.CPU, 0.3, 1.0, subject="machine"),
    watched(names.PROCESS_CPU, 0.2, 0.25, subject="worker 1"),
    watched(names.PROCESS_CPU_WAIT, 0.0, 0.7, subject="worker 1"),
]
OTHERS = [
    watched(names.CPU, 0.3, 1.0, subject="machine"),
    watched(names.METRIC_LOOP_LAG, 1_000, 250_000, events=(20, 20)),
]


@pytest.mark.parametrize(
    ("series", "rule"),
    [
        ([HASHES, HASH_WAITS, BUSY_HASHING], "password-hashing"),
        ([QUERIES], "database"),
        (TURNS, "lock-waits"),
        (lookups((40, 2), (0, 38)), "cache"),
        ([*lookups((40, 2), (0, 38)), QUERIES], "cache"),
        (PAUSES, "garbage-collection"),
        (FULL_WORKERS, "backend-cpu"),
        (OTHERS, "other-programs"),
        (HELD_UP, "backend-cpu"),
        (STARVED, "other-programs"),
        (STARVED[1:], "unknown"),  # the machine was not full: nobody knows who had the CPU
        ([], "unknown"),
        # Near misses: the same, and too little of it.
        ([watched(names.METRIC_HASH, 20_000, 250_000, events=(12, 3))], "unknown"),
        ([watched(names.DB_QUERY_TIME, 300, 30_000, events=(80, 80))], "unknown"),
        (lookups((40, 36), (0, 4)), "unknown"),
        ([PAUSES[0], watched(names.METRIC_GC_COLLECTIONS, 1.0, 50.0, generation="2")], "unknown"),
        ([watched(names.CPU, 0.3, 1.0, subject="machine")], "unknown"),
    ],
)
def test_the_cause_in_the_evidence_comes_first(series: list[Series], rule: str) -> None:
    without = [one for one in IDLE if one.subject not in {two.subject for two in series}]
    result = SLOW_RUN.result().model_copy(update={"measurements": [*without, *series]})
    told = [one for one in judge(result, SLO).explanation if one.cause]
    assert told[0].rule == rule


def test_the_sentence_has_the_numbers_of_the_time_in_which_the_goal_was_missed() -> None:
    first = explained(SLOW_RUN.result(), HASHES, HASH_WAITS, BUSY_HASHING)[0]
    assert first.words == (
        "p95 was missed from 10.0 s to 20.0 s by 400 requests of 400; 125 password hashes took "
        "241 ms each, after waiting 577 ms for a thread: 64 % of the time that requests took "
        "together"
    )
    assert first.share == pytest.approx(0.64, abs=0.01)


def test_a_finding_says_when_and_in_which_metrics_its_evidence_was_measured() -> None:
    first = explained(SLOW_RUN.result(), HASHES, HASH_WAITS, BUSY_HASHING)[0]
    # Back from the first second that missed the goal for as long as its slowest request took.
    assert (first.from_us, first.to_us) == (10 * SECOND_US - 400_000, 20 * SECOND_US)
    assert first.evidence[:2] == ["response_time", names.METRIC_HASH]
    phases = Run(phases=[("calm", WELL), ("peak", SLOW)])
    where, unknown = explained(phases.result())
    assert (where.from_us, where.to_us) == (10 * SECOND_US, 20 * SECOND_US)
    assert unknown.evidence == ["response_time"]


def test_a_backlog_is_seen_in_its_phase() -> None:
    flying = [20] * 10 + [20 + 8 * at for at in range(10)]
    run = Run(phases=[("calm", WELL), ("peak", SLOW)])
    findings = {one.rule: one for one in explained(in_flight(run.result(), flying))}
    backlog = findings["growing-backlog"]
    assert (backlog.from_us, backlog.to_us) == (10 * SECOND_US, 20 * SECOND_US)
    assert names.SESSIONS_IN_FLIGHT in backlog.evidence


def test_a_run_that_kept_its_goals_has_nothing_to_explain() -> None:
    assert rules(HASHES, run=Run(phases=[("p", [*WELL, *WELL])])) == []


def test_few_requests_say_nothing_else() -> None:
    few = Run(phases=[("p", [[400_000] * 4] * 20)])
    assert rules(HASHES, HASH_WAITS, QUERIES, run=few) == ["too-little-data"]


def test_an_invalid_generator_comes_before_what_it_may_have_caused() -> None:
    late = replace(SLOW_RUN, invalid=["the generator was late: P99 400 ms (limit 50.0 ms)"])
    result = late.result()
    validity = result.validity.model_copy(update={"lateness": latency([400_000] * 200)})
    result = result.model_copy(update={"validity": validity})
    first = explained(result, QUERIES)[0]
    assert first.rule == "generator"
    assert "P99 400 ms" in first.words


def test_what_was_answered_429_was_refused_by_a_limit() -> None:
    run = Run(phases=[("p", [*WELL, *WELL])], errors_at={at: {"429": 20} for at in range(10, 20)})
    refusals = watched(names.METRIC_RATE_LIMITED, 0, 20, role="others")
    first = explained(run.result(), refusals)[0]
    assert first.rule == "rate-limiter"
    assert "200 of 200 failed requests were answered 429" in first.words
    assert rules(run=replace(run, errors_at={12: {"503": 20}}))[-1] == "unknown"


def test_a_store_in_which_nobody_gets_a_turn_is_known_by_its_words() -> None:
    run = Run(phases=[("p", [*WELL, *WELL])], errors_at={at: {"503": 20} for at in range(10, 20)})
    result = run.result()
    words = '{"message":"The store is busy."}'
    busy = [one.model_copy(update={"message": words}) for one in result.failures]
    first = explained(result.model_copy(update={"failures": busy}))[0]
    assert first.rule == "lock-waits"
    assert repr(words) in first.words


def test_one_endpoint_and_one_phase_are_where_and_not_why() -> None:
    quick, slow = 20_000, 400_000
    one = Run(phases=[("p", [[quick, slow] * 20] * 20)])
    assert rules(run=one) == ["one-endpoint", "unknown"]
    findings = explained(one.result())
    assert [finding.cause for finding in findings] == [False, True]
    assert f"400 of the 400 requests that missed it were {ENDPOINTS[1]}" in findings[0].words
    phases = Run(phases=[("calm", WELL), ("peak", SLOW)])
    assert rules(run=phases) == ["one-phase", "unknown"]


def in_flight(result: LoadResult, flying: Sequence[int], **more: Any) -> LoadResult:
    seconds = [
        Second.model_validate(one.model_dump() | {"in_flight": number} | more)
        for one, number in zip(result.seconds, flying, strict=True)
    ]
    return result.model_copy(update={"seconds": seconds})


@pytest.mark.parametrize(
    ("flying", "grew"),
    [
        ([20 + 8 * at for at in range(20)], True),
        ([20, 24, 17, 22, 19, 25, 21, 16, 23, 20] * 2, False),
        ([20 + at // 4 for at in range(20)], False),
    ],
)
def test_sessions_in_flight_that_grow_beyond_their_noise(flying: list[int], grew: bool) -> None:
    told = [one.rule for one in explained(in_flight(SLOW_RUN.result(), flying))]
    assert ("growing-backlog" in told) is grew


def test_a_backend_that_stands_still_answers_nothing_and_does_nothing() -> None:
    run = Run(phases=[("p", [*WELL, [], [], [], [2_500_000] * 80, *WELL[:6]])])
    still = watched(names.PROCESS_CPU, 0.2, 0.0, subject="worker 1")
    still2 = watched(names.PROCESS_CPU, 0.2, 0.0, subject="worker 2")
    result = in_flight(run.result(), [3] * len(run.result().seconds))
    empty = [
        Second(
            at_us=at * SECOND_US, started=20, requests=0, failed=0, in_flight=30, late_max_us=0,
            response=None,
        )
        for at in (10, 11, 12)
    ]  # fmt: skip
    kept = [one for one in result.seconds if one.requests]
    seconds = sorted([*kept, *empty], key=lambda one: one.at_us)
    result = result.model_copy(
        update={"seconds": seconds, "measurements": [still, still2], "planned_us": 20 * SECOND_US}
    )
    first = judge(result, SLO).explanation[0]
    assert first.rule == "backend-stalled"
    assert "from 10.0 s to 13.0 s not one request was answered" in first.words
    assert (first.from_us, first.to_us) == (10 * SECOND_US, 13 * SECOND_US)


EVERYTHING = [
    HASHES, HASH_WAITS, QUERIES, *TURNS, *lookups((40, 2), (0, 38)), *PAUSES, *FULL_WORKERS,
    *OTHERS,
]  # fmt: skip


def test_no_sentence_is_without_a_number() -> None:
    for finding in explained(SLOW_RUN.result(), *EVERYTHING):
        assert re.search(r"\d", finding.words), finding


def test_rules_are_told_apart_and_say_what_they_need() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.needs and rule.test
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.id)


def test_a_failure_counts_where_it_was() -> None:
    """Half of it before the breach began."""
    run = Run(phases=[("p", [*WELL, *WELL])], errors_at={at: {"429": 20} for at in range(10, 20)})
    result = run.result()
    early = Failure(
        endpoint="x", cause="500", kind="http_5xx", count=300, first_us=0, last_us=12 * SECOND_US,
        width_us=SECOND_US, at=[0, 11], counts=[250, 50],
    )  # fmt: skip
    first = explained(result.model_copy(update={"failures": [*result.failures, early]}))[0]
    assert "200 of 250 failed requests were answered 429" in first.words


def test_a_fault_is_the_cause_of_what_ended_under_it_where_the_goal_counts_it() -> None:
    result = SLOW_RUN.result().model_copy(
        update={
            "measurements": IDLE,
            "faults": [
                FaultRecord(
                    name="f1", kind="redis kill", start_us=10 * SECOND_US, end_us=19 * SECOND_US
                )
            ],
        }
    )
    goal = SLO.objectives["p95"]
    counted = Slo(objectives={"p95": goal.model_copy(update={"faults": Under.COUNTED})})
    (first, *_) = judge(result, counted).explanation
    assert first.rule == "fault"
    assert "ended under f1 (redis kill, 10.0 s to 19.0 s)" in first.words
    assert judge(result, Slo(objectives={"p95": goal})).explanation == []
