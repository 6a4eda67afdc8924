"""A container that is one instance of the backend, by its control group. CPU: share of a core."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kampyn_perf import names
from kampyn_perf.measure.cgroup import ROOT, Group
from kampyn_perf.measure.readings import NotSeen, Quantity, Reading, Remark, Sample
from kampyn_perf.units import MICROSECONDS, format_size

_REMEDY = "name its folder below /sys/fs/cgroup with --watch-cgroup; /proc/PID/cgroup tells it"


class ContainerWatcher:
    """The one group whose path below /sys/fs/cgroup is `pattern`, as file names are matched."""

    waits = False
    every_slot = False
    provides = (names.MEMORY_PER_INSTANCE,)

    def __init__(self, pattern: str, *, root: Path = ROOT, interval_us: int = MICROSECONDS) -> None:
        self.interval_us = interval_us
        self._pattern = pattern.strip("/")
        self._root = root
        self.name = f"container {self._pattern.rpartition('/')[2]}"
        self._memory = Quantity(
            names.MEMORY_PER_INSTANCE, self.name, "cgroup, working set", "bytes"
        )
        self._cpu = Quantity(names.CONTAINER_CPU, self.name, "cgroup", "share")
        self._group: Group | None = None
        self._used: dict[str, int] = {}
        self._at_us = 0

    def sample(self, at_us: int) -> Iterator[Reading]:
        group = self._group = self._group or self._find()
        try:
            yield Sample(self._memory, group.working_set())
            used = group.cpu()
        except OSError as error:
            self._group = None
            path = error.filename or group.folder
            raise NotSeen(f"cannot read {path}: {error.strerror}", remedy=_REMEDY) from error
        if self._used:
            spent_us = used["usage_usec"] - self._used["usage_usec"]
            yield Sample(self._cpu, max(spent_us, 0) / (at_us - self._at_us))
            if used.get("nr_throttled", 0) > self._used.get("nr_throttled", 0):
                yield Remark("its CPU limit held it back during the run")
        else:
            yield from _limits(group)
        self._used, self._at_us = used, at_us

    def close(self) -> None:
        """Holds nothing."""

    def _find(self) -> Group:
        folders = [folder for folder in self._root.glob(self._pattern) if folder.is_dir()]
        if len(folders) != 1:
            raise NotSeen(
                f"{len(folders) or 'no'} control groups are called {self._pattern}",
                remedy=_REMEDY,
            )
        return Group(folders[0])


def _limits(group: Group) -> Iterator[Remark]:
    """What the container may use, said once."""
    memory, cpu = group.memory_limit(), group.cpu_limit()
    if memory is not None:
        yield Remark(f"its memory is limited to {format_size(memory)}")
    if cpu is not None:
        yield Remark(f"its CPU is limited to {cpu:g} cores")
