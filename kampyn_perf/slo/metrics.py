"""What an objective may be about: every metric, its unit, statistics, scopes and evidence. Pure.

A new metric is one row in `_ALL`. Its `evidence` says what in a result measures it, by one of the
kinds of `kinds.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kampyn_perf import names
from kampyn_perf.results.unit import Unit
from kampyn_perf.slo.kinds import (
    Amplification,
    AnySeries,
    ArrivalCount,
    Arrivals,
    Audited,
    CaseTimes,
    Clock,
    Event,
    EvidenceKind,
    Recovery,
    RequestRate,
    RequestShare,
    RequestTimes,
    SessionTimes,
    StartLag,
    Subjects,
    Watched,
    Work,
)
from kampyn_perf.statistic import PERCENTILE, SLOPE


class ScopeKind(StrEnum):
    """Which part of a result an objective is about."""

    OVERALL = "overall"
    ENDPOINT = "endpoint"
    FLOW = "flow"
    PHASE = "phase"
    CASE = "case"
    """One case of a benchmark."""


_DISTRIBUTION = (PERCENTILE, "mean", "max")
_GROUPS = (ScopeKind.OVERALL, ScopeKind.ENDPOINT, ScopeKind.FLOW, ScopeKind.PHASE)


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One quantity that a result may hold."""

    name: str
    unit: Unit
    statistics: tuple[str, ...]
    """What may be asked of it; the first one is meant where none is named (never PERCENTILE)."""
    scopes: tuple[ScopeKind, ...] = (ScopeKind.OVERALL,)
    more_is_better: bool = False
    meaning: str
    """What is counted, and from what."""
    evidence: EvidenceKind
    """What measures it. A metric that nothing measures cannot be registered."""


