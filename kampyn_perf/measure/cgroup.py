"""A control group of Linux (cgroup v2): what it used, and what it may use at most.

Memory is the working set, as Kubernetes' `container_memory_working_set_bytes`: what is in use
without file pages that would be given back at once. Bytes, microseconds of CPU time, cores.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Group:
    """One folder below /sys/fs/cgroup. Methods raise OSError where a file cannot be read."""

    folder: Path

    def working_set(self) -> int:
        """Bytes in use."""
        current = int(self._read("memory.current"))
        return max(current - self._fields("memory.stat").get("inactive_file", 0), 0)

    def cpu(self) -> dict[str, int]:
        """`usage_usec` since its beginning, and with a limit `nr_throttled`."""
        return self._fields("cpu.stat")

    def memory_limit(self) -> int | None:
        """Bytes; None without a limit."""
        try:
            text = self._read("memory.max").strip()
        except OSError:
            return None
        return int(text) if text.isdigit() else None

    def cpu_limit(self) -> float | None:
        """Cores; None without a limit."""
        try:
            quota, _, period = self._read("cpu.max").strip().partition(" ")
        except OSError:
            return None
        return int(quota) / int(period) if quota.isdigit() else None

    def _fields(self, file: str) -> dict[str, int]:
        """`name number` in each line."""
        pairs = (line.split() for line in self._read(file).splitlines())
        return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2}

    def _read(self, file: str) -> str:
        return (self.folder / file).read_text()


@dataclass(frozen=True)
class Limits:
    """The tightest limits over a process, each with the group that has it."""

    cpu: tuple[Group, float] | None = None
    memory: tuple[Group, int] | None = None


def limits_of(pid: int | str = "self", *, proc: Path = Path("/proc"), root: Path = ROOT) -> Limits:
    """What a process may use at most, by its group and all groups above it.

    Within a container its own group is the root of what can be seen, and has its limits there.
    """
    groups = [Group(folder) for folder in _folders(pid, proc, root)]
    cpus = [(group, limit) for group in groups if (limit := group.cpu_limit())]
    memories = [(group, limit) for group in groups if (limit := group.memory_limit())]
    return Limits(
        cpu=min(cpus, key=lambda pair: pair[1], default=None),
        memory=min(memories, key=lambda pair: pair[1], default=None),
    )


def _folders(pid: int | str, proc: Path, root: Path) -> Iterator[Path]:
    """Of the process's group and those above it, as far as they are there."""
    try:
        lines = (proc / str(pid) / "cgroup").read_text().splitlines()
    except OSError:
        return
    path = next((line[3:] for line in lines if line.startswith("0::")), None)
    if path is None:
        return
    parts = [part for part in path.split("/") if part not in ("", "..")]
    for length in range(len(parts), -1, -1):
        folder = root.joinpath(*parts[:length])
        if folder.is_dir():
            yield folder
