"""What was asked for on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class SuiteFlags:
    """What the built-in suites measure."""

    target: str = ""
    url: str = ""
    data: Path | None = None
    allow_hosts: tuple[str, ...] = ()
    db: str = ""
    allow_writes: bool = False
    redis: str = ""
    sets: tuple[str, ...] = ()
    """Of configs/backend.yaml: the bundled backend's store, cache and password cost."""


@dataclass(frozen=True, kw_only=True)
class BenchFlags:
    """All of it."""

    what: tuple[str, ...]
    keyword: str
    iterations: int
    rounds: int
    warmup: int | None
    max_time: str
    timeout: str
    max_failures: int
    params: tuple[str, ...]
    gc: bool
    list_only: bool
    form: str
    out: Path | None
    suites: SuiteFlags
