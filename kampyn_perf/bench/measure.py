"""One variant from set-up to tear-down, whatever happens in between. Unit: nanoseconds."""

from __future__ import annotations

import asyncio
import inspect
import math
from collections.abc import Callable, Coroutine
from typing import Any

from kampyn_perf.bench.declare import Variant
from kampyn_perf.bench.failures import CaseHung, Failures, Stage
from kampyn_perf.bench.gc_control import controlled_gc
from kampyn_perf.bench.guard import Guard
from kampyn_perf.bench.hooks import Hook
from kampyn_perf.bench.iterations import Iterations, Stop
from kampyn_perf.bench.loops import Bound, Clock, measure_async, measure_sync, settle
from kampyn_perf.bench.measured import Measured
from kampyn_perf.bench.overhead import empty_loop_ns
from kampyn_perf.errors import UnreachableError
from kampyn_perf.results.bench import BenchOptions
from kampyn_perf.units import format_duration

_WARMUP_MOST = 100
_WARMUP_SHARE = 10
"""Warm-up takes at most one tenth of the iterations and of the time."""


def measure(
    variant: Variant,
    options: BenchOptions,
    *,
    clock: Clock,
    runner: asyncio.Runner,
    tick: Callable[[int], None] | None = None,
) -> Measured:
    """Run `variant`. Nothing that it does is raised; `ending` is for the caller to act upon."""
    work = _Work(variant, options, clock, tick)
    guard = Guard(options.timeout_ns)
    try:
        if variant.case.is_async:
            with guard.watching(work.beats, patience=2):
                runner.run(guard.run(work.run(), work.beats))
        else:
            with guard.watching(work.beats):
                _drive(work.run())
    except CaseHung:
        work.hung()
    except Exception:
        raise  # the cases' own are counted where they happen: this is a defect of ours
    except BaseException as error:  # noqa: BLE001 - Ctrl-C and the like; kept, and acted upon
        work.done.stop = Stop.INTERRUPTED
        work.done.ending = error
    return work.outcome()


