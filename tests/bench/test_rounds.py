"""Cases that take turns.

Tests `kampyn_perf/bench/measured.py` too.
"""

from __future__ import annotations

import signal
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.bench.declare import build
from kampyn_perf.bench.failures import Failure, Stage
from kampyn_perf.bench.iterations import Stop
from kampyn_perf.bench.measured import Measured
from kampyn_perf.bench.rounds import is_over, merge, round_options
from kampyn_perf.bench.suite import Suite
from kampyn_perf.results.bench import CaseStatus
from tests.bench.conftest import VirtualClock, options
from tests.bench.test_session import selected, session


@given(st.integers(1, 100_000), st.integers(1, 50))
def test_the_rounds_share_all_iterations_evenly(iterations: int, rounds: int) -> None:
    sizes = [one.iterations for one in round_options(options(iterations=iterations, rounds=rounds))]
    assert sum(sizes) == iterations
    assert max(sizes) - min(sizes) <= 1
    assert len(sizes) <= rounds
    assert len(sizes) == 1 or min(sizes) >= 20


def test_the_time_limit_is_shared_too() -> None:
    found = round_options(options(iterations=1000, rounds=10, max_time_ns=1_000))
    assert [one.max_time_ns for one in found] == [100] * 10


def test_cases_take_turns_and_their_samples_are_put_together(clock: VirtualClock) -> None:
    log: list[str] = []

    def case(name: str, ns: int) -> object:
        def call() -> None:
            clock.take(ns)
            if not log or log[-1] != name:
                log.append(name)

        return build(call, name, setup=lambda: log.append(f"{name} is set up"))

    suite = Suite(name="s", cases=[case("a", 5), case("b", 7)])  # type: ignore[list-item]
    result = session([], clock, iterations=60, rounds=3).run([selected(suite)])

    assert log == ["a is set up", "a", "b is set up", "b"] * 3
    first, second = result.cases
    assert first.decode().tolist() == [5] * 60
    assert second.decode().tolist() == [7] * 60
    assert (first.rounds, first.planned, first.elapsed_ns) == ([20] * 3, 60, 300)


def test_a_case_that_failed_often_enough_is_left_alone(clock: VirtualClock) -> None:
    calls = 0

    def broken() -> None:
        nonlocal calls
        calls += 1
        raise ValueError("no")

    suite = Suite(name="s", cases=[build(broken, "broken"), build(lambda: clock.take(1), "fine")])
    result = session([], clock, iterations=100, rounds=5, max_failures=3).run([selected(suite)])

    assert calls == 3
    assert [(c.status, c.failed, c.completed) for c in result.cases] == [
        (CaseStatus.FAILED, 3, 0),
        (CaseStatus.OK, 0, 100),
    ]


def test_an_interruption_in_a_later_round_keeps_all_that_was_measured(clock: VirtualClock) -> None:
    calls = 0

    def second() -> None:
        nonlocal calls
        calls += 1
        clock.take(3)
        if calls == 27:
            signal.raise_signal(signal.SIGINT)

    suite = Suite(name="s", cases=[build(lambda: clock.take(2), "first"), build(second, "second")])
    result = session([], clock, iterations=60, rounds=3).run([selected(suite)])

    assert [(c.name, c.status, c.completed) for c in result.cases] == [
        ("first", CaseStatus.INTERRUPTED, 40),
        ("second", CaseStatus.INTERRUPTED, 26),
    ]


FAILURE = Failure(Stage.MEASURE, "ValueError", "no", "f.py:1", count=2)
ROUND = Measured(
    times=[1, 2], round_sizes=[2], elapsed_ns=3, overhead_ns=5, warmup=1, failures=[FAILURE]
)


def test_equal_failures_are_added_up_and_the_worst_stop_counts() -> None:
    other = replace(FAILURE, message="other", count=3)
    then = replace(ROUND, failures=[FAILURE, other], stop=Stop.TIME_LIMIT, overhead_ns=4)
    together = merge(ROUND, then)

    assert together.times == [1, 2, 1, 2]
    assert [(f.message, f.count) for f in together.failures] == [("no", 4), ("other", 3)]
    assert (together.stop, together.overhead_ns, together.warmup) == (Stop.TIME_LIMIT, 5, 2)


@pytest.mark.parametrize(
    ("measured", "over"),
    [
        (ROUND, False),
        (replace(ROUND, stop=Stop.TIME_LIMIT), False),
        (replace(ROUND, stop=Stop.HUNG), True),
        (replace(ROUND, unavailable=True), True),
        (replace(ROUND, failed=9), False),
        (replace(ROUND, failed=10), True),
        (replace(ROUND, failed=1, times=[]), True),
    ],
)
def test_when_another_round_would_say_nothing_new(measured: Measured, over: bool) -> None:
    assert is_over(measured, options()) is over
