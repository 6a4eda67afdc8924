"""The result of a load. Durations are whole microseconds, sizes bytes, rates per second.

*Response* time is counted from the due time (a session's first request) or from the previous
step's end (later ones) to the last byte; *service* time from the actual send to the last byte.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from kampyn_perf import names
from kampyn_perf.histogram import Histogram
from kampyn_perf.machine import Machine
from kampyn_perf.results.io import Record
from kampyn_perf.results.series import Series

NonNegative = Annotated[int, Field(ge=0)]


class RunStatus(StrEnum):
    """How far a run came."""

    RUNNING = "running"
    """Found in a file, this says that the run was killed: everything until then is there."""
    COMPLETE = "complete"
    PARTIAL = "partial"
    """Ended early: interrupted, terminated, or its generator died."""


class Latency(Record):
    """A distribution of durations. All figures but `count` and `sum_us` are None when empty."""

    count: NonNegative
    sum_us: NonNegative
    min_us: NonNegative | None
    max_us: NonNegative | None
    mean_us: float | None
    stddev_us: float | None
    p50_us: NonNegative | None
    p90_us: NonNegative | None
    p95_us: NonNegative | None
    p99_us: NonNegative | None
    p999_us: NonNegative | None
    clamped: NonNegative = 0
    """Values above one hour, counted as one hour in the histogram (`max_us` is still exact)."""
    histogram: str
    """HdrHistogram V2, compressed, base64: 1 µs to 1 h, three significant digits."""

    @classmethod
    def of(cls, histogram: Histogram) -> Latency:
        """The figures of `histogram`, and the histogram itself."""
        at = histogram.percentiles((0.5, 0.9, 0.95, 0.99, 0.999))
        return cls(
            count=histogram.count,
            sum_us=histogram.sum_us,
            min_us=histogram.min_us,
            max_us=histogram.max_us,
            mean_us=histogram.mean_us,
            stddev_us=histogram.stddev_us(),
            p50_us=at[0.5],
            p90_us=at[0.9],
            p95_us=at[0.95],
            p99_us=at[0.99],
            p999_us=at[0.999],
            clamped=histogram.clamped,
            histogram=histogram.encode(),
        )

    def decode(self) -> Histogram:
        """The histogram, for percentiles and ranks that are not among the figures."""
        return Histogram.decode(
            self.histogram,
            min_us=self.min_us,
            max_us=self.max_us,
            sum_us=self.sum_us,
            clamped=self.clamped,
        )


class Requests(Record):
    """What became of a group of requests."""

    count: NonNegative
    """Requests that ended, in whatever way."""
    failed: NonNegative
    """Those with an error; the sum of `errors`."""
    statuses: dict[str, NonNegative]
    """How often each HTTP status was answered, failed or not: {"200": 812, "503": 2}."""
    errors: dict[str, NonNegative]
    """Failures by kind (`outcomes.ErrorKind`): {"http_5xx": 2, "timeout": 1}."""
    bytes_received: NonNegative
    bytes_sent: NonNegative
    response: Latency
    service: Latency


class EndpointResult(Record):
    """The requests of one endpoint: a method and a name, as `POST /cart/add/{userId}`."""

    name: str
    requests: Requests


class Sessions(Record):
    """What became of arrivals. `planned == started + dropped`, and `started` is all the rest."""

    planned: NonNegative
    """Arrivals that were due while the run lasted."""
    started: NonNegative
    dropped: NonNegative
    """Due, but never started: beyond the hard limit, or still waiting when the run was ended."""
    completed: NonNegative
    """Ended with every request a success."""
    failed: NonNegative
    """Ended with at least one failed request, or by an exception in the scenario."""
    cut: NonNegative
    """Still at work when the run was ended."""


class FlowResult(Record):
    """One flow: its sessions and their requests."""

    name: str
    weight: int
    sessions: Sessions
    requests: Requests
    session_time: Latency
    """From due time to the end of the session."""


class PhaseResult(Record):
    """One phase; a request belongs to the phase in which its session was due."""

    name: str
    start_us: NonNegative
    duration_us: NonNegative
    sessions: Sessions
    offered_rate: float
    """Sessions per second that the schedule asked for."""
    achieved_rate: float
    """Sessions per second that were started, by their actual start."""
    requests: Requests


class Second(Record):
    """What ended within one stretch of the run, by the clock (not by due time)."""

    at_us: NonNegative
    """Since the start of the run."""
    width_us: Annotated[int, Field(gt=0)] = 1_000_000
    """One second, or more of them put together in a long run."""
    started: NonNegative
    requests: NonNegative
    failed: NonNegative
    in_flight: NonNegative
    """Sessions at work at the end of the stretch."""
    late_max_us: NonNegative
    response: Latency | None
    """None where no request ended."""


class Certificate(Record):
    """Whether the generator itself was healthy enough for the numbers to mean anything."""

    valid: bool
    reasons: list[str]
    """Why not; empty for a valid run."""
    warnings: list[str]
    lateness: Latency
    """Actual start minus due time, of every session that found a free virtual user."""
    waited: NonNegative = 0
    """Sessions that had to wait for a free virtual user (the target's slowness, not ours)."""
    recorder_faults: NonNegative = 0
    loop_lag_max_us: NonNegative = 0
    """The longest that the generator's event loop did not turn."""
    cpu_share: float | None = None
    """The generator's CPU time over wall time, 1 = one core; None when it was not measured."""
    vusers_max: NonNegative = 0
    """Virtual users in the pool at its largest."""


class Target(Record):
    """Where the load went. Never holds a secret."""

    name: str
    url: str
    bundled: bool = False


class LoadResult(Record):
    """One run of `kampyn-perf load`."""

    schema_: Literal["kampyn-perf/load"] = Field(default=names.LOAD_SCHEMA, alias="schema")
    version: int = names.RESULT_VERSION
    status: RunStatus
    reason: str = ""
    """Why a partial run ended."""
    started_at: str
    """ISO 8601, UTC."""
    elapsed_us: NonNegative
    """From the first due time to the end of the last session."""
    planned_us: NonNegative
    """The schedule's length."""
    profile: str
    seed: int
    target: Target
    machine: Machine
    context: dict[str, Any] = Field(default_factory=dict)
    """What else decides the numbers: the bundled backend's password cost, workers, store, cache."""
    certificate: Certificate
    sessions: Sessions
    requests: Requests
    endpoints: list[EndpointResult]
    flows: list[FlowResult]
    phases: list[PhaseResult]
    seconds: list[Second]
    measurements: list[Series] = Field(default_factory=list)
    """What was watched beside the client; empty where nothing was."""

    @property
    def requests_per_second(self) -> float:
        """Requests that ended, over the time that the run took."""
        return self.requests.count / (self.elapsed_us / 1e6) if self.elapsed_us else 0.0
