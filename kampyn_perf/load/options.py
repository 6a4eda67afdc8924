"""What a run is asked to be by flags, before the files are read."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kampyn_perf.load.direct import DirectRequest, DirectSchedule

STATE = Path(".kampyn/load")


@dataclass(frozen=True, kw_only=True)
class LoadOptions:
    """What `kampyn-perf load` takes as flags; each None or empty where the files decide."""

    direct: DirectRequest = field(default_factory=DirectRequest)
    """URLs, or a curl command: no target's file is needed."""
    schedule: DirectSchedule = field(default_factory=DirectSchedule)
    """Stands in for a profile."""
    profile: str | None = None
    flows: Sequence[str] = ()
    """Only these; any part of a name."""
    target: str | None = None
    """A file of configs/targets, or a URL; None: load.yaml's, which is the bundled backend."""
    url: str | None = None
    data: Path | None = None
    config: Path | None = None
    """A load.yaml; None: configs/load.yaml, or the shipped one."""
    sets: Sequence[str] = ()
    """`config.maxVusers=500`, `backend.workers=2`: values of load.yaml and of the bundled
    backend."""
    seed: int | None = None
    workers: int | None = None
    warm_up: str | None = None
    """A duration."""
    state: Path = STATE
    """Where the bundled backend keeps its data."""
    allow_hosts: Sequence[str] = ()
    scenario: Path | None = None
    """A locustfile, whatever the files say."""
    more_scenarios: Sequence[Path] = ()
    """Further ones."""
    locust_arguments: Sequence[str] = ()
    """What stands after `--`: for the arguments that locustfiles add."""
    artillery: Path | None = None
    """A script of Artillery: target, phases, flows and limits at once."""
    environment: str = ""
    """Of its `config.environments`."""
    tags: Sequence[str] = ()
    exclude_tags: Sequence[str] = ()
    otlp: str | None = None
    push_gateway: str | None = None
    need_files: bool = True
    """Whether files of session data have to be there: not for a description alone."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    """KAMPYN_LOAD_… sets values too."""
