"""This machine: CPU, memory, network, time stolen by its hypervisor, and pressure.

Shares are of one; network is bytes per second.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil

from kampyn_perf import names
from kampyn_perf.measure.cpu import busy_share, steal_share
from kampyn_perf.measure.readings import Quantity, Reading, Sample
from kampyn_perf.units import MICROSECONDS

SUBJECT = "machine"
_LOOPBACK = "lo"
_PRESSURES = {
    "cpu": names.CPU_PRESSURE,
    "memory": names.MEMORY_PRESSURE,
    "io": names.IO_PRESSURE,
}


class MachineWatcher:
    """The machine that this runs on."""

    name = "machine"
    waits = False
    every_slot = False
    provides = (names.CPU, names.MEMORY)

    def __init__(self, *, note: str = "", interval_us: int = MICROSECONDS) -> None:
        """`note` stands beside the source: who else uses the machine."""
        self.interval_us = interval_us
        source = f"psutil, {note}" if note else "psutil"
        self._cpu = Quantity(names.CPU, SUBJECT, source, "share")
        self._memory = Quantity(names.MEMORY, SUBJECT, source, "share")
        self._steal = Quantity(names.CPU_STEAL, SUBJECT, "psutil", "share")
        self._times: dict[str, float] = {}

    def sample(self, at_us: int) -> Iterator[Reading]:
        memory = psutil.virtual_memory()
        yield Sample(self._memory, 1 - memory.available / memory.total)
        times = psutil.cpu_times()._asdict()
        if self._times:
            spent = {mode: times[mode] - self._times[mode] for mode in times}
            busy = busy_share(spent)
            if busy is not None:
                yield Sample(self._cpu, busy)
            stolen = steal_share(spent)
            if stolen is not None:
                yield Sample(self._steal, stolen)
        self._times = times

    def close(self) -> None:
        """Holds nothing."""


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
