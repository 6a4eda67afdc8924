"""A figure of both sides, before anything is decided. Plain values."""

from __future__ import annotations

from dataclasses import dataclass

from kampyn_perf.compare.effect import Effect
from kampyn_perf.compare.figures import Key


@dataclass(frozen=True, kw_only=True)
class Pending:
    """What is known of one figure's change."""

    key: Key
    base: float | None
    new: float | None
    samples: tuple[int, int]
    runs: tuple[int, int]
    relative: bool
    margin: float
    """In the effect's own scale."""
    effect: Effect | None
    """None where a side has no value."""
    missing: str = ""
    primary: bool = False
    silent: bool = False
    """Whether it is 0 in every run, as shares of failed requests mostly are: no change of it can be
    claimed."""

    @property
    def beyond(self) -> bool:
        """Whether the change observed is beyond the margin."""
        return self.effect is not None and abs(self.effect.change) > self.margin
