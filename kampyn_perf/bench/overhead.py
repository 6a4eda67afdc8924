"""What the measuring loop itself costs: a call like the case's that does nothing. Nanoseconds."""

from __future__ import annotations

import statistics

from kampyn_perf.bench.case import Variant
from kampyn_perf.bench.loops import Bound, Clock, measure_async, measure_sync
from kampyn_perf.bench.tally import Failures, Tally

_CALLS = 2_000


async def empty_loop_ns(variant: Variant, *, clock: Clock, limit_ns: int) -> int:
    """The median; most calls are alike, and a disturbance is nobody's overhead."""
    hook = variant.case.call
    tally = Tally(planned=_CALLS, limit_ns=limit_ns, max_failures=1, failures=Failures())
    empty = Bound(
        call=hook.empty(variant.values),
        call_is_async=hook.is_async,
        takes_value=hook.takes_value,
    )
    if variant.case.is_async:
        await measure_async(empty, tally, clock)
    else:
        measure_sync(empty, tally, clock)
    return int(statistics.median(tally.times)) if tally.times else 0
