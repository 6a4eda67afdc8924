"""Everything that one run is asked to be, as one value. Describes; starts nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kampyn_perf.errors import Problem
from kampyn_perf.load.distributed.remote import Master
from kampyn_perf.load.settings import ExportSettings
from kampyn_perf.load.spec import RunSpec
from kampyn_perf.sources import PathKey, Source

if TYPE_CHECKING:
    from kampyn_perf.backend import RunningBackend
    from kampyn_perf.backend.settings import BackendSettings


@dataclass(frozen=True, kw_only=True)
class Bundled:
    """The bundled backend, started for the run and stopped after it. The specification's URL and
    data file follow from it."""

    settings: BackendSettings
    state: Path
    """Where it keeps its data; emptied at the start."""


@dataclass(frozen=True, kw_only=True)
class LoadRequest:
    """One run."""

    spec: RunSpec
    bundled: Bundled | None = None
    """None: the target of the specification is somebody else's, and runs already."""
    running: RunningBackend | None = None
    """The bundled backend, where the caller has started it and will stop it (`load.backend_for`):
    several runs then meet the same one."""
    master: Master | None = None
    """None: generators are processes of this machine, `spec.workers` of them."""
    folder: Path | None = None
    """Where the run is saved as it goes: a folder that holds no run yet."""
    reports: Path | None = None
    """A folder of folders: without `folder` a new one is made there, and `latest` points at the
    newest. None as well: the run is saved nowhere, the caller only wants the result."""
    audit: bool = False
    """Whether what is stored is checked afterwards: against itself in the bundled backend, and
    against what answers acknowledged, as the target's `audit` says."""
    objectives: Source = field(default_factory=lambda: Source({}, ""))
    """What a script says itself that it is judged by, as `slo.yaml` has it; unread, as `watch`."""
    unjudged: tuple[Problem, ...] = ()
    """Limits of the script that no objective says: a verdict without them would not be its own."""
    remarks: tuple[str, ...] = ()
    """What whoever runs it should know: what of a script means something else here, and which
    locustfile is run where nobody named one."""
    watch: Source = field(default_factory=lambda: Source({}, ""))
    """The target's `watch` section below that key, unread: what is measured beside the run is the
    affair of its watcher."""
    faults: Source = field(default_factory=lambda: Source({}, ""))
    """What load.yaml says of faults, unread, likewise."""
    export: ExportSettings = field(default_factory=ExportSettings)
    """Where the run is told while it goes on: the affair of an observer."""
    faults_above: PathKey = ()
    """Below which keys that stood."""

    @property
    def generators(self) -> int:
        """How many there are from the start."""
        return self.master.expect_workers if self.master else self.spec.workers
