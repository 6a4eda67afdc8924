"""How two sides are compared: what matters, what is assumed, what may differ. Pure data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

MARGIN = 0.05
BETWEEN_RUNS = 0.10
"""Two runs of the same system differ by so much for reasons that neither of them shows (caches,
where memory lies, the machine's neighbours). With one run a side that cannot be told from a change;
an assumption, which `--between-runs` replaces: `docs/compare.md` says what it is taken from."""
RATE_MARGIN = 0.001
"""Of shares of failed requests: the document's own limit of 5xx."""
CONFIDENCE = 0.95
MOST_PAIRS = 30


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
    between_runs: float = BETWEEN_RUNS
    confidence: float = CONFIDENCE
    allowed: Sequence[Condition] = ()
    """What need not be alike, since it is what is compared."""
    strict: bool = False
