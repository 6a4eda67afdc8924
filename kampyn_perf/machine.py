"""What a number is comparable with: CPU, operating system, Python, versions, git."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict

from kampyn_perf import __version__, compiled
from kampyn_perf.process_limits import usable_cpus

ENGINE = "engine"
"""Among versions, where generators ran compiled, all or some; earlier ones had no such thing."""
_PACKAGES = ("locust", "gevent", "httptools", "granian", "fastapi", "pymongo", "redis")


class Machine(BaseModel):
    """Facts of the machine and the programs that a result was measured with."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)

    hostname: str
    os: str
    cpu: str
    cores: int
    """Logical cores that this process may use."""
    memory_bytes: int
    python: str
    versions: dict[str, str]
    git_commit: str = ""
    """Of the folder the command ran in; empty outside a checkout. `+` marks local changes."""


def describe(folder: Path | None = None) -> Machine:
    """The facts of this machine, for a result made in `folder` (default: the current one)."""
    return Machine(
        hostname=platform.node(),
        os=f"{platform.system()} {platform.release()}",
        cpu=_cpu_model(),
        cores=usable_cpus(),
        memory_bytes=int(psutil.virtual_memory().total),
        python=platform.python_version(),
        versions={"kampyn-perf": __version__} | _versions(),
        git_commit=_git_commit(folder or Path.cwd()),
    )


def with_engine(machine: Machine, ran_compiled: Iterable[bool]) -> Machine:
    """The same for numbers that depend on whether load generators run compiled, which
    `ran_compiled` says of each, wherever it was: as a version."""
    known = set(ran_compiled)
    if True not in known:
        return machine
    engine = "compiled in part" if False in known else "compiled"
    return machine.model_copy(update={"versions": {**machine.versions, ENGINE: engine}})


def with_local_engine(machine: Machine) -> Machine:
    """The same, of a generator that is started here and now."""
    return with_engine(machine, [not compiled.why_not()])


def _versions() -> dict[str, str]:
    versions = {}
    for package in _PACKAGES:
        try:
            versions[package] = _version(package)
        except PackageNotFoundError:
            continue
    return versions


def _version(package: str) -> str:
    """Of an installed one, from the head of its metadata: reading all of it as an e-mail, as
    `importlib.metadata.version` does, takes longer than everything else here."""
    found = distribution(package)
    for line in (found.read_text("METADATA") or "").splitlines():
        name, _, value = line.partition(":")
        if name == "Version":
            return value.strip()
        if not name:
            break
    return found.version


def _cpu_model() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _git_commit(folder: Path) -> str:
    commit = _git(folder, "rev-parse", "--short=12", "HEAD")
    if not commit:
        return ""
    changed = _git(folder, "status", "--porcelain", "--untracked-files=no")
    return f"{commit}+" if changed else commit


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
