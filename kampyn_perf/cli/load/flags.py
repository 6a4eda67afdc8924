"""What was asked of `kampyn-perf load`, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kampyn_perf.load import LoadOptions, Master
    from kampyn_perf.measure import WatchFlags


class Role(StrEnum):
    """What this process is in a run."""

    LOCAL = "local"
    MASTER = "master"
    WORKER = "worker"


@dataclass(frozen=True, kw_only=True)
class LoadFlags:
    """The flags, as given."""

    options: LoadOptions
    """What decides the run; its `sets` may name values of slo.yaml and of `watch` too."""
    watch: WatchFlags
    baseline: Path | None
    """The earlier run that relative targets are about."""
    slo: str | None
    """None: those that fit the target."""
    alerts: str
    role: Role
    master: Master
    out: Path | None
    dry_run: bool
    audit: bool
    flame_graph: str | None
    """For how long a worker is looked into; None: not at all."""
    strict: bool
    lenient: bool
    as_json: bool
    tags: tuple[str, ...] = ()
    """What the run is called."""
    note: str = ""
    live_report: int | None = None
    """The port on loopback where the page of the run is, while it goes on."""
