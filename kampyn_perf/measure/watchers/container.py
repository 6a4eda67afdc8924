"""A container, by its control group (cgroup v2): memory as it counts against the limit, and CPU.

Memory is the working set, as Kubernetes' `container_memory_working_set_bytes`: what is in use
without file pages that would be given back at once. CPU is a share of one core.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kampyn_perf import names
from kampyn_perf.measure.readings import NotSeen, Quantity, Reading, Remark, Sample
from kampyn_perf.units import MICROSECONDS, format_size

ROOT = Path("/sys/fs/cgroup")
_REMEDY = "name its folder below /sys/fs/cgroup with --watch-cgroup"


def group_of(pid: int, *, proc: Path = Path("/proc"), root: Path = ROOT) -> Path | None:
    """The control group of a process, if it has one of its own with memory counted; a group of v1
    has not."""
    try:
        lines = (proc / str(pid) / "cgroup").read_text().splitlines()
    except OSError:
        return None
    path = next((line[3:] for line in lines if line.startswith("0::")), "")
    folder = root / path.lstrip("/")
    return folder if (folder / "memory.current").is_file() else None


class ContainerWatcher:
    """One control group. With `instance`, its memory is that of one instance of the backend."""

    waits = False
    every_slot = False

    def __init__(
        self, folder: Path, *, instance: bool = False, interval_us: int = MICROSECONDS
    ) -> None:
        self.interval_us = interval_us
        self.name = f"container {folder.name}"
        self.provides = (names.MEMORY_PER_INSTANCE,) if instance else ()
        self._folder = folder
        metric = names.MEMORY_PER_INSTANCE if instance else names.CONTAINER_MEMORY
        self._memory = Quantity(metric, self.name, "cgroup, working set", "bytes")
        self._cpu = Quantity(names.CONTAINER_CPU, self.name, "cgroup", "share")
        self._usage_us: int | None = None
        self._throttled = 0
        self._at_us = 0

    def sample(self, at_us: int) -> Iterator[Reading]:
        yield Sample(self._memory, self._working_set())
        cpu = _fields(self._read("cpu.stat"))
        if self._usage_us is not None:
            used_us = cpu["usage_usec"] - self._usage_us
            yield Sample(self._cpu, max(used_us, 0) / (at_us - self._at_us))
            if cpu.get("nr_throttled", 0) > self._throttled:
                yield Remark("its CPU limit held it back during the run")
        else:
            yield from self._limits()
        self._usage_us, self._at_us = cpu["usage_usec"], at_us
        self._throttled = cpu.get("nr_throttled", 0)

    def close(self) -> None:
        """Holds nothing."""

    def _working_set(self) -> int:
        current = int(self._read("memory.current"))
        return max(current - _fields(self._read("memory.stat")).get("inactive_file", 0), 0)

    def _limits(self) -> Iterator[Remark]:
        """What the container may use, said once."""
        memory = self._read("memory.max").strip()
        if memory.isdigit():
            yield Remark(f"its memory is limited to {format_size(int(memory))}")
        quota, _, period = self._read("cpu.max").strip().partition(" ")
        if quota.isdigit():
            yield Remark(f"its CPU is limited to {int(quota) / int(period):g} cores")

    def _read(self, file: str) -> str:
        path = self._folder / file
        try:
            return path.read_text()
        except OSError as error:
            raise NotSeen(f"cannot read {path}: {error.strerror}", remedy=_REMEDY) from error


def _fields(text: str) -> dict[str, int]:
    """`name number` in each line."""
    pairs = (line.split() for line in text.splitlines())
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2}
