"""The measuring loops. Only the call itself stands between the two readings of the clock.

The document's loop is `start; await fn(); end`. So are these; set-up and tear-down of an iteration,
the question whether to go on, and the book-keeping all stand outside the readings.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from kampyn_perf.bench.iterations import Iterations

Clock = Callable[[], int]
"""Monotonic nanoseconds."""


@dataclass(frozen=True, kw_only=True)
class Bound:
    """A case's functions with their parameters filled in."""

    call: Callable[..., Any]
    call_is_async: bool
    takes_value: bool
    state: Any = None
    """What the set-up of the run made."""
    before: Callable[..., Any] | None = None
    before_takes: bool = False
    after: Callable[..., Any] | None = None
    after_takes: bool = False
    tick: Callable[[], None] = lambda: None
    """Called between iterations, for progress."""

    def prepare(self) -> Any:
        """The value of this iteration; an awaitable of it where the set-up is async."""
        if self.before is None:
            return self.state
        return self.before(self.state) if self.before_takes else self.before()

    def clean(self, value: Any) -> Any:
        """Tear-down of this iteration; perhaps an awaitable."""
        if self.after is None:
            return None
        return self.after(value) if self.after_takes else self.after()


def measure_sync(bound: Bound, iterations: Iterations, clock: Clock) -> None:
    """Run iterations until there are enough. A call that raises is counted, not timed."""
    call, takes = bound.call, bound.takes_value
    while iterations.claim(clock()):
        try:
            value = bound.prepare()
            try:
                if takes:
                    start = clock()
                    call(value)
                    end = clock()
                else:
                    start = clock()
                    call()
                    end = clock()
            finally:
                bound.clean(value)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the case's own failure
            iterations.fail(error)
        else:
            iterations.times.append(end - start)
        bound.tick()


async def measure_async(
    bound: Bound, iterations: Iterations, clock: Clock, clients: int = 1
) -> None:
    """`measure_sync` on the running loop, by `clients` callers that each wait for their answer."""
    if clients == 1:
        await _client(bound, iterations, clock)
        return
    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(_client(bound, iterations, clock))


async def _client(bound: Bound, iterations: Iterations, clock: Clock) -> None:
    while iterations.claim(clock()):
        try:
            value = await settle(bound.prepare())
            try:
                if bound.call_is_async:
                    span = await _span_async(bound, value, clock)
                else:
                    span = _span(bound, value, clock)
            finally:
                await settle(bound.clean(value))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the case's own failure
            iterations.fail(error)
        else:
            iterations.times.append(span)
        bound.tick()


async def _span_async(bound: Bound, value: Any, clock: Clock) -> int:
    call = bound.call
    if bound.takes_value:
        start = clock()
        await call(value)
        return clock() - start
    start = clock()
    await call()
    return clock() - start


def _span(bound: Bound, value: Any, clock: Clock) -> int:
    call = bound.call
    if bound.takes_value:
        start = clock()
        call(value)
        return clock() - start
    start = clock()
    call()
    return clock() - start


async def settle(result: Awaitable[Any] | Any) -> Any:
    """The value of a hook that may or may not be async."""
    return await result if inspect.isawaitable(result) else result
