"""What a run came to, as a `LoadResult`. Pure: the same state gives the same result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kampyn_perf.load.coordinator.facts import GeneratorFacts, Sizing
from kampyn_perf.load.coordinator.ports import Measured
from kampyn_perf.load.coordinator.validity import assess
from kampyn_perf.load.spec import RunSpec
from kampyn_perf.machine import Machine, with_engine
from kampyn_perf.recorder.build import build
from kampyn_perf.recorder.collector import Collector
from kampyn_perf.redact import redact_url
from kampyn_perf.results.apdex import apdex_of
from kampyn_perf.results.load import LoadResult, RunStatus, Target
from kampyn_perf.schedule import Schedule


@dataclass(frozen=True, kw_only=True)
class RunFacts:
    """What is known of a run before its first arrival."""

    spec: RunSpec
    machine: Machine
    started_at: str
    """ISO 8601, UTC."""
    bundled: bool
    context: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""
    """Of the target, where the generators are led there by another address."""
    sizing: Sizing = field(default_factory=Sizing)
    """For local generators."""


@dataclass(frozen=True, kw_only=True)
class RunEnd:
    """How a run ended, or that it has not yet."""

    status: RunStatus = RunStatus.RUNNING
    reason: str = ""
    interrupted: str = ""
    """The signal that ended it early."""
    arrivals_until_us: int | None = None
    """When a run that ended early had its last arrival."""
    generators: GeneratorFacts = field(default_factory=GeneratorFacts)


def make_result(
    facts: RunFacts,
    *,
    schedule: Schedule,
    weights: Mapping[str, int],
    collector: Collector,
    end: RunEnd,
    measured: Measured,
) -> LoadResult:
    """The result of everything that was collected so far."""
    spec = facts.spec
    figures = build(
        collector, schedule=schedule, weights=weights, arrivals_until_us=end.arrivals_until_us
    )
    breakdown = collector.breakdown.figures()
    over = end.status is not RunStatus.RUNNING
    return LoadResult(
        status=end.status,
        reason=end.reason,
        interrupted=end.interrupted,
        started_at=facts.started_at,
        elapsed_us=collector.elapsed_us,
        planned_us=schedule.duration_us,
        profile=spec.profile,
        seed=spec.seed,
        target=Target(
            name=spec.target, url=redact_url(facts.url or spec.url), bundled=facts.bundled
        ),
        machine=with_engine(facts.machine, end.generators.compiled.values()),
        context=dict(facts.context),
        validity=assess(
            collector,
            schedule=schedule,
            limits=spec.validity,
            complete=end.status is RunStatus.COMPLETE,
            facts=end.generators,
            more_warnings=measured.warnings,
        ),
        sessions=figures.sessions,
        requests=figures.requests,
        endpoints=figures.endpoints,
        flows=figures.flows,
        phases=figures.phases,
        seconds=collector.timeline.seconds(),
        apart=list(end.generators.apart),
        warm_up=figures.warm_up,
        breakdown=breakdown,
        apdex=apdex_of(breakdown, spec.apdex) if spec.apdex and over else None,
        failures=collector.failures.figures(),
        measurements=list(measured.series),
        unmeasured=dict(measured.unmeasured),
        watching=measured.watching,
        alerts=list(measured.alerts),
        faults=list(measured.faults),
    )
