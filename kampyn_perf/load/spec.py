"""A run, resolved: everything that the generator needs, in one document. Pure.

Configuration describes; nothing here starts anything. The command line resolves a specification,
prints it (`--dry-run`) or hands it to the coordinator, which hands it to the generator as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import Field

from kampyn_perf.config import Section
from kampyn_perf.errors import KampynError
from kampyn_perf.load.settings import (
    DEFAULT_PROFILE,
    ClientChoice,
    LoadSettings,
    PhaseSettings,
    ProfileSettings,
    TimeoutSettings,
    TraceSettings,
    ValidityLimits,
)
from kampyn_perf.load.target.settings import FeedOrder, TargetSettings
from kampyn_perf.schedule import ArrivalMode, Phase, Schedule, numbered
from kampyn_perf.suggest import did_you_mean

CUSTOM_PROFILE = "config"
"""The name of the phases that stand under `config` itself, as in an Artillery file."""
WARM_UP = "Warm-up"


class FeedSpec(Section):
    """Rows that sessions work with."""

    file: Path | None = None
    """None: the data file's list of that name."""
    order: FeedOrder
    delimiter: str = ","
    rows: tuple[dict[str, Any], ...] = ()
    fields: tuple[str, ...] = ()
    skip_header: bool = False
    numbers: bool = False
    flat: bool = False
    whole: bool = False


class RunSpec(Section):
    """One run."""

    profile: str
    phases: tuple[PhaseSettings, ...]
    mode: ArrivalMode
    seed: int
    scenarios: Path | None = None
    """The locustfile; None: flows as data alone."""
    more_scenarios: tuple[Path, ...] = ()
    """Further locustfiles, whose users take part as well."""
    locust_arguments: tuple[str, ...] = ()
    """What a locustfile's own arguments are given."""
    keep_hosts: bool = False
    """Whether users of Locust's own classes ask the host of their class, where they have one."""
    tags: tuple[str, ...] = ()
    """Only tasks of a locustfile that have one of these."""
    exclude_tags: tuple[str, ...] = ()
    client: ClientChoice = ClientChoice.AUTO
    flows: tuple[str, ...] = ()
    """Only these; empty: all that the scenarios declare."""
    weights: dict[str, int] = Field(default_factory=dict)
    """Replace what the scenarios declare."""
    max_vusers: int
    max_waiting: int
    warm_up: int = 0
    """Microseconds before the first phase that count in no number."""
    drain: int
    """Microseconds that sessions in flight have after the last arrival."""
    give_up_after: int = 0
    """Microseconds after which a run ends in which nothing has succeeded; 0 is never."""
    timeouts: TimeoutSettings
    validity: ValidityLimits
    target: str
    """The name of the target's file."""
    url: str
    allow_hosts: tuple[str, ...] = ()
    api: TargetSettings
    """What is asked of it: operations, how one signs in, flows as data (those of load.yaml too)."""
    data: Path | None = None
    feeds: dict[str, FeedSpec] = Field(default_factory=dict)
    workers: int = 1
    """Generator processes on this machine."""
    audited: bool = False
    """Whether generators tell what answers acknowledge, as the target's `audit` has it."""
    traces: TraceSettings | None = None
    """None: no session is traced."""
    thresholds: tuple[int, ...] = ()
    """Microseconds: response times from each of these on are told exactly from those below, for
    the objectives that the run will be judged by."""
    apdex: int | None = None
    """Microseconds within which users are content, where a score of that was asked for."""
    objectives: dict[str, Any] = Field(default_factory=dict)
    """What a script says itself that it is judged by, beside the usual objectives: as `slo.yaml`
    has it, for whoever judges the run again."""

    @property
    def locustfiles(self) -> tuple[Path, ...]:
        """All of them."""
        return (self.scenarios, *self.more_scenarios) if self.scenarios else ()

    def dump(self) -> bytes:
        """JSON from which the generator makes the same specification."""
        return self.model_dump_json(by_alias=True, exclude_none=True).encode()

    def schedule(self) -> Schedule:
        """The arrivals; a warm-up is phase 0."""
        phases = [phase.to_phase(number) for number, phase in enumerate(self.phases, start=1)]
        names = numbered([phase.name for phase in phases])
        phases = [replace(phase, name=name) for phase, name in zip(phases, names, strict=True)]
        if self.warm_up:
            first = next((phase for phase in phases if phase.expected), phases[0])
            rate = first.rates[0] or first.rates[1]
            phases.insert(0, Phase(name=WARM_UP, duration_us=self.warm_up, rate=rate))
        return Schedule(phases, mode=self.mode, seed=self.seed)


def choose_profile(settings: LoadSettings, wanted: str | None) -> tuple[str, ProfileSettings]:
    """The profile that was asked for; without a wish, `config.phases`, or the documented one."""
    if wanted is None:
        if settings.config.phases:
            return CUSTOM_PROFILE, ProfileSettings(phases=settings.config.phases)
        wanted = settings.config.profile or DEFAULT_PROFILE
    if wanted in settings.profiles:
        return wanted, settings.profiles[wanted]
    known = ", ".join(sorted(settings.profiles)) or "none"
    raise KampynError(
        f"there is no profile {wanted!r}; known: {known}",
        hint=did_you_mean(
            wanted, settings.profiles, otherwise="Profiles stand in configs/load.yaml."
        ),
    )


def choose_flows(
    declared: Mapping[str, int], wanted: tuple[str, ...], weights: Mapping[str, int]
) -> dict[str, int]:
    """Flows and their weights: those declared, narrowed by `wanted`, with `weights` put in.

    A wish may be any part of a flow's name that only one flow has, or the user class of several
    (`Shopper` of `Shopper.look`). Raises KampynError.
    """
    unknown = [name for name in weights if name not in declared]
    if unknown:
        raise KampynError(
            f"config.weights names no flow: {', '.join(unknown)}; there are: {', '.join(declared)}"
        )
    chosen = {name for wish in wanted for name in _match(wish, declared)} or set(declared)
    result = {
        name: weights.get(name, weight) for name, weight in declared.items() if name in chosen
    }
    if not any(result.values()):
        raise KampynError("no flow is left with a weight above 0, so there is nothing to run")
    return {name: weight for name, weight in result.items() if weight > 0}


def _match(wish: str, declared: Mapping[str, int]) -> list[str]:
    if not wish.strip():
        raise KampynError(f"--flow is empty; there are: {', '.join(declared)}")
    near = [name for name in declared if wish.lower() in name.lower()]
    exact = [name for name in near if name.lower() == wish.lower()]
    if len(exact or near) == 1:
        return exact or near
    if of_class := [name for name in near if name.lower().startswith(f"{wish.lower()}.")]:
        return of_class
    what = "more than one flow" if near else "no flow"
    raise KampynError(f"--flow {wish!r} names {what}; there are: {', '.join(declared)}")
