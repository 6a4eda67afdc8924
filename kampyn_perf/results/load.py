"""The result of a load. Durations are whole microseconds, sizes bytes, rates per second.

*Response* time is counted from the due time (a session's first request) or from the previous
step's end (later ones) to the last byte; *service* time from the actual send to the last byte.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

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
from kampyn_perf.results.load_parts import (
    ApartRequests,
    EndpointResult,
    FlowResult,
    PhaseResult,
    Requests,
    Second,
    Sessions,
    WarmUp,
    most_telling,
)
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