_ALL = (
    Metric(
        name="response_time",
        unit=Unit.DURATION,
        statistics=_DISTRIBUTION,
        scopes=_GROUPS,
        meaning="from the moment a request was due to its last byte; waiting for a stalled system "
        "counts",
        evidence=RequestTimes(Clock.RESPONSE),
    ),
    Metric(
        name="service_time",
        unit=Unit.DURATION,
        statistics=_DISTRIBUTION,
        scopes=_GROUPS,
        meaning="from the actual sending of a request to its last byte",
        evidence=RequestTimes(Clock.SERVICE),
    ),
    Metric(
        name="session_time",
        unit=Unit.DURATION,
        statistics=_DISTRIBUTION,
        scopes=(ScopeKind.OVERALL, ScopeKind.FLOW),
        meaning="a session from its due time to its end",
        evidence=SessionTimes(),
    ),
    Metric(
        name="throughput",
        unit=Unit.RATE,
        statistics=("mean",),
        scopes=(ScopeKind.OVERALL, ScopeKind.PHASE),
        more_is_better=True,
        meaning="successful requests per second in the phase that had most of them",
        evidence=RequestRate(),
    ),
    Metric(
        name="availability",
        unit=Unit.SHARE,
        statistics=("share",),
        scopes=_GROUPS,
        more_is_better=True,
        meaning="requests answered without 5xx and without a transport error",
        evidence=RequestShare(Event.UNAVAILABLE),
    ),
    Metric(
        name="error_rate",
        unit=Unit.SHARE,
        statistics=("share",),
        scopes=_GROUPS,
        meaning="requests that failed in any way, wrong content included",
        evidence=RequestShare(Event.FAILED),
    ),
    Metric(
        name="error_rate_4xx",
        unit=Unit.SHARE,
        statistics=("share",),
        scopes=_GROUPS,
        meaning="requests answered with a status from 400 to 499",
        evidence=RequestShare(Event.STATUS_4XX),
    ),
    Metric(
        name="error_rate_5xx",
        unit=Unit.SHARE,
        statistics=("share",),
        scopes=_GROUPS,
        meaning="requests answered with a status from 500 to 599",
        evidence=RequestShare(Event.STATUS_5XX),
    ),
    Metric(
        name="start_lag",
        unit=Unit.DURATION,
        statistics=_DISTRIBUTION,
        meaning="how late sessions began that found a free virtual user: the generator's own delay",
        evidence=StartLag(),
    ),
    Metric(
        name="offered_rate",
        unit=Unit.RATE,
        statistics=("max", "min"),
        scopes=(ScopeKind.OVERALL, ScopeKind.PHASE),
        more_is_better=True,
        meaning="sessions per second that the schedule asked for, by phase",
        evidence=ArrivalCount(Arrivals.OFFERED),
    ),
    Metric(
        name="started_rate",
        unit=Unit.RATE,
        statistics=("max", "min"),
        scopes=(ScopeKind.OVERALL, ScopeKind.PHASE),
        more_is_better=True,
        meaning="sessions per second that were started, by phase",
        evidence=ArrivalCount(Arrivals.STARTED),
    ),
    Metric(
        name="missed_arrivals",
        unit=Unit.SHARE,
        statistics=("share",),
        scopes=(ScopeKind.OVERALL, ScopeKind.FLOW, ScopeKind.PHASE),
        meaning="arrivals that were due and never started",
        evidence=ArrivalCount(Arrivals.MISSED),
    ),
    Metric(
        name="recovery_time",
        unit=Unit.DURATION,
        statistics=("max",),
        meaning="from the end of a fault until the P95 of response times is back in its range of "
        "before, for three seconds; of the fault after which it took longest",
        evidence=Recovery(),
    ),
    Metric(
        name="retry_amplification",
        unit=Unit.COUNT,
        statistics=("mean",),
        scopes=(ScopeKind.OVERALL, ScopeKind.ENDPOINT),
        meaning="requests for each session that began, under faults, over the same without them: "
        "1 where nobody tried again",
        evidence=Amplification(),
    ),
    Metric(
        name="lost_work",
        unit=Unit.COUNT,
        statistics=("max",),
        meaning="orders that an answer acknowledged and the audit did not find (load --audit)",
        evidence=Audited(Work.LOST),
    ),
    Metric(
        name="doubled_work",
        unit=Unit.COUNT,
        statistics=("max",),
        meaning="orders that the audit found twice, or that no request can have placed "
        "(load --audit)",
        evidence=Audited(Work.DOUBLED),
    ),
    Metric(
        name=names.PROBE_AVAILABILITY,
        unit=Unit.SHARE,
        statistics=("share",),
        more_is_better=True,
        meaning="answers of the health route to a probe beside the load",
        evidence=Watched(noun="probes"),
    ),
    Metric(
        name=names.DB_QUERY_TIME,
        unit=Unit.DURATION,
        statistics=("mean", "max", SLOPE),
        meaning="queries of the database, from the backend's metrics or the database's own",
        evidence=Watched(noun="queries", suite="db"),
    ),
    Metric(
        name=names.MEMORY_PER_INSTANCE,
        unit=Unit.SIZE,
        statistics=("max", "mean", SLOPE),
        meaning="resident memory of the backend process that has most",
        evidence=Watched(subjects=Subjects.WORST),
    ),
    Metric(
        name=names.CPU,
        unit=Unit.SHARE,
        statistics=("mean", "max", SLOPE),
        meaning="the backend's machine, all cores busy = 100 %",
        evidence=Watched(),
    ),
    Metric(
        name=names.MEMORY,
        unit=Unit.SHARE,
        statistics=("mean", "max", SLOPE),
        meaning="the backend's machine, memory in use",
        evidence=Watched(),
    ),
    Metric(
        name=names.DISK_IO,
        unit=Unit.SHARE,
        statistics=("mean", "max", SLOPE),
        meaning="the backend's machine, share of time its disk was busy",
        evidence=Watched(),
    ),
    Metric(
        name="series",
        unit=Unit.COUNT,
        statistics=("mean", "max", "min", SLOPE),
        meaning="any series that was watched or scraped beside the load, by `name` and `labels`; "
        "unit and direction are the target's",
        evidence=AnySeries(),
    ),
    Metric(
        name="case_time",
        unit=Unit.DURATION,
        statistics=_DISTRIBUTION,
        scopes=(ScopeKind.CASE,),
        meaning="one case of a benchmark (kampyn-perf bench)",
        evidence=CaseTimes(),
    ),
)

METRICS = {metric.name: metric for metric in _ALL}
