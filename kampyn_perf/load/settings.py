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
    duration: Duration | None = None
    arrivalRate: Rate | None = None  # noqa: N815 (Artillery's key)
    rampTo: Rate | None = None  # noqa: N815
    arrivalCount: int | None = Field(default=None, ge=0)  # noqa: N815
    pause: Duration | None = None
    maxVusers: int | None = Field(default=None, ge=1)  # noqa: N815

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
    phases: tuple[PhaseSettings, ...]
    mode: ArrivalMode | None = None
    """Overrides the run's mode."""
    faults: Any = None
    """In place of those of the run."""

    @field_validator("phases")
    @classmethod
    def _some(cls, phases: tuple[PhaseSettings, ...]) -> tuple[PhaseSettings, ...]:
        if not phases:
            raise ValueError("needs at least one phase")
        return phases


class TimeoutSettings(Section):
    """When a request is given up."""

    connect: Duration = Field(default=10_000_000, gt=0)
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
    headroom: float = Field(default=0.9, gt=0, le=1)
    """Share of file descriptors or ports in use from which on there is a warning."""
    clockUncertainty: Milliseconds = 10_000  # noqa: N815
    """Of generators on other machines."""
    clockDrift: Milliseconds = 50_000  # noqa: N815
    """By how much two machines' clocks may part during the run."""


class RunSettings(Section):
    """The `config` section."""

    target: str = "reference"
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
    seed: Seed = 1
    maxVusers: int = Field(default=10_000, ge=1)  # noqa: N815
    maxWaiting: int = Field(default=100_000, ge=0)  # noqa: N815
    """Arrivals that may wait for a free virtual user; more are dropped: the run is invalid."""
    allowHosts: tuple[str, ...] = ()  # noqa: N815
    warmUp: Duration = 0  # noqa: N815
    """A stretch before the first phase, at its rate, that is in no number."""
    drain: Duration = 30_000_000
    """How long sessions in flight may take to finish after the last arrival."""
    giveUpAfter: Duration = 5_000_000  # noqa: N815
    """When to end a run in which nothing has succeeded from the start; 0 is never."""
    timeouts: TimeoutSettings = TimeoutSettings()
    validity: ValidityLimits = ValidityLimits()
    apdex: Annotated[Duration, Field(gt=0)] | None = None
    """A score of how content users may be: within this time they are, up to four times that they
    bear it."""
    weights: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    """Replaces the weights that the scenarios declare, by flow, or by class of Locust's users."""
    data: dict[str, FeedSettings] = Field(default_factory=dict)
    """What sessions work with beside the data file, or in place of its lists, by name."""
    workers: int = Field(default=1, ge=1, le=256)
    """Generator processes on this machine."""


class LoadSettings(Section):
    """The whole file."""

    config: RunSettings = RunSettings()
    profiles: dict[str, ProfileSettings] = Field(default_factory=dict)
    flows: Flows = ()
    """What sessions do, as data; beside those of the target's file."""
