"""How two sides are compared: what matters, what is assumed, what may differ. Pure data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from kampyn_perf.stats.between_runs import BETWEEN_RUNS, WATCHED_BETWEEN_RUNS

MARGIN = 0.05
RATE_MARGIN = 0.001
"""Of shares of failed requests: the document's own limit of 5xx."""
CONFIDENCE = 0.95
MOST_PAIRS = 30
_TWO_SIDED = 1.96


class Condition(StrEnum):
    """What two runs have to have alike, unless it is just what is compared."""

    SCENARIO = "scenario"
    SCHEDULE = "schedule"
    SEED = "seed"
    TARGET = "target"
    BUILD = "build"
    MACHINE = "machine"
    BUSY = "busy"
    """That the machine had nothing else to do."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How sides are compared."""

    margin: float = MARGIN
    rate_margin: float = RATE_MARGIN
    between_runs: float | None = None
    """By how much two runs of one system differ at most, in 95 of 100 cases. None: as other runs of
    the same configuration did, or else as is assumed (`stats.BETWEEN_RUNS`)."""
    confidence: float = CONFIDENCE
    allowed: Sequence[Condition] = ()
    """What need not be alike, since it is what is compared."""
    strict: bool = False

    @property
    def assumed(self) -> float:
        """Where no other runs say it."""
        return BETWEEN_RUNS if self.between_runs is None else self.between_runs

    def deviation(self, *, watched: bool = False) -> float:
        """The same as the standard deviation of a change's logarithm from one run to another; of
        what is watched beside the load, which differs more, unless it is said."""
        share = WATCHED_BETWEEN_RUNS if watched and self.between_runs is None else self.assumed
        return math.log1p(share) / _TWO_SIDED
