"""A control group of Linux (cgroup v2): what it used, and what it may use at most.

Memory is the working set, as Kubernetes' `container_memory_working_set_bytes`: what is in use
without file pages that would be given back at once. Bytes, microseconds of CPU time, cores.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kampyn_perf.process_limits import control_groups, tightest_cpu_group

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
    """The tightest limits over this process, each with the group that has it."""

    cpu: tuple[Group, float] | None = None
    memory: tuple[Group, int] | None = None


def own_limits(root: Path = Path("/")) -> Limits:
    """What this process may use at most, by its group and all groups above it, where it can be
    seen how much of that is used."""
    cpu = tightest_cpu_group(root)
    memories = [
        (Group(folder), limit)
        for folder in control_groups("memory", root)
        if (limit := Group(folder).memory_limit())
    ]
    return Limits(
        cpu=(Group(cpu[0]), cpu[1]) if cpu and _tells(Group(cpu[0]).cpu) else None,
        memory=min(
            (pair for pair in memories if _tells(pair[0].working_set)),
            key=lambda pair: pair[1],
            default=None,
        ),
    )


def _tells(what: Callable[[], object]) -> bool:
    """Whether it can be read: version 1 has other files."""
    try:
        what()
    except (OSError, ValueError):
        return False
    return True
