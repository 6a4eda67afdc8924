"""What an objective may be about: every metric, its unit, statistics and scopes. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kampyn_perf import names
from kampyn_perf.results.verdict import Unit


class ScopeKind(StrEnum):
    """Which part of a result an objective is about."""

    OVERALL = "overall"
    ENDPOINT = "endpoint"
    FLOW = "flow"
    PHASE = "phase"
    CASE = "case"
    """One case of a benchmark."""


PERCENTILE = "pNN"
"""Stands for p50, p95, p99.9 and the like in lists of statistics."""

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

    @property
    def default_statistic(self) -> str | None:
        """The statistic that is meant where none is named; None where one must be."""
        return None if self.statistics[0] == PERCENTILE else self.statistics[0]


_ALL = (
    Metric(
        name="response_time",
        unit=Unit.DURATION,
        statistics=_DISTRIBUTION,
        scopes=_GROUPS,
        meaning="from the moment a request was due to its last byte; waiting for a stalled system "
        "counts",
    ),
    Metric(
        name="service_time",
        unit=Unit.DURATION,
        statistics=_DISTRIBUTION,
        scopes=_GROUPS,
        meaning="from the actual sending of a request to its last byte",
    ),
    Metric(
        name="session_time",
        unit=Unit.DURATION,
        statistics=_DISTRIBUTION,
        scopes=(ScopeKind.OVERALL, ScopeKind.FLOW),
        meaning="a session from its due time to its end",
    ),
    Metric(
        name="throughput",
        unit=Unit.RATE,
        statistics=("mean",),
        scopes=(ScopeKind.OVERALL, ScopeKind.PHASE),
        more_is_better=True,
        meaning="successful requests per second in the phase that had most of them",
    ),
    Metric(
        name="availability",
        unit=Unit.SHARE,
        statistics=("share",),
        scopes=_GROUPS,
        more_is_better=True,
        meaning="requests answered without 5xx and without a transport error",
    ),
    Metric(
        name="error_rate",
        unit=Unit.SHARE,
        statistics=("share",),
        scopes=_GROUPS,
        meaning="requests that failed in any way, wrong content included",
    ),
    Metric(
        name="error_rate_4xx",
        unit=Unit.SHARE,
        statistics=("share",),
        scopes=_GROUPS,
        meaning="requests answered with a status from 400 to 499",
    ),
    Metric(
        name="error_rate_5xx",
        unit=Unit.SHARE,
        statistics=("share",),
        scopes=_GROUPS,
        meaning="requests answered with a status from 500 to 599",
    ),
    Metric(
        name=names.PROBE_AVAILABILITY,
        unit=Unit.SHARE,
        statistics=("share",),
        more_is_better=True,
        meaning="answers of the health route to a probe beside the load",
    ),
    Metric(
        name=names.DB_QUERY_TIME,
        unit=Unit.DURATION,
        statistics=("mean", "max"),
        meaning="queries of the database, from the backend's metrics or the database's own",
    ),
    Metric(
        name=names.MEMORY_PER_INSTANCE,
        unit=Unit.SIZE,
        statistics=("max", "mean"),
        meaning="resident memory of the backend process that has most",
    ),
    Metric(
        name=names.CPU,
        unit=Unit.SHARE,
        statistics=("mean", "max"),
        meaning="the backend's machine, all cores busy = 100 %",
    ),
    Metric(
        name=names.MEMORY,
        unit=Unit.SHARE,
        statistics=("mean", "max"),
        meaning="the backend's machine, memory in use",
    ),
    Metric(
        name=names.DISK_IO,
        unit=Unit.SHARE,
        statistics=("mean", "max"),
        meaning="the backend's machine, share of time its disk was busy",
    ),
    Metric(
        name="case_time",
        unit=Unit.DURATION,
        statistics=_DISTRIBUTION,
        scopes=(ScopeKind.CASE,),
        meaning="one case of a benchmark (kampyn-perf bench)",
    ),
)

METRICS = {metric.name: metric for metric in _ALL}
