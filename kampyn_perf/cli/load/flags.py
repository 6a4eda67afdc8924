"""What was asked of `kampyn-perf load`, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Role(StrEnum):
    """What this process is in a run."""

    LOCAL = "local"
    MASTER = "master"
    WORKER = "worker"


@dataclass(frozen=True, kw_only=True)
class LoadFlags:
    """The flags, as given; None where one was left out."""

    profile: str | None
    flows: tuple[str, ...]
    target: str | None
    url: str | None
    data: Path | None
    config: Path | None
    slo: str
    sets: tuple[str, ...]
    seed: int | None
    workers: int | None
    role: Role
    master_host: str
    master_port: int
    expect_workers: int
    warm_up: str | None
    out: Path | None
    state: Path
    allow_hosts: tuple[str, ...]
    dry_run: bool
    audit: bool
    strict: bool
    as_json: bool
