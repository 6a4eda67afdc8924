"""How busy the disk is that holds the backend's data: the share of time with a request at work.

Linux's `io_ticks` (field 13 of /proc/diskstats), as `iostat`'s %util: a disk that serves many
requests at once can be 100 % busy and have room left, so it is a bound, not a load.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psutil

from kampyn_perf import names
from kampyn_perf.measure.readings import NotSeen, Quantity, Reading, Sample
from kampyn_perf.units import MICROSECONDS

_NOT_DISKS = ("loop", "ram", "zram", "sr", "fd")
_REMEDY = "name the machine's node_exporter with --scrape http://host:9100/metrics"


def disk_of(folder: Path, sys: Path = Path("/sys")) -> str | None:
    """The whole disk that `folder` is on, as `sda`; None where it is on none that has a number
    (tmpfs, overlay, network, btrfs)."""
    place = folder.absolute()
    while not place.exists():
        place = place.parent
    device = place.stat().st_dev
    entry = sys / "dev" / "block" / f"{os.major(device)}:{os.minor(device)}"
    if not entry.exists():
        return None
    block = entry.resolve()
    # What else uses the disk makes it busy, too: a partition's own ticks leave that out.
    return block.parent.name if (block / "partition").exists() else block.name


class DiskWatcher:
    """The disk under `folder`; where that cannot be told, whichever disk is busiest."""

    name = "disk"
    waits = False
    every_slot = False
    provides = (names.DISK_IO,)

    def __init__(self, folder: Path | None, *, interval_us: int = MICROSECONDS) -> None:
        self.interval_us = interval_us
        self._disk = disk_of(folder) if folder else None
        source = (
            f"busy time of {self._disk}" if self._disk else "busy time of the busiest disk of all"
        )
        self._quantity = Quantity(names.DISK_IO, "machine", source, "share")
        self._before: dict[str, int] = {}
        self._at_us = 0

    def sample(self, at_us: int) -> Iterator[Reading]:
        now = self._busy_ms()
        common = now.keys() & self._before.keys()
        if common:
            elapsed_ms = (at_us - self._at_us) / 1000
            busiest = max(now[disk] - self._before[disk] for disk in common)
            yield Sample(self._quantity, min(max(busiest / elapsed_ms, 0.0), 1.0))
        self._before, self._at_us = now, at_us

    def close(self) -> None:
        """Holds nothing."""

    def _busy_ms(self) -> dict[str, int]:
        """Milliseconds since the start of the system, by disk."""
        counters = psutil.disk_io_counters(perdisk=True, nowrap=False) or {}
        busy = {
            disk: int(counter.busy_time)
            for disk, counter in counters.items()
            if hasattr(counter, "busy_time") and not disk.startswith(_NOT_DISKS)
        }
        if self._disk in busy:
            return {self._disk: busy[self._disk]}
        if not busy:
            raise NotSeen("this system does not tell how busy its disks are", remedy=_REMEDY)
        return busy
