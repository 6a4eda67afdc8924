"""A run of many cases, and what becomes of each (`case_result`).

Tests `case_result.py`, `observer.py` and `suite.py` of `kampyn_perf/bench` too.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from kampyn_perf.bench.declare import Case, build
from kampyn_perf.bench.observer import Unobserved
from kampyn_perf.bench.session import Session
from kampyn_perf.bench.suite import Selected, Suite
from kampyn_perf.errors import ExitCode, UnreachableError
from kampyn_perf.results.bench import BenchResult, CaseStatus
from kampyn_perf.results.load import RunStatus
from tests.bench.conftest import MACHINE, VirtualClock, options, timed_case


def selected(suite: Suite) -> Selected:
    return Selected(suite, [v for case in suite.cases for v in case.variants()])


class Saving(Unobserved):
    """Keeps what is to be saved."""

    def __init__(self, saved: list[BenchResult]) -> None:
        self.save = saved.append  # type: ignore[method-assign]


def session(saved: list[BenchResult], clock: Callable[[], int], **changed: object) -> Session:
    times = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=n) for n in range(1000))
    return Session(
        options=options(**changed),
        clock=clock,
        machine=MACHINE,
        observer=Saving(saved),
        now=lambda: next(times),
    )


def broken(error: BaseException) -> Case:
    def fails() -> None:
        raise error

    return build(fails, f"broken.{type(error).__name__}")


def test_the_result_is_saved_before_every_case_and_at_the_end(clock: VirtualClock) -> None:
    saved: list[BenchResult] = []
    suite = Suite(
        name="s",
        cases=[timed_case(clock, [5] * 10), broken(ValueError("x"))],
    )
    result = session(saved, clock, iterations=10).run([selected(suite)])

    assert [(one.status, one.running, len(one.cases)) for one in saved] == [
        (RunStatus.RUNNING, "known", 0),
        (RunStatus.RUNNING, "broken.ValueError", 1),
        (RunStatus.COMPLETE, "", 2),
    ]
    assert result == saved[-1]
    assert result.planned_cases == 2
    assert result.started_at == "2026-01-01T00:00:00+00:00"
    assert result.elapsed_us > 0
    known = result.find("known")
    assert known is not None
    assert known.decode().tolist() == [5] * 10
    assert known.summary is not None and known.summary.p50.value_ns == 5
    failed = (CaseStatus.FAILED, CaseStatus.UNAVAILABLE)
    assert [one.name for one in result.cases if one.status in failed] == ["broken.ValueError"]


def test_a_suite_that_cannot_be_opened_leaves_the_others_alone(clock: VirtualClock) -> None:
    closed: list[str] = []

    async def away() -> dict[str, str]:
        raise UnreachableError("no answer from mongodb://u:p@host")

    async def close() -> None:
        closed.append("closed")

    async def there() -> dict[str, str]:
        return {"store": "memory"}

    result = session([], clock, iterations=3).run(
        [
            selected(Suite(name="away", cases=[build(lambda: None, "a")], open=away, close=close)),
            selected(Suite(name="there", cases=[timed_case(clock, [1] * 3)], open=there)),
        ]
    )
    first, second = result.cases
    assert first.status is CaseStatus.UNAVAILABLE
    assert first.summary is None and first.stopped_by == ""
    assert first.failures[0].message == "no answer from mongodb://u:***@host"
    assert second.status is CaseStatus.OK
    assert result.context == {"there": {"store": "memory"}}
    assert closed == ["closed"]


def test_a_suite_with_a_defect_fails_its_cases(clock: VirtualClock) -> None:
    async def wrong() -> dict[str, str]:
        raise ZeroDivisionError("division by zero")

    suite = Suite(name="wrong", cases=[build(lambda: None, "a")], open=wrong)
    (case,) = session([], clock).run([selected(suite)]).cases
    assert case.status is CaseStatus.FAILED


def test_a_suite_that_never_opens_is_given_up(clock: VirtualClock) -> None:
    async def never() -> dict[str, str]:
        await asyncio.Event().wait()
        return {}

    suite = Suite(name="slow", cases=[build(lambda: None, "a")], open=never, open_seconds=0.05)
    (case,) = session([], clock).run([selected(suite)]).cases
    assert case.failures[0].message == "not ready after 0.05 s"
    assert case.status is CaseStatus.UNAVAILABLE


@pytest.mark.parametrize("is_async", [False, True])
def test_an_interrupted_run_is_a_partial_result_with_everything_so_far(
    is_async: bool, clock: VirtualClock
) -> None:
    count = iter(range(100))
    closed: list[int] = []

    def interrupted() -> None:
        clock.take(2)
        if next(count) == 4:
            signal.raise_signal(signal.SIGINT)

    async def interrupted_async() -> None:
        interrupted()
        await asyncio.sleep(0)

    async def close() -> None:
        closed.append(1)

    saved: list[BenchResult] = []
    suite = Suite(
        name="s",
        cases=[
            timed_case(clock, [5] * 10),
            build(interrupted_async if is_async else interrupted, "cut"),
            build(lambda: None, "never"),
        ],
        close=close,
    )
    result = session(saved, clock, iterations=10).run([selected(suite)])

    assert saved[-1] == result
    assert (result.status, result.reason) == (RunStatus.PARTIAL, "interrupted")
    assert (result.interrupted, result.exit_code) == ("SIGINT", ExitCode.INTERRUPTED)
    assert [(c.name, c.status, c.completed) for c in result.cases] == [
        ("known", CaseStatus.OK, 10),
        ("cut", CaseStatus.INTERRUPTED, 4),
    ]
    assert result.planned_cases == 3
    assert closed == [1]
