"""How it stands with a run that goes on: what was observed so far against its target. Pure.

Point estimates without intervals, because they cost next to nothing, while a verdict takes seconds
of a CPU that the run is using: what is on the wrong side here may still pass, and the other way
round. Objectives that cannot be told so cheaply (of one endpoint, of windows, of a change) are not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from kampyn_perf import names
from kampyn_perf.histogram import rank_of
from kampyn_perf.outcomes import TRANSPORT_KINDS
from kampyn_perf.results.load import LoadResult, Requests
from kampyn_perf.results.unit import Unit
from kampyn_perf.slo.metrics import ScopeKind
from kampyn_perf.slo.objective import Objective, Of
from kampyn_perf.slo.objectives import Slo

_WATCHED = frozenset(
    {
        names.PROBE_AVAILABILITY,
        names.DB_QUERY_TIME,
        names.MEMORY_PER_INSTANCE,
        names.CPU,
        names.MEMORY,
        names.DISK_IO,
    }
)


@dataclass(frozen=True)
class SoFar:
    """One objective of a run that goes on."""

    name: str
    value: float
    """In the unit; infinite where it is the time of a failed request."""
    unit: Unit
    target_text: str
    within: bool
    """Whether the value is on the good side of the target."""

    @property
    def text(self) -> str:
        """`812 ms (< 500 ms)`."""
        value = "failed" if math.isinf(self.value) else self.unit.text(self.value)
        return f"{value} ({self.target_text})"


def so_far(result: LoadResult, slo: Slo) -> list[SoFar]:
    """Of every objective of which it can be told."""
    told = []
    for name, objective in slo.objectives.items():
        value = _observed(result, objective)
        if value is None:
            continue
        target, unit = objective.target, objective.described.unit
        words = f"{target.comparison.value} {unit.text(target.value)}"
        told.append(SoFar(name, value, unit, words, target.met_by(value)))
    return told


def _observed(result: LoadResult, objective: Objective) -> float | None:
    whole = objective.scope.kind is ScopeKind.OVERALL and not objective.window_us
    if not whole or objective.target.relative:
        return None
    if objective.metric in _WATCHED:
        return _watched(result, objective)
    requests = result.requests
    if not requests.count:
        return None
    if objective.metric in ("response_time", "service_time"):
        return _time(requests, objective)
    failures = {
        "error_rate": requests.failed,
        "error_rate_4xx": _statuses(requests, "4"),
        "error_rate_5xx": _statuses(requests, "5"),
        "availability": _unavailable(requests),
    }
    if objective.metric not in failures:
        return None
    share = failures[objective.metric] / requests.count
    return 1 - share if objective.metric == "availability" else share


def _time(requests: Requests, objective: Objective) -> float | None:
    """A percentile, with failed requests as worse than any."""
    quantile = objective.quantile
    if quantile is None:
        return None
    response = objective.metric == "response_time"
    every = requests.response if response else requests.service
    successful = requests.successful_response if response else requests.successful_service
    answered = (successful or every).decode()
    if objective.of is not Of.ALL or not requests.failed:
        return answered.percentiles([quantile])[quantile]
    rank = rank_of(quantile, requests.count)
    return answered.values_at_ranks([rank]).get(rank, math.inf)


def _statuses(requests: Requests, first: str) -> int:
    return sum(count for status, count in requests.statuses.items() if status.startswith(first))


def _unavailable(requests: Requests) -> int:
    transport = sum(requests.errors.get(kind.value, 0) for kind in TRANSPORT_KINDS)
    return transport + _statuses(requests, "5")


def _watched(result: LoadResult, objective: Objective) -> float | None:
    """The mean, or the greatest of the means where there are several subjects."""
    series = [
        measurement
        for measurement in result.measurements
        if measurement.metric == objective.metric and measurement.values
    ]
    if not series or objective.statistic not in ("mean", "max", "share"):
        return None
    if objective.statistic == "max":
        return max(max(measurement.values) for measurement in series)
    weighed = [
        (value, weight)
        for measurement in series
        for value, weight in zip(
            measurement.values, measurement.weights or [1] * len(measurement.values), strict=True
        )
    ]
    total = sum(weight for _value, weight in weighed)
    return sum(value * weight for value, weight in weighed) / total if total else None
