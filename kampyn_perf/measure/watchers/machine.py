"""This machine: CPU, memory, network, time stolen by its hypervisor, and pressure.

Shares are of one; network is bytes per second.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psutil

from kampyn_perf import names
from kampyn_perf.measure.cgroup import Limits, own_limits
from kampyn_perf.measure.cpu import busy_share, steal_share
from kampyn_perf.measure.readings import Quantity, Reading, Sample
from kampyn_perf.units import MICROSECONDS, counted, format_size

SUBJECT = "machine"
_LOOPBACK = "lo"
_PRESSURES = {
    "cpu": names.CPU_PRESSURE,
    "memory": names.MEMORY_PRESSURE,
    "io": names.IO_PRESSURE,
}


class MachineWatcher:
    """The machine that this runs on, or as much of it as this process and the backend may use.

    In a container with limits, or with some of the cores only, the machine may look idle while all
    that can be had is used: whichever of the two is nearer to its limit counts.
    """

    name = "machine"
    waits = False
    every_slot = False
    provides = (names.CPU, names.MEMORY)

    def __init__(
        self,
        *,
        note: str = "",
        only_our_cores: bool = False,
        limits: Limits | None = None,
        interval_us: int = MICROSECONDS,
    ) -> None:
        """`note` stands beside the source: who else uses the machine. `limits`: those of this
        process's control groups, unless a test brings its own."""
        self.interval_us = interval_us
        self._limits = own_limits() if limits is None else limits
        self._cores = _our_cores() if only_our_cores else ()
        source = ", ".join(word for word in ("psutil", note) if word)
        self._cpu = Quantity(names.CPU, SUBJECT, source + self._cpu_words(), "share")
        self._memory = Quantity(names.MEMORY, SUBJECT, source + self._memory_words(), "share")
        self._steal = Quantity(names.CPU_STEAL, SUBJECT, "psutil", "share")
        self._times: dict[str, float] = {}
        self._used_us = 0
        self._at_us = 0

    def sample(self, at_us: int) -> Iterator[Reading]:
        memory = psutil.virtual_memory()
        share = 1 - memory.available / memory.total
        if self._limits.memory:
            group, limit = self._limits.memory
            share = max(share, group.working_set() / limit)
        yield Sample(self._memory, share)
        times = self._cpu_times()
        used_us = self._limits.cpu[0].cpu()["usage_usec"] if self._limits.cpu else 0
        if self._times:
            spent = {mode: times[mode] - self._times[mode] for mode in times}
            busy = busy_share(spent)
            if busy is not None:
                yield Sample(self._cpu, max(busy, self._share_of_limit(used_us, at_us)))
            stolen = steal_share(spent)
            if stolen is not None:
                yield Sample(self._steal, stolen)
        self._times, self._used_us, self._at_us = times, used_us, at_us

    def close(self) -> None:
        """Holds nothing."""

    def _cpu_times(self) -> dict[str, float]:
        """Seconds by mode, of the cores that count."""
        if not self._cores:
            return psutil.cpu_times()._asdict()
        cores = psutil.cpu_times(percpu=True)
        added = [cores[core]._asdict() for core in self._cores]
        return {mode: sum(times[mode] for times in added) for mode in added[0]}

    def _share_of_limit(self, used_us: int, at_us: int) -> float:
        """How much of its limit on CPU time the container used since the last look."""
        if not self._limits.cpu or at_us <= self._at_us:
            return 0.0
        allowed_us = self._limits.cpu[1] * (at_us - self._at_us)
        return min(max(used_us - self._used_us, 0) / allowed_us, 1.0)

    def _cpu_words(self) -> str:
        words = f", {counted(len(self._cores), 'core')}" if self._cores else ""
        return words + (f", limit of {self._limits.cpu[1]:g} cores" if self._limits.cpu else "")

    def _memory_words(self) -> str:
        limit = self._limits.memory
        return f", limit of {format_size(limit[1])}" if limit else ""


def _our_cores() -> tuple[int, ...]:
    """The cores that this process may use, where those are not all; empty where they are."""
    try:
        cores = os.sched_getaffinity(0)
    except AttributeError:  # not on every system
        return ()
    return tuple(sorted(cores)) if len(cores) < (os.cpu_count() or 0) else ()


class NetworkWatcher:
    """Bytes per second, of the loopback and of all other interfaces together."""

    name = "network"
    waits = False
    every_slot = False
    provides = ()

    def __init__(self, *, interval_us: int = 2 * MICROSECONDS) -> None:
        self.interval_us = interval_us
        self._before: dict[str, tuple[int, int]] = {}
        self._at_us = 0
        self._quantities = {
            subject: (
                Quantity(names.NETWORK_RECEIVED, subject, "psutil", "bytes_per_s"),
                Quantity(names.NETWORK_SENT, subject, "psutil", "bytes_per_s"),
            )
            for subject in ("loopback", "network")
        }

    def sample(self, at_us: int) -> Iterator[Reading]:
        counters = psutil.net_io_counters(pernic=True, nowrap=False)
        now = {name: (nic.bytes_recv, nic.bytes_sent) for name, nic in counters.items()}
        if self._before:
            seconds = (at_us - self._at_us) / MICROSECONDS
            for subject, quantities in self._quantities.items():
                for way, quantity in enumerate(quantities):
                    yield Sample(quantity, self._moved(subject, way, now) / seconds)
        self._before, self._at_us = now, at_us

    def close(self) -> None:
        """Holds nothing."""

    def _moved(self, subject: str, way: int, now: dict[str, tuple[int, int]]) -> int:
        """Bytes since the last look, of interfaces that were there then and have not been reset."""
        return sum(
            max(now[name][way] - self._before[name][way], 0)
            for name in now
            if name in self._before and (name == _LOOPBACK) == (subject == "loopback")
        )


class PressureWatcher:
    """The share of time for which some task waited for CPU, memory or a disk (Linux's PSI)."""

    name = "pressure"
    waits = False
    every_slot = False
    provides = ()

    def __init__(
        self, *, folder: Path = Path("/proc/pressure"), interval_us: int = 2 * MICROSECONDS
    ) -> None:
        self.interval_us = interval_us
        self._folder = folder
        self._before: dict[str, int] = {}
        self._at_us = 0
        self._quantities = {
            kind: Quantity(metric, SUBJECT, str(folder / kind), "share")
            for kind, metric in _PRESSURES.items()
        }

    @staticmethod
    def available(folder: Path = Path("/proc/pressure")) -> bool:
        """Whether the system tells."""
        return (folder / "cpu").is_file()

    def sample(self, at_us: int) -> Iterator[Reading]:
        now = {kind: _stalled_us(self._folder / kind) for kind in _PRESSURES}
        if self._before:
            elapsed_us = at_us - self._at_us
            for kind, quantity in self._quantities.items():
                yield Sample(quantity, min((now[kind] - self._before[kind]) / elapsed_us, 1.0))
        self._before, self._at_us = now, at_us

    def close(self) -> None:
        """Holds nothing."""


def _stalled_us(path: Path) -> int:
    """`some avg10=0.00 ... total=123` in the first line: microseconds since the start."""
    return int(path.read_text().partition("\n")[0].rpartition("total=")[2])
