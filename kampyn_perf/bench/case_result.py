"""What was measured of a variant -> its part of the result. Pure."""

from __future__ import annotations

from kampyn_perf.bench.declare import Variant
from kampyn_perf.bench.failures import Failure
from kampyn_perf.bench.iterations import Stop
from kampyn_perf.bench.measured import Measured
from kampyn_perf.bench.summary import summarise
from kampyn_perf.bench.warnings import Circumstances, case_warnings
from kampyn_perf.results.bench import (
    BenchOptions,
    CaseResult,
    CaseStatus,
    FailureCount,
    Samples,
)


def case_result(
    suite: str, variant: Variant, measured: Measured, options: BenchOptions
) -> CaseResult:
    """What `measured` says about `variant`. Pure."""
    summary = summarise(measured.times, elapsed_ns=measured.elapsed_ns)
    planned = measured.planned or options.iterations
    about = Circumstances(
        planned=planned,
        warmup=measured.warmup,
        overhead_ns=measured.overhead_ns,
        stop=measured.stop,
        preempted=measured.disturbances.preempted,
        collections=measured.disturbances.collections,
        lazy=measured.lazy,
        max_time_ns=options.max_time_ns,
        round_sizes=tuple(measured.round_sizes),
    )
    return CaseResult(
        name=variant.name,
        case=variant.case.name,
        suite=suite,
        params=dict(variant.values),
        clients=variant.clients,
        status=_status(measured),
        stopped_by="" if measured.unavailable else str(measured.stop),
        planned=planned,
        completed=len(measured.times),
        failed=measured.failed,
        failures=[_failure(failure) for failure in measured.failures],
        warmup=measured.warmup,
        overhead_ns=measured.overhead_ns,
        elapsed_ns=measured.elapsed_ns,
        rounds=measured.round_sizes,
        summary=summary,
        # Rounds are few by nature: what is said of samples does not fit them.
        warnings=case_warnings(measured.times, summary, about)
        if summary and not measured.planned
        else [],
        samples=Samples.of(measured.times) if measured.times else None,
        preempted=measured.disturbances.preempted,
        collections=measured.disturbances.collections,
    )


def _status(measured: Measured) -> CaseStatus:
    if measured.unavailable:
        return CaseStatus.UNAVAILABLE
    if measured.failed or measured.stop is Stop.HUNG:
        return CaseStatus.FAILED
    return CaseStatus.INTERRUPTED if measured.stop is Stop.INTERRUPTED else CaseStatus.OK


def _failure(failure: Failure) -> FailureCount:
    return FailureCount(
        stage=str(failure.stage),
        kind=failure.kind,
        message=failure.message,
        where=failure.where,
        count=failure.count,
    )
