"""What `configs/load.yaml` and `configs/targets/*.yaml` may say, with Artillery's own key names.

Durations are whole microseconds inside, rates sessions per second.
"""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any, Self

from pydantic import Field, field_validator, model_validator

from kampyn_perf.config import Duration, Milliseconds, Rate, Section, Seed
from kampyn_perf.load.target.flow import Flows
from kampyn_perf.load.target.settings import FeedSettings
from kampyn_perf.schedule import ArrivalMode, Phase

DEFAULT_PROFILE = "documented"


class ClientChoice(StrEnum):
    """Whose HTTP client users of Locust's own classes have."""

    AUTO = "auto"
    """The lean one, unless the locustfile uses what only requests has."""
    LEAN = "lean"
    REQUESTS = "requests"


class PhaseSettings(Section):
    """One phase, as Artillery writes it."""

    name: str = ""
    """What reports call it."""
    duration: Duration | None = None
    """How long it lasts; needed, but for a pause."""
    arrivalRate: Rate | None = None  # noqa: N815 (Artillery's key)
    """Sessions per second: throughout, or at the beginning of a ramp."""
    rampTo: Rate | None = None  # noqa: N815
    """The rate at the end, which it goes to evenly."""
    arrivalCount: int | None = Field(default=None, ge=0)  # noqa: N815
    """So many sessions, spread over the duration, in place of a rate."""
    pause: Duration | None = None
    """A stretch without arrivals; stands alone."""
    maxVusers: int | None = Field(default=None, ge=1)  # noqa: N815
    """Virtual users at once in this phase, where fewer than in the run."""

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if self.pause is not None:
            others = {"duration", "arrivalRate", "rampTo", "arrivalCount"}
            if given := sorted(others & self.model_fields_set):
                raise ValueError(f"a pause stands alone; take out {', '.join(given)}")
            if self.pause == 0:
                raise ValueError("a pause needs a length above 0")
            return self
        if not self.duration:
            raise ValueError("needs a duration above 0 (or a pause)")
        if self.arrivalCount is not None and (self.arrivalRate or self.rampTo):
            raise ValueError("has arrivalCount and a rate; choose one")
        if self.arrivalCount is None and self.arrivalRate is None and self.rampTo is None:
            raise ValueError("needs arrivalRate, arrivalCount or pause")
        return self

    def to_phase(self, number: int) -> Phase:
        """The schedule's phase; `number` (from 1) names one that has no name."""
        if self.pause is not None:
            return Phase(name=self.name or f"Pause {number}", duration_us=self.pause)
        return Phase(
            name=self.name or f"Phase {number}",
            duration_us=self.duration or 0,
            rate=self.arrivalRate or Fraction(0),
            ramp_to=self.rampTo,
            count=self.arrivalCount,
            max_vusers=self.maxVusers,
        )


class ProfileSettings(Section):
    """A named schedule."""

    description: str = ""
    """For people."""
    phases: tuple[PhaseSettings, ...]
    """The schedule, one after the other."""
    mode: ArrivalMode | None = None
    """Overrides the run's mode."""
    faults: Any = None
    """In place of those of the run."""

    @field_validator("phases")
    @classmethod
    def _at_least_one(cls, phases: tuple[PhaseSettings, ...]) -> tuple[PhaseSettings, ...]:
        if not phases:
            raise ValueError("needs at least one phase")
        return phases


class TimeoutSettings(Section):
    """When a request is given up."""

    connect: Duration = Field(default=10_000_000, gt=0)
    """To make a connection, TLS included."""
    read: Annotated[Duration, Field(gt=0)] | None = None
    """Between two arrivals of bytes; None: only the total counts."""
    total: Duration = Field(default=30_000_000, gt=0)
    """From send to last byte."""


class ValidityLimits(Section):
    """From where on the generator, not the target, makes the numbers. Beyond: an invalid run.

    The reasons of the values stand in configs/load.yaml.
    """

    latenessP99: Milliseconds = 50_000  # noqa: N815
    """Of sessions that found a free virtual user: anything more is the generator's own delay."""
    latenessMax: Milliseconds = 1_000_000  # noqa: N815
    """The most that one of them may begin late."""
    loopLagMax: Milliseconds = 1_000_000  # noqa: N815
    """The longest that the event loop may stand still."""
    rateShortfall: float = Field(default=0.05, gt=0, lt=1)  # noqa: N815
    """How much of a phase's planned rate may be missing."""
    cpuShare: float = Field(default=0.95, gt=0, le=1)  # noqa: N815
    """Of one core, by one generator, over five seconds."""
    cpuWait: float = Field(default=0.25, gt=0, le=1)  # noqa: N815
    """Share of five seconds for which a generator was ready to work, and others had the CPU; of
    those in which it had work for half of the time at least."""
    cpuSteal: float = Field(default=0.1, gt=0, le=1)  # noqa: N815
    """Share of the machine's CPU time that the hypervisor gave to other machines."""
    gcPauseMax: Milliseconds = 250_000  # noqa: N815
    """The longest that Python's garbage collection may hold up a generator."""
    headroom: float = Field(default=0.9, gt=0, le=1)
    """Share of file descriptors or ports in use from which on there is a warning."""
    clockUncertainty: Milliseconds = 10_000  # noqa: N815
    """Of generators on other machines."""
    clockDrift: Milliseconds = 50_000  # noqa: N815
    """By how much two machines' clocks may part during the run."""


