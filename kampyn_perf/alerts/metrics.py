"""What a rule may be about: every metric, its unit, statistics and scopes. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kampyn_perf import names
from kampyn_perf.results.unit import Unit
from kampyn_perf.statistic import PERCENTILE

RESPONSE_TIME = "response_time"
ERROR_RATE = "error_rate"
ERROR_RATE_4XX = "error_rate_4xx"
ERROR_RATE_5XX = "error_rate_5xx"
THROUGHPUT = "throughput"


class Kind(StrEnum):
    """How the samples of a metric come to a value over a window."""

    TIMES = "times"
    """Events with a duration each: percentiles of all of them, or their mean."""
    SHARE = "share"
    """Events that count, over all events."""
    RATE = "rate"
    """Events over the time they took."""
    STATE = "state"
    """What was seen now and then: the mean or the extreme of what was seen."""


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One quantity that can be watched."""

    name: str
    unit: Unit
    kind: Kind
    statistics: tuple[str, ...]
    """What may be asked of it; the first one is meant where none is named (never PERCENTILE)."""
    by_endpoint: bool = False
    """Whether it is known of each endpoint by itself."""
    events: str = "requests"
    """What its samples count."""
    meaning: str


def _share(
    name: str, meaning: str, *, by_endpoint: bool = True, events: str = "requests"
) -> Metric:
    return Metric(
        name=name,
        unit=Unit.SHARE,
        kind=Kind.SHARE,
        statistics=("share",),
        by_endpoint=by_endpoint,
        events=events,
        meaning=meaning,
    )


def _state(name: str, unit: Unit, statistics: tuple[str, ...], meaning: str) -> Metric:
    return Metric(
        name=name,
        unit=unit,
        kind=Kind.STATE,
        statistics=statistics,
        events="samples",
        meaning=meaning,
    )


_ALL = (
    Metric(
        name=RESPONSE_TIME,
        unit=Unit.DURATION,
        kind=Kind.TIMES,
        statistics=(PERCENTILE, "mean", "max"),
        by_endpoint=True,
        meaning="in a load from the moment a request was due to its last byte; by `watch` from its "
        "arrival at the backend to the last part of the answer",
    ),
    _share(
        ERROR_RATE,
        "requests that failed: in a load in any way, by `watch` with a status from 400 on",
    ),
    _share(ERROR_RATE_4XX, "requests answered with a status from 400 to 499"),
    _share(ERROR_RATE_5XX, "requests answered with a status from 500 to 599"),
    Metric(
        name=THROUGHPUT,
        unit=Unit.RATE,
        kind=Kind.RATE,
        statistics=("mean",),
        by_endpoint=True,
        meaning="requests per second that ended, failed ones among them",
    ),
    _state(
        names.MEMORY,
        Unit.SHARE,
        ("mean", "max"),
        "the backend's machine, memory in use",
    ),
    _state(
        names.CPU,
        Unit.SHARE,
        ("mean", "max"),
        "the backend's machine, all cores busy = 100 %",
    ),
    _state(
        names.DISK_IO,
        Unit.SHARE,
        ("mean", "max"),
        "the backend's machine, share of time its disk was busy",
    ),
    _state(
        names.MEMORY_PER_INSTANCE,
        Unit.SIZE,
        ("mean", "max"),
        "resident memory of the backend process that has most",
    ),
    Metric(
        name=names.DB_QUERY_TIME,
        unit=Unit.DURATION,
        kind=Kind.TIMES,
        statistics=("mean",),
        events="queries",
        meaning="queries of the database, from the backend's metrics or the database's own",
    ),
    _share(
        names.PROBE_AVAILABILITY,
        "answers of the health route to a probe",
        by_endpoint=False,
        events="probes",
    ),
)

METRICS = {metric.name: metric for metric in _ALL}