def _drive(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine that never waits for anything, without a loop."""
    try:
        work.send(None)
    except StopIteration:
        return
    work.close()
    raise RuntimeError("a sync case waited for an event loop")


class _Work:
    """The stages of one variant."""

    def __init__(
        self,
        variant: Variant,
        options: BenchOptions,
        clock: Clock,
        tick: Callable[[int], None] | None,
    ) -> None:
        self.done = Measured()
        self._variant = variant
        self._options = options
        self._clock = clock
        self._tick = tick
        self._failures = Failures()
        self._stage = Stage.SETUP
        self._steps = 0
        self._iterations: Iterations | None = None
        self._wall: tuple[int, int] | None = None

    def beats(self) -> int:
        """Rises with everything that happens."""
        return self._steps + (self._iterations.beats if self._iterations else 0)

    def hung(self) -> None:
        """A call was ended because it took too long: that is a failure of the case."""
        self.done.stop = Stop.HUNG
        limit = format_duration(self._options.timeout_ns / 1_000)
        error = TimeoutError(f"still not done after {limit} (--timeout); ended")
        self._failures.add(self._stage, error)

    async def run(self) -> None:
        """Set-up, warm-up, overhead, measurement, tear-down."""
        case, values = self._variant.case, self._variant.values
        try:
            state = await settle(case.setup.bind(values)()) if case.setup else None
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the case's own failure
            self.done.unavailable = isinstance(error, UnreachableError)
            self._failures.add(Stage.SETUP, error)
            return
        try:
            await self._between(self._bind(state))
        finally:
            if case.teardown:
                stage = self._stage
                self._enter(Stage.TEARDOWN)
                try:
                    call = case.teardown.bind(values)
                    await settle(call(state) if case.teardown.takes_value else call())
                except (Exception, SystemExit) as error:  # noqa: BLE001
                    self._failures.add(Stage.TEARDOWN, error)
                self._enter(stage)

    async def _between(self, bound: Bound) -> None:
        options = self._options
        self.done.overhead_ns = await empty_loop_ns(
            self._variant, clock=self._clock, limit_ns=options.timeout_ns
        )
        with controlled_gc(collect_garbage=options.collect_garbage) as disturbances:
            # Nothing comes between the last warm call and the first measured one: a collection of
            # garbage there would leave the processor's caches cold.
            self.done.disturbances = disturbances
            if await self._warm(bound):
                self._enter(Stage.MEASURE)
                iterations = self._new_iterations(
                    Stage.MEASURE, options.iterations, options.max_time_ns
                )
                disturbances.restart()
                await self._loop(bound, iterations)

    async def _warm(self, bound: Bound) -> bool:
        """Warm up; False where not one call succeeded: more of them would say nothing new."""
        self._enter(Stage.WARMUP)
        wanted, limit = _warmup(self._options)
        iterations = self._new_iterations(Stage.WARMUP, wanted, limit)
        if wanted:
            await self._loop(self._probing(bound), iterations)
        self.done.warmup = iterations.issued
        if iterations.issued and not iterations.times:
            self.done.stop = Stop.FAILURES
            return False
        return True

    async def _loop(self, bound: Bound, iterations: Iterations) -> None:
        start = self._clock()
        try:
            if self._variant.case.is_async:
                await measure_async(bound, iterations, self._clock, self._variant.clients)
            else:
                measure_sync(bound, iterations, self._clock)
        finally:
            self._wall = (start, self._clock())

    def _bind(self, state: Any) -> Bound:
        case, values = self._variant.case, self._variant.values

        def bind(hook: Hook | None) -> Callable[..., Any] | None:
            return hook.bind(values) if hook else None

        return Bound(
            call=case.call.bind(values),
            call_is_async=case.call.is_async,
            takes_value=case.call.takes_value,
            state=state,
            before=bind(case.setup_each),
            before_takes=bool(case.setup_each and case.setup_each.takes_value),
            after=bind(case.teardown_each),
            after_takes=bool(case.teardown_each and case.teardown_each.takes_value),
            tick=self._progress if self._tick else _no_tick,
        )

    def _probing(self, bound: Bound) -> Bound:
        """The same, for the warm-up, where what the case returns is looked at."""
        call = bound.call

        def look(*arguments: Any) -> Any:
            result = call(*arguments)
            if inspect.iscoroutine(result):
                result.close()
                raise TypeError("returned a coroutine that nobody awaits: declare it async def")
            self.done.lazy = self.done.lazy or _lazy(result)

        async def look_async(*arguments: Any) -> Any:
            self.done.lazy = self.done.lazy or _lazy(await call(*arguments))

        changed = dict(bound.__dict__)
        changed["call"] = look_async if bound.call_is_async else look
        return Bound(**changed)

    def _new_iterations(self, stage: Stage, planned: int, limit_ns: int) -> Iterations:
        self._steps += self._iterations.beats if self._iterations else 0
        self._iterations = Iterations(
            planned=planned,
            limit_ns=limit_ns,
            max_failures=self._options.max_failures,
            failures=self._failures,
            stage=stage,
        )
        return self._iterations

    def _enter(self, stage: Stage) -> None:
        self._stage = stage
        self._steps += 1

    def _progress(self) -> None:
        if self._tick and self._iterations and self._stage is Stage.MEASURE:
            self._tick(self._iterations.issued)

    def outcome(self) -> Measured:
        """All that is known, at the end."""
        done = self.done
        done.failed = self._failures.count
        done.failures = list(self._failures.listed())
        iterations = self._iterations
        if iterations is None or iterations.stage is not Stage.MEASURE:
            return done
        if done.stop is Stop.ITERATIONS:
            done.stop = iterations.stop
        done.times = [max(0, time - done.overhead_ns) for time in iterations.times]
        done.round_sizes = [len(done.times)]
        done.elapsed_ns = sum(done.times)
        if self._variant.clients > 1 and self._wall:
            done.elapsed_ns = self._wall[1] - self._wall[0]
        return done


def _warmup(options: BenchOptions) -> tuple[int, int]:
    """How many calls, and how long at most."""
    if options.warmup is not None:
        return options.warmup, options.max_time_ns
    wanted = min(_WARMUP_MOST, math.ceil(options.iterations / _WARMUP_SHARE))
    return wanted, options.max_time_ns // _WARMUP_SHARE


def _lazy(result: Any) -> str:
    """The name of what was returned, if it does its work only when it is read."""
    reads = hasattr(result, "__next__") or hasattr(result, "__anext__")
    return type(result).__name__ if reads else ""


def _no_tick() -> None: ...
