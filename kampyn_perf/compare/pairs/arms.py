"""What is run against each other. Describes; starts nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from kampyn_perf.compare.settings import MOST_PAIRS, Settings
from kampyn_perf.load import LoadRequest, Watcher


class Role(StrEnum):
    """What an arm is in the comparison."""

    BASE = "base"
    NEW = "new"
    CONTROL = "control"
    """The base once more: between the two nothing differs."""


@dataclass(frozen=True, kw_only=True)
class ServerCommand:
    """A server that is started for each run of its arm, and stopped after it."""

    command: str
    """Words as in a shell, without one; `{port}` stands for a free port, as does the variable
    PORT."""
    health: str = "/"
    """The path that answers (below 500) once it is ready."""
    ready_s: float = 60.0
    """How long that may take."""


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One side."""

    name: str
    """For people."""
    request: Callable[[str], LoadRequest]
    """The load, given the URL of the started server (empty where none is started)."""
    server: ServerCommand | None = None


@dataclass(frozen=True, kw_only=True)
class PairsRequest:
    """What is compared, and for how long at most."""

    base: Arm
    new: Arm
    most: int = MOST_PAIRS
    """Pairs."""
    seed: int = 1
    """Of the order within each pair."""
    control: bool = True
    """Whether the base runs once more in each round."""
    primary: tuple[tuple[str, str], ...] = (("response_time", "p95"),)
    """Metrics and statistics of the whole that decide when it ends."""
    settings: Settings = field(default_factory=Settings)
    rest_s: float = 0.5
    """Between two runs."""
    folder: Path | None = None
    """Where each run gets a folder of its own; None: they are kept nowhere."""
    watcher: Callable[[LoadRequest], Watcher | None] = lambda _: None
    """What is measured beside each run."""