class TraceSettings(Section):
    """Sessions whose requests carry `traceparent`, and which of them are told."""

    enabled: bool = True
    """Where `otlp` names a receiver; false: it gets metrics alone."""
    share: float = Field(default=1.0, gt=0, le=1)
    """Share of the sessions that carry it; what was slow or failed among them is told."""
    slow: Duration = Field(default=1_000_000, gt=0)
    """From which response time of one of its requests on a session is slow."""
    perSecond: int = Field(default=10, ge=1, le=1000)  # noqa: N815
    """Sessions that each generator tells at most in a second; the others are counted."""


class ExportSettings(Section):
    """Where a run is told while it goes on (docs/export.md)."""

    otlp: str = ""
    """URL of an OpenTelemetry receiver for OTLP over HTTP, as `http://localhost:4318`: metrics, and
    traces of sessions that were slow or failed."""
    pushGateway: str = ""  # noqa: N815
    """URL of a Prometheus push gateway, as `http://localhost:9091`."""
    instance: str = ""
    """What this run is called there (`instance`, `service.instance.id`); empty: this machine's
    name."""
    every: Duration = Field(default=10_000_000, ge=1_000_000)
    """How often metrics are sent."""
    traces: TraceSettings = TraceSettings()
    """Which sessions are traced, and told."""


class RunSettings(Section):
    """The `config` section."""

    target: str = "reference"
    """Which API is loaded: a file of configs/targets, or a URL."""
    scenarios: str = ""
    """A locustfile, in `./scenarios` or as shipped; or a path. Empty: `locustfile.py`, unless there
    are flows as data."""
    client: ClientChoice = ClientChoice.AUTO
    """Of HttpUsers: `lean`, `requests`, or `auto`: lean, unless the locustfile uses what only
    requests has."""
    profile: str = ""
    """Which one is run when nobody asks for another."""
    phases: tuple[PhaseSettings, ...] = ()
    """Used when no profile is asked for; otherwise the profile's."""
    faults: Any = None
    """What is done to the system meanwhile (docs/faults.md)."""
    mode: ArrivalMode = ArrivalMode.EVEN
    """When sessions of a rate come: `even`, or `poisson`, by chance around it."""
    seed: Seed = 1
    """The order of flows, and what else comes by chance."""
    maxVusers: int = Field(default=10_000, ge=1)  # noqa: N815
    """Virtual users at once; arrivals beyond them wait."""
    maxWaiting: int = Field(default=100_000, ge=0)  # noqa: N815
    """Arrivals that may wait for a free virtual user; more are dropped: the run is invalid."""
    allowHosts: tuple[str, ...] = ()  # noqa: N815
    """Hosts other than this machine that may be loaded."""
    warmUp: Duration = 0  # noqa: N815
    """A stretch before the first phase, at its rate, that is in no number."""
    drain: Duration = 30_000_000
    """How long sessions in flight may take to finish after the last arrival."""
    giveUpAfter: Duration = 5_000_000  # noqa: N815
    """When to end a run in which nothing has succeeded from the start; 0 is never."""
    timeouts: TimeoutSettings = TimeoutSettings()
    """When a request is given up."""
    validity: ValidityLimits = ValidityLimits()
    """From where on the generator makes the numbers."""
    apdex: Annotated[Duration, Field(gt=0)] | None = None
    """A score of how content users may be: within this time they are, up to four times that they
    bear it."""
    weights: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    """Replaces the weights that the scenarios declare, by flow, or by class of Locust's users."""
    data: dict[str, FeedSettings] = Field(default_factory=dict)
    """What sessions work with beside the data file, or in place of its lists, by name."""
    workers: int = Field(default=1, ge=1, le=256)
    """Generator processes on this machine."""
    export: ExportSettings = ExportSettings()
    """Where the run is told while it goes on."""


class LoadSettings(Section):
    """The whole file."""

    config: RunSettings = RunSettings()
    """The run."""
    profiles: dict[str, ProfileSettings] = Field(default_factory=dict)
    """Schedules, by name."""
    flows: Flows = ()
    """What sessions do, as data; beside those of the target's file."""
