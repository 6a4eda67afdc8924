"""What generators have recorded, put together from its parts and added up, with pauses between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from kampyn_perf.load.coordinator.pace import Pace
from kampyn_perf.recorder.collector import Collector
from kampyn_perf.recorder.interval import Cell, CellKey, Interval


class Intake:
    """Of one run."""

    def __init__(self, collector: Collector, pace: Pace) -> None:
        self._collector = collector
        self._pace = pace
        self._parts: defaultdict[int, dict[CellKey, Cell]] = defaultdict(dict)
        """Of intervals whose last part is yet to come, by generator."""

    def take_part(self, index: int, cells: Mapping[CellKey, Cell]) -> None:
        """A part of the interval that generator `index` is about to hand over."""
        self._parts[index] |= cells

    def take(self, index: int, interval: Interval) -> None:
        """The last part: it is whole now."""
        interval.cells |= self._parts.pop(index, {})
        self._pace.take(self._collector.taking(interval, generator=index))

    def forget(self, index: int) -> None:
        """Generator `index` is lost; what it had not handed over whole counts for nothing."""
        self._parts.pop(index, None)
