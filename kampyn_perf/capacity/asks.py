"""What a search asks for: the next step, or that it is over."""

from __future__ import annotations

from dataclasses import dataclass

from kampyn_perf.results.capacity import Ending, StepKind


@dataclass(frozen=True, kw_only=True)
class Rung:
    """So many users at once, for whom arrivals come at `rate`, which is more than they can take."""

    users: int
    rate: float


@dataclass(frozen=True, kw_only=True)
class Ask:
    """The next step."""

    kind: StepKind
    rate: float = 0.0
    warm_up_us: int = 0
    measured_us: int = 0
    rungs: tuple[Rung, ...] = ()
    """Of a ladder: each for `measured_us`, one after the other."""
    beyond: bool = False
    """Whether it is for the limit by requests alone."""

    @property
    def length_us(self) -> int:
        """Of its schedule."""
        return self.warm_up_us + self.measured_us * max(len(self.rungs), 1)


@dataclass(frozen=True, kw_only=True)
class Stop:
    """The search is over."""

    ending: Ending
    reason: str
