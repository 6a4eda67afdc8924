"""Processes of the backend: memory, CPU, threads, descriptors, restarts.

Each has a place of its own (`worker 1`), which a restarted one takes over: the series of a place
goes on, and the restart is counted. Sizes are bytes, CPU is a share of one core.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from kampyn_perf import names
from kampyn_perf.measure.readings import NotSeen, Quantity, Reading, Remark, Sample
from kampyn_perf.proc_files import waited_ns
from kampyn_perf.units import MICROSECONDS

MAX_PLACES = 64
_PSS_EVERY = 30
"""Looks. Adding up a process's pages takes milliseconds in which it cannot map memory; counting its
threads reads the dearest of its files."""
_PSS_DIFFERS = 0.05
"""Share of RSS from which on shared pages are worth a series of their own."""

Finder = Callable[[], Mapping[str, Sequence[int]]]
"""The processes as they are now, by what they are called: {"worker": [4711, 4712]}. Raises
NotSeen."""


@dataclass
class _Place:
    subject: str
    instance: bool
    """Whether it is an instance of the backend, which the goal on memory is about."""
    process: psutil.Process | None = None
    cpu_s: float = 0.0
    waited_s: float | None = None
    seen_us: int | None = None
    """When its CPU time was read last."""
    restarts: int = 0
    left: bool = False
    shares_memory: bool = False
    looks: int = 0


class ProcessWatcher:
    """Watches what `find` names; those under a name of `instances` are the backend's."""

    waits = False
    every_slot = False

    def __init__(
        self,
        find: Finder,
        *,
        name: str = "processes",
        instances: Sequence[str] = ("worker",),
        interval_us: int = MICROSECONDS,
    ) -> None:
        self.name = name
        self.interval_us = interval_us
        self.provides = (names.MEMORY_PER_INSTANCE,)
        self._find = find
        self._instances = instances
        self._places: dict[str, list[_Place]] = {}
        self._quantities: dict[tuple[str, str, str], Quantity] = {}

    def sample(self, at_us: int) -> Iterator[Reading]:
        pids_by_kind = self._find()
        if not any(pids_by_kind.values()):
            raise NotSeen("none of the backend's processes is there")
        for kind, pids in pids_by_kind.items():
            yield from self._settle(kind, pids)
            for place in self._places.get(kind, ()):
                yield from self._look(place, at_us)

    def close(self) -> None:
        """Holds nothing."""

    def _settle(self, kind: str, pids: Sequence[int]) -> Iterator[Remark]:
        """Give every process a place; a new one takes that of one that has ended."""
        places = self._places.setdefault(kind, [])
        for place in places:
            if place.process and not (place.process.pid in pids and place.process.is_running()):
                place.process, place.left = None, True
        held = {place.process.pid for place in places if place.process}
        for pid in pids:
            process = _process(pid) if pid not in held else None
            if process is None:
                continue
            if all(place.process for place in places):
                if len(places) == MAX_PLACES:
                    yield Remark(f"only {MAX_PLACES} processes are watched; there are more")
                    return
                places.append(_Place(f"{kind} {len(places) + 1}", kind in self._instances))
            place = next(place for place in places if place.process is None)
            if place.left:
                place.restarts += 1
                yield Remark(f"{place.subject} was restarted, as process {pid}")
            place.process, place.seen_us, place.left = process, None, False
            place.waited_s = None

    def _look(self, place: _Place, at_us: int) -> Iterator[Sample]:
        process = place.process
        if process is None:
            return
        try:
            with process.oneshot():
                rss = process.memory_info().rss
                times = process.cpu_times()
        except psutil.Error:
            return  # it has just ended; the next look tells
        if not rss:
            return  # a zombie, which nobody has buried yet
        memory = names.MEMORY_PER_INSTANCE if place.instance else names.PROCESS_MEMORY
        yield self._state(memory, place, rss, "bytes")
        yield self._state(names.PROCESS_RESTARTS, place, place.restarts, "count")
        cpu_s = times.user + times.system
        if place.seen_us is not None and at_us > place.seen_us:
            share = (cpu_s - place.cpu_s) / ((at_us - place.seen_us) / MICROSECONDS)
            yield self._state(names.PROCESS_CPU, place, max(share, 0.0), "share")
        yield from self._waiting(place, process.pid, at_us)
        place.cpu_s, place.seen_us = cpu_s, at_us
        yield from self._look_closer(place, process, rss)

    def _waiting(self, place: _Place, pid: int, at_us: int) -> Iterator[Sample]:
        """How much of the time it was ready, and others had the CPU."""
        waited_s = waited_for_cpu(pid)
        before, place.waited_s = place.waited_s, waited_s
        if waited_s is None or before is None or place.seen_us is None or at_us <= place.seen_us:
            return
        share = (waited_s - before) / ((at_us - place.seen_us) / MICROSECONDS)
        yield self._state(names.PROCESS_CPU_WAIT, place, max(share, 0.0), "share")

    def _look_closer(self, place: _Place, process: psutil.Process, rss: int) -> Iterator[Sample]:
        """What costs more, less often."""
        place.looks += 1
        if place.looks % _PSS_EVERY != 1:
            return
        with suppress(psutil.Error, OSError):  # another user's: the rest of it may be read
            yield self._state(names.PROCESS_DESCRIPTORS, place, process.num_fds(), "count")
            yield self._state(names.PROCESS_THREADS, place, process.num_threads(), "count")
        if not place.instance:
            return
        pss = proportional_size(process.pid)
        if pss is not None and (place.shares_memory or pss < rss * (1 - _PSS_DIFFERS)):
            place.shares_memory = True
            yield self._state(names.PROCESS_PSS, place, pss, "bytes")

    def _state(self, metric: str, place: _Place, value: float, unit: str) -> Sample:
        key = (metric, place.subject, unit)
        quantity = self._quantities.get(key)
        if quantity is None:
            quantity = self._quantities[key] = Quantity(metric, place.subject, "psutil", unit)
        return Sample(quantity, value)


def _process(pid: int) -> psutil.Process | None:
    try:
        return psutil.Process(pid)
    except psutil.Error:
        return None


def waited_for_cpu(pid: int, proc: Path = Path("/proc")) -> float | None:
    """Seconds for which its main thread (an event loop) was ready to run while others had the CPU;
    None where the system does not tell."""
    waited = waited_ns(pid, str(proc))
    return None if waited is None else waited / 1e9


def proportional_size(pid: int, proc: Path = Path("/proc")) -> int | None:
    """Bytes of memory with shared pages divided among those who share them (PSS); None where the
    system does not tell, or not us."""
    try:
        text = (proc / str(pid) / "smaps_rollup").read_text()
    except OSError:
        return None
    for line in text.splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return None
