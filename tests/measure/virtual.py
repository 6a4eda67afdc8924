"""Time that only passes when somebody waits or works, for the schedule of the watchers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from kampyn_perf.measure.readings import Quantity, Reading, Sample

SECOND = 1_000_000
LOAD = Quantity("cpu", "machine", "test")


@dataclass
class VirtualClock:
    """Ends the lane at `end_us`."""

    end_us: int
    time_us: int = 0
    spent_us: int = 0

    def now_us(self) -> int:
        return self.time_us

    def wait_until(self, moment_us: int) -> bool:
        self.time_us = max(self.time_us, min(moment_us, self.end_us))
        return moment_us < self.end_us

    def work(self, wall_us: int, cpu_us: int = 0) -> None:
        self.time_us += wall_us
        self.spent_us += cpu_us

    def cpu_us(self) -> int:
        return self.spent_us


@dataclass
class Scripted:
    """A watcher whose every look is what the test says."""

    look: Callable[[int], Iterable[Reading]] = lambda _at_us: [Sample(LOAD, 1.0)]
    name: str = "scripted"
    interval_us: int = SECOND
    waits: bool = False
    every_slot: bool = False
    provides: tuple[str, ...] = ()
    at_us: list[int] = field(default_factory=list)
    closed: int = 0

    def sample(self, at_us: int) -> Iterable[Reading]:
        self.at_us.append(at_us)
        return self.look(at_us)

    def close(self) -> None:
        self.closed += 1
