"""What the coordinator knows of its generators, as its validity is judged by. Pure data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kampyn_perf.load.clock import ClockReading
from kampyn_perf.results.load import ApartRequests


@dataclass(frozen=True, kw_only=True)
class Sizing:
    """What one generator was measured to carry on this machine; nothing, where it never was."""

    rate: float | None = None
    """Requests per second of the documented mix."""
    when: str = ""
    """In words, and by what."""
    cores: int | None = None


@dataclass(frozen=True, kw_only=True)
class GeneratorFacts:
    """What the coordinator knows of the generators beside what they recorded."""

    names: Sequence[str] = ()
    lost: Mapping[int, str] = field(default_factory=dict)
    """How each of those that were lost was lost."""
    taken_over: bool = False
    """Whether others took over the parts of all that were lost."""
    joined_us: Mapping[int, int] = field(default_factory=dict)
    """When those joined that were not there at the start."""
    declined: Mapping[int, str] = field(default_factory=dict)
    """Why those that came late did not take part."""
    clocks: Mapping[int, tuple[ClockReading, ClockReading]] = field(default_factory=dict)
    """Of each generator, at the start and at the end."""
    compiled: Mapping[int, bool] = field(default_factory=dict)
    """Whether each generator that was ready ran with what is compiled."""
    scenario_errors: Mapping[str, int] = field(default_factory=dict)
    idle_sessions: Mapping[str, int] = field(default_factory=dict)
    """Sessions that came to their end without a request, by flow."""
    remarks: Sequence[str] = ()
    """What the generators had to say of how the scenario ended."""
    apart: Sequence[ApartRequests] = ()
    """Requests that are in no other number."""
    trouble: str = ""
    """What ended the run before its time, other than a signal."""
    unwritten: str = ""
    """What could not be saved during the run."""
    sizing: Sizing = field(default_factory=Sizing)
    blind: Sequence[str] = ()
    """Observers that failed, and saw no more of the run."""
