"""Measuring in rounds: every case takes its turn several times, instead of once for a long time.

What disturbs a machine (another program, its temperature, its neighbours) lasts for seconds. A case
that is measured in one go meets one such moment and takes it for the truth; in the next run it
meets another. Spread over the whole run its samples show how much the moments differ, and its
intervals say so. Ten rounds, because ten batches are what the intervals are taken from.
"""

from __future__ import annotations

from dataclasses import replace

from kampyn_perf.bench.failures import Failure
from kampyn_perf.bench.gc_control import Disturbances
from kampyn_perf.bench.iterations import Stop
from kampyn_perf.bench.measured import Measured
from kampyn_perf.results.bench import BenchOptions

_LEAST = 20
"""A round of fewer calls would be all warm-up."""

_FINAL = (Stop.FAILURES, Stop.HUNG, Stop.INTERRUPTED)


def round_options(options: BenchOptions) -> list[BenchOptions]:
    """The options of each round: its share of the iterations and of the time."""
    count = max(1, min(options.rounds, options.iterations // _LEAST))
    return [
        options.model_copy(
            update={
                "iterations": (number + 1) * options.iterations // count
                - number * options.iterations // count,
                "max_time_ns": max(1, options.max_time_ns // count),
            }
        )
        for number in range(count)
    ]


def is_over(measured: Measured, options: BenchOptions) -> bool:
    """Whether another round would say nothing new."""
    return (
        measured.stop in _FINAL
        or measured.unavailable
        or measured.failed >= options.max_failures
        or (measured.failed > 0 and not measured.times)
    )


def merge(first: Measured, then: Measured) -> Measured:
    """Two rounds of one variant as one, in this order."""
    stop = then.stop if then.stop is not Stop.ITERATIONS else first.stop
    return Measured(
        times=first.times + then.times,
        round_sizes=first.round_sizes + then.round_sizes,
        planned=first.planned,
        elapsed_ns=first.elapsed_ns + then.elapsed_ns,
        overhead_ns=max(first.overhead_ns, then.overhead_ns),
        warmup=first.warmup + then.warmup,
        failed=first.failed + then.failed,
        failures=_add_up([*first.failures, *then.failures]),
        stop=stop,
        disturbances=Disturbances(
            preempted=first.disturbances.preempted + then.disturbances.preempted,
            collections=first.disturbances.collections + then.disturbances.collections,
        ),
        lazy=first.lazy or then.lazy,
        unavailable=first.unavailable or then.unavailable,
        ending=then.ending,
    )


def _add_up(failures: list[Failure]) -> list[Failure]:
    """Equal ones as one; the most frequent first."""
    by_kind: dict[tuple[str, ...], Failure] = {}
    for failure in failures:
        key = (failure.stage, failure.kind, failure.message, failure.where)
        known = by_kind.get(key)
        by_kind[key] = replace(failure, count=failure.count + (known.count if known else 0))
    return sorted(by_kind.values(), key=lambda failure: -failure.count)
