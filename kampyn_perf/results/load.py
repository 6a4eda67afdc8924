"""The result of a load. Durations are whole microseconds, sizes bytes, rates per second.

*Response* time is counted from the due time (a session's first request) or from the previous
step's end (later ones) to the last byte; *service* time from the actual send to the last byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from kampyn_perf import names
from kampyn_perf.machine import Machine
from kampyn_perf.results.alerts import AlertRecord
from kampyn_perf.results.apdex import Apdex
from kampyn_perf.results.audit import StoreAudit
from kampyn_perf.results.breakdown import Breakdown
from kampyn_perf.results.failures import Failure
from kampyn_perf.results.faults import FaultRecord
from kampyn_perf.results.io import Record
from kampyn_perf.results.latency import Latency, NonNegative
from kampyn_perf.results.series import Series, Unmeasured, Watching
from kampyn_perf.results.validity import GeneratorHealth, Headroom, Validity

__all__ = [
    "ApartRequests",
    "Breakdown",
    "EndpointResult",
    "Failure",
    "FlowResult",
    "GeneratorHealth",
    "Headroom",
    "Latency",
    "LoadResult",
    "PhaseResult",
    "Requests",
    "RunStatus",
    "Second",
    "Sessions",
    "Target",
    "Validity",
    "WarmUp",
    "most_telling",
]


class RunStatus(StrEnum):
    """How far a run came."""

    RUNNING = "running"
    """Found in a file, this says that the run was killed: everything until then is there."""
    COMPLETE = "complete"
    PARTIAL = "partial"
    """Ended early: interrupted, terminated, or its generator died."""


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
    successful_response: Latency | None = None
    """Of those that succeeded alone: a refused connection is no fast response. None where none
    failed, and in a result of an earlier version."""
    successful_service: Latency | None = None

    @property
    def shown(self) -> Latency:
        """The response times to show beside `failed`: of what succeeded, where that is known."""
        return self.successful_response or self.response


class EndpointResult(Record):
    """The requests of one endpoint: a method and a name, as `POST /cart/add/{userId}`."""

    name: str
    requests: Requests


def most_telling(endpoints: Sequence[EndpointResult], most: int) -> Sequence[EndpointResult]:
    """All of them as they stand, or the `most` that failed most, and then were slowest at P95."""
    if len(endpoints) <= most:
        return endpoints
    return sorted(endpoints, key=_telling)[:most]


def _telling(endpoint: EndpointResult) -> tuple[int, int]:
    return -endpoint.requests.failed, -(endpoint.requests.response.p95_us or 0)


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
    successful_session_time: Latency | None = None
    """Of sessions without a failed request; None where none failed, and in a result of an earlier
    version."""


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
    wake_max_us: NonNegative = 0
    """How late a generator was woken, at most, when it slept to a known moment (fifty times a
    second): so late an answer may have been noticed. 0 in a result of an earlier version."""
    response: Latency | None
    """None where no request ended."""


class ApartRequests(Record):
    """Requests of one endpoint that are needed and are not what is measured: signing in ahead of
    the run, and steps before and after a flow. They are in no other number of the result."""

    name: str
    count: NonNegative
    failed: NonNegative
    reason: str = ""
    """How the first that failed did."""

    def plus(self, other: ApartRequests) -> ApartRequests:
        """Both together."""
        return ApartRequests(
            name=self.name,
            count=self.count + other.count,
            failed=self.failed + other.failed,
            reason=self.reason or other.reason,
        )


class WarmUp(Record):
    """The stretch before the first phase: shown, and in no other number of the result."""

    duration_us: NonNegative
    sessions: Sessions
    requests: Requests
    seconds: list[Second]


class Target(Record):
    """Where the load went. Never holds a secret."""

    name: str
    url: str
    bundled: bool = False


class LoadResult(Record):
    """One run of `kampyn-perf load`."""

    schema_: Literal["kampyn-perf/load"] = Field(default=names.LOAD_SCHEMA, alias="schema")
    version: int = names.LOAD_VERSION
    status: RunStatus
    reason: str = ""
    """Why a partial run ended."""
    interrupted: str = ""
    """The signal that ended it, as `SIGINT`; empty where none did."""
    started_at: str
    """ISO 8601, UTC."""
    elapsed_us: NonNegative
    """From the start of the schedule to the end of the last session, a warm-up included."""
    planned_us: NonNegative
    """The schedule's length, a warm-up included."""
    profile: str
    seed: int
    target: Target
    machine: Machine
    context: dict[str, Any] = Field(default_factory=dict)
    """What else decides the numbers: the bundled backend's password cost, workers, store, cache."""
    validity: Validity
    sessions: Sessions
    requests: Requests
    endpoints: list[EndpointResult]
    flows: list[FlowResult]
    phases: list[PhaseResult]
    seconds: list[Second]
    apart: list[ApartRequests] = Field(default_factory=list)
    """What was sent beside the load and counts in nothing else; empty in an earlier version."""
    warm_up: WarmUp | None = None
    """None for a run without one. The phases' and seconds' times still count from its start."""
    breakdown: Breakdown | None = None
    """Requests by endpoint, flow, phase and second; None in a result of an earlier version."""
    failures: list[Failure] = Field(default_factory=list)
    """What failed, by endpoint and cause; empty where nothing did, and in a result of an earlier
    version."""
    measurements: list[Series] = Field(default_factory=list)
    """What was watched beside the client; empty where nothing was."""
    unmeasured: dict[str, Unmeasured] = Field(default_factory=dict)
    """Of each metric that objectives may ask for and nothing measured: why not."""
    watching: Watching | None = None
    """What the watchers cost and remarked; None where there were none."""
    alerts: list[AlertRecord] = Field(default_factory=list)
    """The rules that were judged beside the run, and when they fired; empty where none were."""
    faults: list[FaultRecord] = Field(default_factory=list)
    """What was done to the target on purpose, and when; empty where nothing was."""
    apdex: Apdex | None = None
    """Where the run was asked for one, and is over."""
    audit: StoreAudit | None = None
    """Of the bundled backend's store, after the run; None where nobody asked for it."""
    folder: Path | None = Field(default=None, exclude=True)
    """Where this result was saved, if `load.run` returned it; never in a file."""
    unsaved: str = Field(default="", exclude=True)
    """Why the folder does not hold it as it is, likewise; empty where it does."""

    @model_validator(mode="before")
    @classmethod
    def _upgrade(cls, document: Any) -> Any:
        """Version 1 called `validity` by another name, and was the same otherwise."""
        if not isinstance(document, dict) or document.get("version") != 1:
            return document
        upgraded = {key: value for key, value in document.items() if key != "version"}
        if "certificate" in upgraded:
            upgraded["validity"] = upgraded.pop("certificate")
        return upgraded

    @property
    def given_up(self) -> bool:
        """Whether the run was ended because nothing had succeeded from the start."""
        requests = self.requests
        nothing = 0 < requests.count == requests.failed
        return nothing and self.status is RunStatus.PARTIAL and not self.interrupted

    @property
    def measured_us(self) -> int:
        """The time that the numbers are of: all of the run but its warm-up."""
        return max(self.elapsed_us - (self.warm_up.duration_us if self.warm_up else 0), 0)

    def lasted_us(self, at_us: int, width_us: int) -> int:
        """How much of a stretch the run lasted: it ended within its last one."""
        return max(min(width_us, self.elapsed_us - at_us), 0)

    @property
    def requests_per_second(self) -> float:
        """Requests that ended, over the time that the run took."""
        return self.requests.count / (self.measured_us / 1e6) if self.measured_us else 0.0
