"""One variant, and all below it. The clock moves only when cases move it.

Tests `loops.py`, `iterations.py`, `failures.py`, `guard.py`, `overhead.py` and `gc_control.py` of
`kampyn_perf/bench` too.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kampyn_perf.bench.declare import build
from kampyn_perf.bench.failures import Stage
from kampyn_perf.bench.iterations import Stop
from kampyn_perf.bench.measure import measure
from kampyn_perf.errors import UnreachableError
from tests.bench.conftest import Run, VirtualClock, only, options, timed_case


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=10, deadline=None
)
@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=50))
def test_samples_are_exactly_what_the_calls_took(durations: list[int]) -> None:
    clock = VirtualClock()
    with asyncio.Runner() as runner:
        case = timed_case(clock, durations)
        done = measure(only(case), options(iterations=len(durations)), clock=clock, runner=runner)

    assert done.times == durations
    assert done.elapsed_ns == sum(durations)
    assert done.stop in (Stop.ITERATIONS, Stop.TIME_LIMIT)
    assert (done.failed, done.overhead_ns, done.ending) == (0, 0, None)


def test_warm_up_calls_are_made_and_not_measured(clock: VirtualClock, run: Run) -> None:
    done = run(timed_case(clock, [9_000] * 5 + [10] * 20), iterations=20, warmup=5)

    assert done.times == [10] * 20
    assert done.warmup == 5


def test_by_default_a_tenth_warms_up_for_a_tenth_of_the_time(clock: VirtualClock, run: Run) -> None:
    quick = run(timed_case(clock, [10] * 1100), iterations=1000, warmup=None)
    slow = run(timed_case(clock, [30] * 200), iterations=100, warmup=None, max_time_ns=1_000)

    assert (quick.warmup, len(quick.times)) == (100, 1000)
    assert slow.warmup == 4  # at 0, 30, 60, 90: the limit is 100
    assert slow.stop is Stop.TIME_LIMIT
    assert slow.times == [30] * 34  # the last one begins at 990


def test_set_up_and_tear_down_are_called_as_often_as_said_and_not_timed(
    clock: VirtualClock, run: Run
) -> None:
    log: list[str] = []

    def note(word: str, result: Any = None) -> Any:
        log.append(word)
        clock.take(1_000_000)
        return result

    def call(value: str) -> None:
        log.append(value)
        clock.take(7)

    case = build(
        call,
        "case",
        setup=lambda: note("setup", "state"),
        teardown=lambda state: note(f"teardown {state}"),
        setup_each=lambda state: note("each", f"value of {state}"),
        teardown_each=lambda value: note("clean"),
    )
    done = run(case, iterations=2)

    once = ["each", "value of state", "clean"]
    assert log == ["setup", *once, *once, "teardown state"]
    assert done.times == [7, 7]


def test_a_call_that_raises_is_counted_and_not_timed(clock: VirtualClock, run: Run) -> None:
    numbers = iter(range(100))

    def sometimes() -> None:
        clock.take(5)
        number = next(numbers)
        if number % 10 == 3:
            raise ValueError(f"at mongodb://user:secret@host/ number {number % 2}")

    done = run(build(sometimes, "sometimes"), iterations=50)

    assert done.times == [5] * 45
    assert done.failed == 5
    (failure,) = done.failures
    assert (failure.stage, failure.kind, failure.count) == (Stage.MEASURE, "ValueError", 5)
    assert "secret" not in failure.message
    assert "test_measure.py:" in failure.where


def test_the_tear_down_of_an_iteration_is_called_although_the_call_failed(run: Run) -> None:
    cleaned: list[int] = []

    def call(value: int) -> None:
        raise RuntimeError

    run(
        build(call, "c", setup_each=lambda: 1, teardown_each=cleaned.append),  # type: ignore[arg-type]
        iterations=3,
    )
    assert cleaned == [1, 1, 1]


def test_too_many_failures_end_the_case(run: Run) -> None:
    def never() -> None:
        raise OSError("gone")

    done = run(build(never, "never"), iterations=1000, max_failures=4)

    assert (done.failed, done.stop, done.times) == (4, Stop.FAILURES, [])


def test_leaving_the_program_is_a_failure_of_the_case(run: Run) -> None:
    def leave() -> None:
        raise SystemExit(3)

    done = run(build(leave, "leave"), iterations=2)

    assert (done.failed, done.ending) == (2, None)


def test_a_set_up_that_fails_measures_nothing(run: Run) -> None:
    def broken() -> None:
        raise RuntimeError("no data")

    torn: list[int] = []
    done = run(build(lambda: None, "c", setup=broken, teardown=lambda: torn.append(1)))

    assert [(f.stage, f.message) for f in done.failures] == [(Stage.SETUP, "no data")]
    assert (done.times, torn, done.unavailable) == ([], [], False)


def test_a_set_up_that_cannot_reach_its_server_makes_the_case_unavailable(run: Run) -> None:
    def away() -> None:
        raise UnreachableError("no answer from redis")

    assert run(build(lambda: None, "c", setup=away)).unavailable


def test_a_tear_down_that_fails_is_a_failure_but_keeps_the_times(
    clock: VirtualClock, run: Run
) -> None:
    def broken() -> None:
        raise RuntimeError("left over")

    case = build(lambda: clock.take(3), "c", teardown=broken)
    done = run(case, iterations=4)

    assert done.times == [3] * 4
    assert [(f.stage, f.count) for f in done.failures] == [(Stage.TEARDOWN, 1)]


def test_async_cases_share_one_loop_and_are_measured_alike(clock: VirtualClock, run: Run) -> None:
    loops: set[int] = set()

    async def prepare() -> str:
        loops.add(id(asyncio.get_running_loop()))
        return "state"

    async def call(state: str) -> None:
        assert state == "state"
        loops.add(id(asyncio.get_running_loop()))
        clock.take(11)

    done = run(build(call, "c", setup=prepare), iterations=30, warmup=3)

    assert done.times == [11] * 30
    assert len(loops) == 1


def test_clients_call_at_the_same_time_and_share_the_iterations(
    clock: VirtualClock, run: Run
) -> None:
    inside = most = 0

    async def call() -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        clock.take(10)
        await asyncio.sleep(0)
        inside -= 1

    done = run(build(call, "c", params={"clients": (4,)}), iterations=40)

    assert most == 4
    assert len(done.times) == 40
    # Wall time, not the sum of what the clients waited side by side.
    assert done.elapsed_ns == 40 * 10 < sum(done.times)


def test_the_empty_loop_is_subtracted_and_never_below_zero(runner: asyncio.Runner) -> None:
    class Ticking(VirtualClock):
        """Every reading costs 100 ns."""

        def __call__(self) -> int:
            self.now += 100
            return self.now

    clock = Ticking()
    takes = iter([0, 40, 0, 7] * 100)
    case = build(lambda: clock.take(next(takes)), "c")
    done = measure(only(case), options(iterations=4), clock=clock, runner=runner)

    assert done.overhead_ns == 100
    assert done.times == [0, 40, 0, 7]

    steps = [*range(0, 100, 25)]
    uneven_steps = itertools.cycle(steps)

    class Uneven(VirtualClock):
        def __call__(self) -> int:
            self.now += next(uneven_steps)
            return self.now

    uneven = Uneven()
    case = build(lambda: None, "c")
    again = measure(only(case), options(iterations=8), clock=uneven, runner=runner)
    assert again.overhead_ns > 0
    assert min(again.times) == 0 and max(again.times) <= max(steps)


def test_a_forgotten_await_is_a_failure(run: Run) -> None:
    async def work() -> None: ...

    def forgets() -> Any:
        return work()

    done = run(build(forgets, "forgets"), warmup=2)

    assert done.failed == 2
    assert "returned a coroutine that nobody awaits" in done.failures[0].message


def test_a_lazy_result_is_noticed(run: Run) -> None:
    assert run(build(lambda: iter([1]), "lazy"), iterations=2, warmup=1).lazy == "list_iterator"
    assert run(build(lambda: [1], "eager"), iterations=2, warmup=1).lazy == ""


def test_the_collector_is_held_while_measuring_and_put_back(run: Run) -> None:
    states: list[bool] = []
    gc.enable()

    run(build(lambda: states.append(gc.isenabled()), "c"), iterations=3)
    run(build(lambda: states.append(gc.isenabled()), "c"), iterations=3, collect_garbage=True)

    assert states == [False] * 3 + [True] * 3
    assert gc.isenabled()


def test_an_interruption_keeps_what_there_is_and_tears_down(clock: VirtualClock, run: Run) -> None:
    torn: list[str] = []
    numbers = iter(range(100))

    def call() -> None:
        clock.take(2)
        if next(numbers) == 5:
            raise KeyboardInterrupt

    done = run(build(call, "c", teardown=lambda: torn.append("down")), iterations=50)

    assert done.times == [2] * 5
    assert done.stop is Stop.INTERRUPTED
    assert isinstance(done.ending, KeyboardInterrupt)
    assert torn == ["down"]


def _spin() -> None:
    while True:
        pass


def _wait() -> None:
    import threading

    threading.Event().wait()


async def _wait_async() -> None:
    await asyncio.Event().wait()


async def _spin_async() -> None:
    while True:
        pass


async def _deaf() -> None:
    """Refuses to be cancelled once, then waits on."""
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        await asyncio.Event().wait()


@pytest.mark.parametrize("call", [_spin, _wait, _wait_async, _spin_async, _deaf])
@pytest.mark.parametrize("warmup", [0, 1])
def test_a_call_that_never_ends_is_ended_and_fails(call: Any, warmup: int, run: Run) -> None:
    torn: list[str] = []
    case = build(call, "never", teardown=lambda: torn.append("down"))

    done = run(case, timeout_ns=100_000_000, warmup=warmup)

    assert done.stop is Stop.HUNG
    assert done.failed == 1
    assert done.failures[0].stage is (Stage.WARMUP if warmup else Stage.MEASURE)
    assert "still not done after 100 ms (--timeout); ended" in done.failures[0].message
    assert done.ending is None
    assert torn == ["down"] or call is _deaf


def test_a_set_up_that_never_ends_is_ended_too(run: Run) -> None:
    done = run(build(lambda: None, "c", setup=_wait), timeout_ns=100_000_000)

    assert done.stop is Stop.HUNG
    assert done.failures[0].stage is Stage.SETUP


def test_many_short_calls_beyond_the_timeout_are_no_hang(runner: asyncio.Runner) -> None:
    import time

    case = build(lambda: time.sleep(0.02), "naps")
    done = measure(
        only(case),
        options(iterations=20, timeout_ns=150_000_000),
        clock=time.perf_counter_ns,
        runner=runner,
    )
    assert (done.stop, len(done.times)) == (Stop.ITERATIONS, 20)
