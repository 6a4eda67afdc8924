"""A run as its observers see it, about once a second. Microseconds since the start of the run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kampyn_perf.recorder.breakdown import EndpointRow
from kampyn_perf.recorder.timeline import LiveSecond

if TYPE_CHECKING:
    from kampyn_perf.recorder.collector import Collector
    from kampyn_perf.results.load import LoadResult
    from kampyn_perf.schedule import Schedule

_FOR_EVER_US = 1 << 62


class Progress:
    """What was measured so far; valid until the observer's method returns."""

    def __init__(
        self,
        *,
        collector: Collector,
        schedule: Schedule,
        completed: Completed,
        result: Callable[[], LoadResult],
        stop: Callable[[str], None],
    ) -> None:
        self._collector = collector
        self._result = result
        self._stop = stop
        self.schedule = schedule
        self.elapsed_us = collector.elapsed_us
        self.in_flight = collector.last.in_flight
        """Sessions at work."""
        self.completed = completed.seconds
        """The seconds that are complete by now and were not at the interval before, in order; none
        of a warm-up. (In a run of more than twenty minutes each covers several seconds.)"""
        self.completed_rows = completed.rows
        """The same by endpoint, flow and phase. (Its stretches may become longer earlier.)"""
        self.traces = collector.take_traces()
        """Of sessions that ended slow or failed since the interval before, where it is traced."""
        self.layout = collector.breakdown.layout
        """Of the histograms of rows."""

    def recent(self, count: int) -> list[LiveSecond]:
        """The last `count` seconds, oldest first; the newest is seldom complete."""
        return self._collector.timeline.recent(count)

    def result(self) -> LoadResult:
        """The result so far, with the status `running`."""
        return self._result()

    def stop(self, reason: str) -> None:
        """End the run early, for `reason`: no more arrivals, sessions in flight may finish."""
        self._stop(reason)


@dataclass(frozen=True)
class Completed:
    """What has become complete since somebody last asked."""

    seconds: tuple[LiveSecond, ...]
    rows: tuple[EndpointRow, ...]


class CompletedSeconds:
    """Which seconds of a run have become complete since they were last asked for."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._until_us = 0
        self._rows_until_us = 0

    def take(self, *, over: bool = False) -> Completed:
        """Those that ended since, by what generators have reported; all, when the run is `over`."""
        until_us = _FOR_EVER_US if over else self._collector.elapsed_us
        seconds = self._collector.timeline.completed(since_us=self._until_us, until_us=until_us)
        if seconds:
            self._until_us = seconds[-1].at_us + seconds[-1].width_us
        rows = self._collector.breakdown.completed(since_us=self._rows_until_us, until_us=until_us)
        if rows:
            self._rows_until_us = (rows[-1].row.at + 1) * rows[-1].width_us
        return Completed(tuple(seconds), tuple(rows))
