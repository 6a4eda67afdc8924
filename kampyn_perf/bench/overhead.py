"""What the measuring loop itself costs: a call like the case's that does nothing. Nanoseconds."""

from __future__ import annotations

import statistics

from kampyn_perf.bench.declare import Variant
from kampyn_perf.bench.failures import Failures
from kampyn_perf.bench.iterations import Iterations
from kampyn_perf.bench.loops import Bound, Clock, measure_async, measure_sync

_CALLS = 2_000


async def empty_loop_ns(variant: Variant, *, clock: Clock, limit_ns: int) -> int:
    """The median; most calls are alike, and a disturbance is nobody's overhead."""
    hook = variant.case.call
    iterations = Iterations(planned=_CALLS, limit_ns=limit_ns, max_failures=1, failures=Failures())
    empty = Bound(
        call=hook.empty(variant.values),
        call_is_async=hook.is_async,
        takes_value=hook.takes_value,
    )
    if variant.case.is_async:
        await measure_async(empty, iterations, clock)
    else:
        measure_sync(empty, iterations, clock)
    return int(statistics.median(iterations.times)) if iterations.times else 0
